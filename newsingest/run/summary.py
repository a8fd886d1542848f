"""The figures and the exit status."""
