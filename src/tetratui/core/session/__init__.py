"""What survives the terminal: marks, undo history, drafts, queries and places per source."""
