"""Which selected events a draft may learn from, and whether what it learned holds."""
