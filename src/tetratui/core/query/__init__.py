"""The query language: parse, complete, compile to a mask over a table."""
