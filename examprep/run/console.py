"""What `make run` says to the person who started it."""

from contextlib import suppress


class CannotRunError(Exception):
    """Why the service cannot run, in one line."""


def announce(line: str) -> None:
    """Print a line. Goes on where nobody reads it any more."""
    with suppress(OSError):
        print(line, flush=True)
