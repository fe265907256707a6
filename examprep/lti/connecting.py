"""Connections to addresses that somebody else named: to the open internet alone, over TLS, and not for long."""

from __future__ import annotations

import ipaddress
import socket
import ssl
import time
from typing import Any

from requests.adapters import HTTPAdapter
from urllib3.connection import HTTPSConnection
from urllib3.connectionpool import HTTPSConnectionPool
from urllib3.util.ssl_ import create_urllib3_context

LONGEST_ANSWER = 20
"""Seconds after which an answer is given up that has begun and does not end."""


class PrivateAddressError(Exception):
    """The address leads to this machine, or into a network that others do not reach."""


class _Socket(ssl.SSLSocket):
    """What is read from: a limit for each read alone would let an answer of a byte now and then last for hours."""

    _ends = 0.0

    def recv_into(self, *args: Any, **more: Any) -> int:
        """Read. Raises TimeoutError once the answer has taken too long."""
        now = time.monotonic()
        self._ends = self._ends or now + LONGEST_ANSWER
        if now > self._ends:
            raise TimeoutError("The answer does not end.")
        return super().recv_into(*args, **more)


class _PublicConnection(HTTPSConnection):
    """A connection that is looked at once it is there: what a name stands for may change from one look to the next."""

    def _new_conn(self) -> socket.socket:
        connected = super()._new_conn()
        if not ipaddress.ip_address(connected.getpeername()[0]).is_global:
            connected.close()
            raise PrivateAddressError(f"{self.host} has a private address")
        return connected


class _PublicPool(HTTPSConnectionPool):
    ConnectionCls = _PublicConnection


class BoundedAdapter(HTTPAdapter):
    """Sends over TLS, for so long; where it is for the `public` internet, to no private address."""

    def __init__(self, *, public: bool) -> None:
        self._public = public
        super().__init__()

    def init_poolmanager(self, *args: Any, **more: Any) -> None:
        """Have connections made so."""
        context = create_urllib3_context()
        context.sslsocket_class = _Socket
        super().init_poolmanager(*args, ssl_context=context, **more)
        if self._public:
            self.poolmanager.pool_classes_by_scheme = {"https": _PublicPool}
