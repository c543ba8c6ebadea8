"""A list on its way: in its final bytes, in parts, only what changed, now or by way of the outbox, for one school or many."""
