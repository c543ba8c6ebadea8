"""What several parts write: whole files, cells that cannot become a formula, markup that is text; and one run at a time."""
