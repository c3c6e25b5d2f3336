"""Every sentence that the plugin says, in the person's language."""

from __future__ import annotations

from velatura_link.catalogue import Catalogue

_CATALOGUE = Catalogue()
choose, learn, tr, say = _CATALOGUE.choose, _CATALOGUE.learn, _CATALOGUE.tr, _CATALOGUE.say


def language() -> str:
    """The code of the language that is spoken."""
    return _CATALOGUE.language
