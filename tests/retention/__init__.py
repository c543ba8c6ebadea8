"""Promise S5: what is no longer needed goes, down to its bytes, and is counted; a copy is whole and private."""
