"""The shell around the core: disk, clock, terminal, processes."""
