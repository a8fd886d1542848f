"""The command's door: `newsingest` and `python -m newsingest`."""

import gc
import os
import sys

from newsingest.version import VERSION

INTERRUPTED = 130


def main() -> None:
    """Run the command; the version is told without loading all of it."""
    try:
        _open_streams()
        status = _run()
        sys.stdout.flush()
    except KeyboardInterrupt:  # while it starts, when no run hears of it
        status = INTERRUPTED
    except OSError as error:
        from newsingest.run.ends import failed  # noqa: PLC0415 - start-up

        status = failed(error)
    _leave(status)
    sys.exit(status)


def _open_streams() -> None:
    """Let what the caller has closed fail where it is used, and stdout take all text.

    The number of a closed stream would go to the next file that is opened, and what is
    said on stderr would go into that file. What goes to stdout is UTF-8 in any locale.
    """
    if sys.stdin is None:
        sys.stdin = os.fdopen(_nothing(0, os.O_WRONLY), closefd=False)
    if sys.stdout is None:
        sys.stdout = os.fdopen(_nothing(1, os.O_RDONLY), "w", closefd=False)
    if sys.stderr is None:
        sys.stderr = os.fdopen(_nothing(2, os.O_WRONLY), "w", closefd=False)
    if sys.stdout.encoding != "utf-8":
        sys.stdout.reconfigure(encoding="utf-8")  # type: ignore[union-attr]


def _nothing(fd: int, flags: int) -> int:
    """Open nothing under a number; reading what can only be written to fails."""
    null = os.open(os.devnull, flags)
    if null != fd:
        os.dup2(null, fd)
        os.close(null)
    return fd


def _run() -> int:
    if sys.argv[1:] in (["--version"], ["-V"]):
        sys.stdout.write(f"{VERSION}\n")
        return 0
    gc.disable()  # what a start makes, it keeps: 7 ms; `run.batch` switches it on
    from newsingest import cli  # noqa: PLC0415 - Click alone takes three Python starts

    return cli.main()


def _leave(status: int) -> None:
    """End at once where nothing waits for the end; returns where something does.

    Taking its objects apart one by one takes a process 2 ms, and the system takes them
    back all the same. Nobody can wait for the end without `atexit` or a thread, and
    what cannot be written to stderr is for Python to tell.
    """
    threading = sys.modules.get("threading")
    if "atexit" in sys.modules or (threading and threading.active_count() > 1):
        return
    try:
        sys.stderr.flush()
    except (OSError, ValueError):
        return
    os._exit(status)


if __name__ == "__main__":
    main()
