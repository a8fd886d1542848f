"""How a command ends that the system does not let go on."""

from __future__ import annotations

import errno
import os
import sys
from contextlib import suppress

from newsingest.run.inputs import printable
from newsingest.run.reading import cannot_read
from newsingest.run.sinks import cannot_write
from newsingest.run.summary import FAILED, SIGPIPE

REMEDIES = {
    errno.EMFILE: "raise the limit (ulimit -n), or give a smaller --jobs",
    errno.ENFILE: "end some programs, or give a smaller --jobs",
    errno.EAGAIN: "raise the limit (ulimit -u), or give a smaller --jobs",
    errno.EFBIG: "raise the limit (ulimit -f)",
    errno.ENOMEM: "end some programs, or give a smaller --jobs",
}
"""What is short, where the system names no file."""


def failed(error: OSError) -> int:
    """Say what the system refused, drop what is still to be written; the status.

    A reader of stdout that has gone away is no failure, and needs no word.
    """
    if isinstance(error, BrokenPipeError):
        return leave_quietly()
    with suppress(OSError):
        sys.stderr.write(f"newsingest: {told(error)}\n")
    leave_quietly()
    return FAILED


def told(error: OSError) -> str:
    """What, why and the remedy, in one line.

    Only stdout, the folder that a run is in, and what is short have no name.

    >>> told(OSError(24, "Too many open files"))
    'too many open files: raise the limit (ulimit -n), or give a smaller --jobs'
    """
    if error.errno in REMEDIES:
        why = os.strerror(error.errno).lower()
        return f"{why}: {REMEDIES[error.errno]}"
    if error.filename is not None:
        return cannot_read(printable(os.fsencode(error.filename)), error)
    if isinstance(error, FileNotFoundError):
        return "the folder that this runs in is gone: change to one that is there"
    return str(cannot_write("stdout", error))


def leave_quietly() -> int:
    """Let Python flush into nothing, the reader of the pipe has gone; the status."""
    with suppress(OSError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
    return SIGPIPE
