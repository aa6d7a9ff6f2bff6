"""Find rules that can never fire on Tetragon's events, with a proof."""
