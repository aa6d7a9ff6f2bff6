"""The process table and the event table: columns of codes over distinct texts."""
