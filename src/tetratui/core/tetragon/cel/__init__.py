"""Compile and evaluate `cel_expression` as Tetragon does."""
