"""Match a decoded event against the rule tree."""
