"""Other ways to do what Velatura does, written plainly, to compare with."""
