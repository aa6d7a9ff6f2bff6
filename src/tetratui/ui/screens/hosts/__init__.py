"""The Hosts screen."""
