"""Reads what a school has in other forms: files with pupils or advice become plain values."""
