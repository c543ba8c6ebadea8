"""Python imports this at its start, when this folder is on its path: then one deliberate bug is put in."""

import sys
from pathlib import Path

sys.path.append(str(Path(__file__).resolve().parents[2]))
from teeth.bugs import BUGS
from teeth.planting import at_start

at_start(BUGS)
