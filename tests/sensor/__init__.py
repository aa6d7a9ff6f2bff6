"""A sensor for tests: a world on the disk with an agent and the programs that rule it."""
