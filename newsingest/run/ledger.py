"""What is already done (SQLite, one lock)."""
