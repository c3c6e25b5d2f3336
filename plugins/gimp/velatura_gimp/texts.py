"""Every sentence that the plug-in says, in the person's language."""

from __future__ import annotations

from pathlib import Path

from velatura_link.catalogue import Catalogue

_CATALOGUE = Catalogue(Path(__file__).parent / "catalogues")
choose, tr, note = _CATALOGUE.choose, _CATALOGUE.tr, _CATALOGUE.note
