"""The plugin without its host: everything but what is drawn and what Krita does."""

from __future__ import annotations

import sys
from pathlib import Path

PLUGIN = Path(__file__).resolve().parents[2] / "plugins" / "krita"
sys.path.insert(0, str(PLUGIN))
