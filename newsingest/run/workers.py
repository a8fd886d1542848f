"""Processes: hand out, collect in order, survive a dead one."""
