"""The Noise screen."""
