"""The chain test: one runner that judges either side of the chain, alone and early, with invented pupils only."""
