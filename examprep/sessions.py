"""Logins that last as long as they are used: each use of a session that is a week old keeps it for 90 days more."""

from __future__ import annotations

from datetime import timedelta

from allauth.headless.contrib.rest_framework.authentication import XSessionTokenAuthentication
from django.conf import settings
from django.contrib.auth.models import AbstractBaseUser
from django.contrib.sessions.backends import db
from django.contrib.sessions.backends.base import SessionBase
from django.contrib.sessions.models import Session
from django.http import HttpRequest
from django.utils import timezone

KEPT_AFTER = timedelta(days=7)
"""A session is kept anew when it was kept so long ago; so most requests write nothing."""


class SessionStore(db.SessionStore):
    """Django's sessions in the database, kept anew by use."""

    @classmethod
    def get_model_class(cls) -> type[Session]:
        return Session

    def _get_session_from_db(self) -> Session | None:
        row: Session | None = super()._get_session_from_db()  # type: ignore[misc]  # the stubs leave it out
        kept_until = timezone.now() + timedelta(seconds=settings.SESSION_COOKIE_AGE)
        if row and row.expire_date < kept_until - KEPT_AFTER:
            self.modified = True  # the middleware stores it, and sends the cookie anew
        return row


class AppSession(XSessionTokenAuthentication):  # type: ignore[misc]  # it has no types
    """The session of an app, which sends its key in a header and which no middleware stores."""

    def authenticate(self, request: HttpRequest) -> tuple[AbstractBaseUser, SessionBase] | None:
        found: tuple[AbstractBaseUser, SessionBase] | None = super().authenticate(request)
        if found and found[1].modified:
            found[1].save()
        return found
