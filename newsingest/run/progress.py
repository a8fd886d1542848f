"""Rich, on stderr."""
