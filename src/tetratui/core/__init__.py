"""Everything tetratui knows about events, filters and rules. It draws nothing and imports no screen."""
