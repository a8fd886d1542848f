"""The loop: sources → workers → sinks, counting as it goes."""
