"""All that tetratui knows of events, filters and rules; it draws nothing and imports no screen."""
