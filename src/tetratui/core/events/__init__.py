"""What one line of the export file says: its kind, its fields, and its text made safe to show."""
