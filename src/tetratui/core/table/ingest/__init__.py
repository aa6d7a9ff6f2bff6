"""Turn lines into rows: in this process, or in worker processes for a long history."""
