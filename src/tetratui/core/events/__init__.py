"""Decode one line of the export file: its kind, its fields, and its text made safe to show."""
