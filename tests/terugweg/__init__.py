"""The receiving half as others meet it: limits, proxies, servers."""
