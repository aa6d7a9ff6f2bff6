"""Follow an export file or a pipe in a thread, through rotation."""
