"""The messages of the standard: what is said. Imports nothing else of this library but `errors` and `basics`."""
