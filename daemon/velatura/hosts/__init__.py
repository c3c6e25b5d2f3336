"""Putting the plugins into Krita and GIMP, and the daemon into the user's session; removing both again."""
