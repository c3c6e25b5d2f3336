"""Velatura in GIMP 3: one procedure for every engine of the manifest, and a dialog to choose a style in."""
