"""A Gunicorn worker that reads whole requests before it gives a thread to them.

Gunicorn's own threaded worker gives a thread to every connection, so that a few clients which send half a request hold
up everybody. Here Waitress reads requests and writes answers in one loop, however many clients are slow, and threads
only ever compute. Gunicorn starts, watches and replaces the processes.
"""

from __future__ import annotations

import json
import os
import resource
import time
from collections.abc import Iterable
from socket import socket
from typing import TYPE_CHECKING, TypeAlias

from gunicorn.workers.base import Worker  # type: ignore[import-untyped]
from waitress import wasyncore
from waitress.adjustments import Adjustments
from waitress.channel import HTTPChannel
from waitress.server import TcpWSGIServer
from waitress.task import ErrorTask, ThreadedTaskDispatcher

from examprep.patience import limit_waiting

if TYPE_CHECKING:
    from wsgiref.types import StartResponse, WSGIEnvironment

Channels: TypeAlias = dict[int, wasyncore.dispatcher]
"""What Waitress's loop looks at, by descriptor."""
LIVENESS = "/health/live"
GLANCE = 1.0
"""Seconds between two looks at the parent process."""
MAX_CONNECTIONS = 4000
SILENCE = 30
"""Seconds after which a connection on which nothing moves is closed."""
MAX_BODY = 64 * 1024 * 1024
"""Bytes of a request; what the service accepts is less, and said by the service."""


class Lanes(ThreadedTaskDispatcher):  # type: ignore[misc] # Waitress has no types
    """Threads for requests, and one more that answers for liveness, whatever the others wait for."""

    def __init__(self, threads: int) -> None:
        super().__init__()
        self.set_thread_count(threads)
        self.liveness = ThreadedTaskDispatcher()
        self.liveness.set_thread_count(1)

    def add_task(self, task: HTTPChannel) -> None:
        """Queue the next request of a connection."""
        if task.requests[0].path == LIVENESS:
            self.liveness.add_task(task)
        else:
            super().add_task(task)


class Refusal(ErrorTask):  # type: ignore[misc]
    """The answer to what Waitress cannot read: a problem document, where a program asked."""

    def execute(self) -> None:
        """Write the answer, and close the connection: what was not read would be taken for the next request."""
        # Gunicorn reads this module before Django is set up.
        from examprep.problems import CONTENT_TYPE, FOR_PROGRAMS, problem  # noqa: PLC0415

        if not getattr(self.request, "path", "").startswith(FOR_PROGRAMS):
            super().execute()
            return
        error = self.request.error
        body = json.dumps(problem(error.code, error.body)).encode()
        self.status = f"{error.code} {error.reason}"
        self.response_headers.append(("Content-Type", CONTENT_TYPE))
        self.set_close_on_finish()
        self.content_length = len(body)
        self.write(body)


class Connection(HTTPChannel):  # type: ignore[misc]
    """A client's connection."""

    error_task_class = Refusal


class Listener(TcpWSGIServer):  # type: ignore[misc]
    """Waitress on one listening socket; it takes all connections that wait, not one at a look."""

    channel_class = Connection

    def handle_accept(self) -> None:
        """Accept until nobody waits; Waitress passes over what it could not accept."""
        before = -1
        while before != len(self.active_channels) < MAX_CONNECTIONS:
            before = len(self.active_channels)
            super().handle_accept()


class BufferingWorker(Worker):  # type: ignore[misc] # Gunicorn has no types
    """Serves the application by Waitress on Gunicorn's socket."""

    def run(self) -> None:
        """Serve until Gunicorn ends the process, or the process has served its share of requests."""
        _allow_descriptors()
        limit_waiting()
        channels: Channels = {}
        servers = [self._serve(listener.sock, channels) for listener in self.sockets]
        self.alive: bool
        while self.alive and self.ppid == os.getppid():
            self.notify()
            wasyncore.loop(timeout=GLANCE, use_poll=True, map=channels, count=1)
        for server in servers:
            server.del_channel(channels)  # no new connections; those that are open get their answers
        self._finish(channels, servers)

    def _serve(self, listener: socket, channels: Channels) -> Listener:
        settings = Adjustments(
            sockets=[listener],
            connection_limit=MAX_CONNECTIONS,
            channel_timeout=SILENCE,
            max_request_body_size=MAX_BODY,
            clear_untrusted_proxy_headers=False,  # whom to trust is a setting of the service
            ident=None,
        )
        address = (listener.family, listener.type, listener.proto, listener.getsockname())
        lanes = Lanes(self.cfg.threads)
        return Listener(
            self._counted, channels, _sock=listener, dispatcher=lanes, adj=settings, sockinfo=address, bind_socket=False
        )

    def _counted(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        self.nr += 1
        if self.nr >= self.max_requests and self.alive:
            self.log.info("%s has served its share of requests, and is replaced", self)
            self.alive = False
        body: Iterable[bytes] = self.wsgi(environ, start_response)
        return body

    def _finish(self, channels: Channels, servers: list[Listener]) -> None:
        deadline = time.monotonic() + self.cfg.graceful_timeout
        busy = True
        while busy and time.monotonic() < deadline:
            self.notify()
            wasyncore.loop(timeout=0.1, use_poll=True, map=channels, count=1)
            busy = any(
                channel.requests or channel.total_outbufs_len
                for server in servers
                for channel in server.active_channels.values()
            )


def _allow_descriptors() -> None:
    """Let this process hold as many descriptors as the system permits it; each connection takes one."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
