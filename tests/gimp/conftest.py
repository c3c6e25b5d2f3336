"""The plug-in's modules that know nothing of GIMP, as a package."""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.append(str(Path(__file__).resolve().parents[2] / "plugins" / "gimp"))
