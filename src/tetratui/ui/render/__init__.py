"""Turn values into text for the screens."""
