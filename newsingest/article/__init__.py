"""The core: bytes in, record out. No disk, clock, terminal, locale or JSON."""
