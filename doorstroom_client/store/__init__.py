"""What must not be lost: received results, lists that wait, and what suppliers accepted; in SQLite or PostgreSQL."""
