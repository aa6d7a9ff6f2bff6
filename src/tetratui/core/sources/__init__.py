"""Where lines come from: a file followed through rotation, rotated and gzipped history, a pipe."""
