"""What several parts write: whole files, cells that cannot become a formula, markup in which all that comes in is text."""
