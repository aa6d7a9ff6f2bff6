"""Find what is dangerous or misleading in a list that Tetragon accepts."""
