"""Which selected events a draft may learn from, and whether a draft will hide the next run as well."""
