"""Snapshots: the whole world as JSON, kept by name or in a file, and brought back."""
