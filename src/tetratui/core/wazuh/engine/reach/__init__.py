"""Prove that a rule can never fire on Tetragon's events."""
