"""Find the fewest safe drafts that cover the noise."""
