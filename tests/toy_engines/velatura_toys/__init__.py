"""Engines of every kind that paint something simple: what tests install as a package of somebody else's."""
