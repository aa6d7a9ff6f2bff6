"""Who started whom, by exec id: ancestors, children, and the life of one process."""
