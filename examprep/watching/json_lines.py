"""The log as JSON, a line each; apart from the rest, since who writes lines for people need not import this."""

from __future__ import annotations

import logging

import structlog
from structlog.typing import EventDict

_KEPT = ("request_id", "task", "task_id")


def formatter() -> structlog.stdlib.ProcessorFormatter:
    """Return the formatter that makes JSON of each record: time, level, logger, event, ids, and its `extra`."""
    return structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=[
            structlog.stdlib.add_log_level,
            structlog.stdlib.add_logger_name,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.stdlib.ExtraAdder(),
            structlog.processors.format_exc_info,
        ],
        processors=[_tidy, structlog.processors.JSONRenderer(default=str)],
    )


def _tidy(logger: logging.Logger, method: str, event: EventDict) -> EventDict:
    """Leave out what is the machinery's, and ids that there are none of."""
    for name in ("_record", "_from_structlog", "request", "running"):
        event.pop(name, None)
    for name in _KEPT:
        if not event.get(name):
            event.pop(name, None)
    return event
