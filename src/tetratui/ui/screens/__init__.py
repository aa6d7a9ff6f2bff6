"""One folder a screen: what it does, what it draws, and its styles."""
