"""Who is called, and who we are."""
