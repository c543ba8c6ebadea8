"""PDF reports: one, written whole or not at all; and all that are due."""
