"""The installed agent: its version, its effective configuration, and what is wrong with it."""
