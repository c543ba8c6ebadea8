"""The settings: one table, and its reader."""
