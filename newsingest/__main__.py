"""The command's door: `newsingest` and `python -m newsingest`."""

import gc
import os
import sys

from newsingest.version import VERSION


def main() -> None:
    """Run the command; the version is told without loading all of it."""
    if sys.argv[1:] in (["--version"], ["-V"]):
        sys.stdout.write(f"{VERSION}\n")
        return
    gc.disable()  # what a start makes, it keeps: 7 ms; `run.batch` switches it on
    from newsingest import cli  # noqa: PLC0415 - Click alone takes three Python starts

    try:
        cli.main()
    except SystemExit as end:
        _leave(end.code)
        raise


def _leave(status: object) -> None:
    """End at once where nothing waits for the end; returns where something does.

    Taking its objects apart one by one takes a process 2 ms, and the system takes them
    back all the same. Nobody can wait for the end without `atexit` or a thread, and
    what cannot be written to the standard streams is for Python to tell.
    """
    import threading  # noqa: PLC0415 - Click has loaded it

    if "atexit" in sys.modules or threading.active_count() > 1:
        return
    try:
        sys.stdout.flush()
        sys.stderr.flush()
    except (OSError, ValueError):
        return
    if isinstance(status, int):
        os._exit(status)


if __name__ == "__main__":
    main()
