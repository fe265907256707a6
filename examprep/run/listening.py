"""The socket that the service listens on, and its addresses."""

import errno
import os
import socket

from examprep.run.console import CannotRunError
from questions.whole_numbers import read_whole_number


def read_port() -> int:
    """Return $PORT, or 8000. Raises CannotRunError."""
    value = os.environ.get("PORT") or "8000"
    number = read_whole_number(value, 0, 65535)
    if number is None:
        raise CannotRunError(f"PORT must be a number below 65536, not {value!r}")
    return number


def listen(host: str, number: int) -> socket.socket:
    """Open the listening socket. It stays open while the web process restarts, so that no visitor is turned away."""
    try:
        addresses = socket.getaddrinfo(host, number, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
        family, kind, protocol, _, address = addresses[0]
        listener = socket.socket(family, kind, protocol)
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(address)
        listener.listen(128)
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            raise CannotRunError(f"port {number} is taken (PORT sets another)") from None
        raise CannotRunError(f"cannot listen on {host}, port {number}: {error.strerror}") from None
    return listener


def address(listener: socket.socket) -> tuple[str, int]:
    """Return where a process on this machine reaches the listener."""
    host, number = listener.getsockname()[:2]
    return {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host), number  # noqa: S104 - it is not bound to, but replaced


def browser_url(listener: socket.socket) -> str:
    """Return where a browser on this machine finds the service."""
    host, number = address(listener)
    return f"http://[{host}]:{number}/" if ":" in host else f"http://{host}:{number}/"
