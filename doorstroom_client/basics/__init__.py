"""What Python has not: quick frozen values, locks that a fork leaves usable, functions of somebody else that end nothing."""
