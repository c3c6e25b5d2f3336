"""Numbers beside a peer: every benchmark runs both in one go and prints ratios."""
