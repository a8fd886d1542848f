"""The release, in a module that imports nothing: `--version` needs no more."""

VERSION = "0.1.0"
"""`metadata.newsingest` of every record."""
