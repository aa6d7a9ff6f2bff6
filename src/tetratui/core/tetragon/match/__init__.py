"""Match events against export filters as the agent does."""
