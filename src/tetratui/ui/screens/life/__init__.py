"""The Process life screen."""
