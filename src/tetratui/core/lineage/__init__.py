"""Who started whom: the process tree by exec_id, and the life of one process."""
