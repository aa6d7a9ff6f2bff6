"""Tetragon's export filters: read, check for a version, match, write, lint; where its options come from."""
