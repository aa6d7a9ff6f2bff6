"""The Root causes screen."""
