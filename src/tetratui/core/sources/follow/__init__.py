"""Follow an export file through rotation, or read a pipe, in a thread."""
