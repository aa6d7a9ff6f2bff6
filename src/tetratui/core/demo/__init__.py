"""Replay the bundled real capture as if an agent were writing it now."""
