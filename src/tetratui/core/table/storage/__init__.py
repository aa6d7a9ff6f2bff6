"""How a table keeps what it holds: growing columns, distinct texts, distinct rows, and where lines stand in files."""
