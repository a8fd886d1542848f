"""Folders, lists, archives, stdin → (path, bytes), in a fixed order."""
