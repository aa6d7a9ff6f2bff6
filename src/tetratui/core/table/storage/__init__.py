"""The columns of the event table and the distinct values that they point to."""
