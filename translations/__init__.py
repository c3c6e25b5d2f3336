"""Keeps catalogues of translations up to date: finds what is said, and has Babel merge it into the ``.po`` files."""
