"""The command's door: `newsingest` and `python -m newsingest`."""

import gc
import sys

from newsingest.version import VERSION


def main() -> None:
    """Run the command; the version is told without loading all of it."""
    if sys.argv[1:] in (["--version"], ["-V"]):
        sys.stdout.write(f"{VERSION}\n")
        return
    gc.disable()  # what a start makes, it keeps: 7 ms; `run.batch` switches it on
    from newsingest import cli  # noqa: PLC0415 - Click alone takes three Python starts

    cli.main()


if __name__ == "__main__":
    main()
