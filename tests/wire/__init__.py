"""Tests over real sockets with real mutual TLS."""
