"""Whole deliveries: what changed, in order, past the pupils that a supplier does not know, for many schools."""
