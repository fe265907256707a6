"""What the admin's history says: changes, and nothing else."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

from django.contrib import admin
from django.http import HttpRequest

Log = Callable[..., Any]


def log_nothing_but_changes(site: admin.AdminSite) -> None:
    """Have no admin log a form that was saved as it was: Django logs a change of no fields."""
    for each in site._registry.values():
        each.log_change = _of_something(each.log_change)  # type: ignore[method-assign]


def _of_something(log: Log) -> Log:
    @functools.wraps(log)
    def log_change(request: HttpRequest, row: Any, message: object) -> Any:
        return log(request, row, message) if message else None

    return log_change
