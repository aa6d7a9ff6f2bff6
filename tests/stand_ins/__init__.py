"""Programs that tests talk to in place of the real ones, with the faults of these."""
