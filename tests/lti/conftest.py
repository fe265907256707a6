"""A platform that is registered, and whose addresses answer."""

from __future__ import annotations

from functools import partialmethod
from typing import Any

import pytest
import requests

from questions.models import Course
from tests.lti.platforms import Lms


def _send(session: requests.Session, lms: Lms, request: requests.PreparedRequest, **_: Any) -> requests.Response:
    return lms.answer(request)


@pytest.fixture
def lms(course: Course, monkeypatch: pytest.MonkeyPatch) -> Lms:
    platform = Lms()
    platform.register()
    monkeypatch.setattr(requests.Session, "send", partialmethod(_send, platform))
    return platform
