"""What the tests in a real terminal share."""
