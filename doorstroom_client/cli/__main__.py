"""Makes ``python -m doorstroom_client.cli`` work."""

from __future__ import annotations

from doorstroom_client.cli import main

if __name__ == "__main__":
    main()
