"""Theme files, and the theme in use."""
