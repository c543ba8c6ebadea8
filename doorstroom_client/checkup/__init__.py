"""The connection to one party, looked at step by step: name, port, TLS, both certificates, an answer. No message is sent."""
