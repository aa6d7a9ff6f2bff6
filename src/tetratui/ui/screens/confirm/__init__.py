"""The confirmation dialog."""
