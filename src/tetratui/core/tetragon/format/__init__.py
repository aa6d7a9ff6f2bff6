"""Export filters as text: read as the agent reads them, written, and known by version."""
