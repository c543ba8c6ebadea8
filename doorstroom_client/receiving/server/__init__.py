"""A server of our own with mutual TLS: who is let in, in what time, and with how many at once."""
