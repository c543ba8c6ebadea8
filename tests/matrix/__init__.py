"""The fault matrix: 38 kinds of trouble x 6 operations, each over real sockets with mutual TLS."""
