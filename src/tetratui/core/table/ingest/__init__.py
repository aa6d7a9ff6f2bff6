"""Turn lines into rows: by a compiled scan, in threads for a long history."""
