"""A TCP proxy that can cut what goes through it: all connections at once, or each as soon as its answer begins."""

from __future__ import annotations

import socket
import threading
from contextlib import suppress
from typing import Self

PIECE = 65536


class Proxy:
    """Listens on a free port of this machine and passes everything on to `target`."""

    def __init__(self, target: tuple[str, int]) -> None:
        self.target = target
        self.drops_replies = False
        """Whether answers are dropped: what was asked has been done, and nobody is told."""
        self.refuses = False
        self._links: set[socket.socket] = set()
        self._lock = threading.Lock()
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=128)
        self.port: int = self._listener.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    def cut(self) -> int:
        """Cut all connections; return how many there were."""
        with self._lock:
            links, self._links = self._links, set()
        for link in links:
            _close(link)
        return len(links) // 2

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                client, _ = self._listener.accept()
                if self.refuses:
                    client.close()
                    continue
                threading.Thread(target=self._connect, args=(client,), daemon=True).start()

    def _connect(self, client: socket.socket) -> None:
        try:
            server = socket.create_connection(self.target, timeout=5)
        except OSError:
            client.close()
            return
        server.settimeout(None)
        with self._lock:
            self._links |= {client, server}
        for source, sink in ((client, server), (server, client)):
            threading.Thread(target=self._pass_on, args=(source, sink, sink is client), daemon=True).start()

    def _pass_on(self, source: socket.socket, sink: socket.socket, is_reply: bool) -> None:
        with suppress(OSError):
            while piece := source.recv(PIECE):
                if is_reply and self.drops_replies:
                    break
                sink.sendall(piece)
        for link in (source, sink):
            _close(link)
        with self._lock:
            self._links -= {source, sink}

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc: object) -> None:
        _close(self._listener)
        self.cut()


def _close(link: socket.socket) -> None:
    with suppress(OSError):
        link.shutdown(socket.SHUT_RDWR)
    with suppress(OSError):
        link.close()
