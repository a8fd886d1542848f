"""Labelled spans → metadata."""
