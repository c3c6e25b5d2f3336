"""Velatura: style transfer for Krita, GIMP and scripts, by a resident daemon with warm networks."""

__version__ = "0.1.0"
