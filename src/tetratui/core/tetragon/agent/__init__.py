"""Read the installation of an agent: its version, its options and lists, and what is wrong with them."""
