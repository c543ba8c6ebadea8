"""One call: decide first, act at the edge."""
