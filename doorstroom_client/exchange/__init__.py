"""One call to a party: what its outcome means, whether it is repeated, and the loops that carry it out."""
