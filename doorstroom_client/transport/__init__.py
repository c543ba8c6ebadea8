"""Sockets: a request over mutual TLS, and what came of it."""
