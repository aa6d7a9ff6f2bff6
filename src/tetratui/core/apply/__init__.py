"""Put the files of an export in force on a sensor and a manager, prove it, and go back where it was wrong."""
