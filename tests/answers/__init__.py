"""Promise F4: a status counts as the chain's only in the words of the chain."""
