"""Stand-ins for real programs that tests talk to, with the faults of the real ones."""
