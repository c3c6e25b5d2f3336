"""Engines of the kinds that no engine of Velatura's own is yet, as a package of somebody else's adds them."""
