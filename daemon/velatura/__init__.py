"""Velatura: style transfer for Krita, GIMP and scripts, by a resident daemon with warm networks."""

from velatura_link import __version__ as __version__
