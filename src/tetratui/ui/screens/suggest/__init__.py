"""The Suggest screen."""
