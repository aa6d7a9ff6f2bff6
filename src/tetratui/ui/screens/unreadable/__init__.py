"""The Unreadable lines screen."""
