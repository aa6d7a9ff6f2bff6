"""Load rule files as the manager does, with the messages that it logs."""
