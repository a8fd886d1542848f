"""The command: read options, make one call, exit with its status."""

from __future__ import annotations

import click


@click.group()
def main() -> None:
    """Folders of Arabic news articles in, JSON Lines out."""
