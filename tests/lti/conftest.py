"""A platform that is registered, and whose addresses answer."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache, partialmethod
from typing import Any

import pytest
import requests
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from jwt import algorithms
from lti1p3platform.registration import Registration

from questions.models import Course
from tests.lti.platforms import Lms


def _send(session: requests.Session, lms: Lms, request: requests.PreparedRequest, **_: Any) -> requests.Response:
    return lms.answer(request)


@pytest.fixture(scope="session", autouse=True)
def _keys_are_read_once() -> Iterator[None]:
    """The platform proves anew for each token that the factors of its key are primes, which takes 50 ms each."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(algorithms, "load_pem_private_key", cache(load_pem_private_key))
        patch.setattr(Registration, "get_jwk", cache(Registration.get_jwk))
        yield


@pytest.fixture
def lms(course: Course, monkeypatch: pytest.MonkeyPatch) -> Lms:
    platform = Lms()
    platform.register()
    monkeypatch.setattr(requests.Session, "send", partialmethod(_send, platform))
    return platform
