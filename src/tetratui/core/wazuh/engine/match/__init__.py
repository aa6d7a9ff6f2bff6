"""Match decoded events against the rule tree."""
