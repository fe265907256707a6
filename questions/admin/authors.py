"""Who is at work in the admin."""

from __future__ import annotations

from django.http import HttpRequest

from questions.models import Author


def author_of(request: HttpRequest) -> Author:
    """Who is logged in: the admin lets nobody else come this far."""
    assert request.user.is_authenticated
    return request.user
