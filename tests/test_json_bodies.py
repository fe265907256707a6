"""No JSON that is sent makes the service fail, wherever it is read."""

from __future__ import annotations

import json
import uuid
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from questions.json_types import DEEPEST, MAX_BYTES, JsonError, read_json
from tests.conftest import Api, review

pytestmark = pytest.mark.any_database

DEEP = b"[" * 100_000 + b"]" * 100_000
HALF = b'{"username": "\\ud800", "email": "\\udfff@example.org", "password": "\\ud800"}'


@pytest.mark.parametrize("body", [DEEP, b"[" * 100_000, HALF, b'{"username": "\\u0000"}', b"{", b"\xff", b"7", b"NaN"])
@pytest.mark.parametrize("call", ["auth/login", "auth/signup", "auth/password/request", "auth/password/reset"])
def test_calls_of_allauth_refuse_what_cannot_be_read(db: None, body: bytes, call: str) -> None:
    answer = Client().post(f"/_allauth/app/v1/{call}", body, content_type="application/json")

    assert answer.status_code == 400
    assert answer.json()["status"] == 400


@pytest.mark.parametrize("body", [DEEP, b"[" * 100_000, HALF, b'{"time_zone": "\\ud800"}', b'{"\\ud800": 1}'])
@pytest.mark.parametrize(("method", "address"), [("patch", "me/"), ("post", "reviews/batch/")])
def test_calls_of_the_api_refuse_what_cannot_be_read(api: Api, method: str, address: str, body: bytes) -> None:
    answer = getattr(api.client, method)(f"/api/v1/{address}", body, content_type="application/json")

    assert answer.status_code == 400
    assert answer.json()["status"] == 400


@pytest.mark.parametrize("broken", ["\ud800", "x\udfff", None, "x"])
def test_an_event_whose_id_cannot_be_read_is_named_as_it_was_sent_and_costs_no_other(api: Api, broken: Any) -> None:
    (one, *_) = api.queue()["results"]
    good = review(one["id"], {"choice": "nothing"})
    bad = {**good, "id": broken}
    sent = {"device": str(uuid.uuid4()), "device_now": timezone.now().isoformat(), "events": [good, bad]}

    answer = api.client.post("/api/v1/reviews/batch/", json.dumps(sent), content_type="application/json")

    assert answer.status_code == 200
    assert [result["id"] for result in answer.json()["results"]] == [good["id"], broken]


@pytest.mark.parametrize(
    "body", [b'{"a": "\\ud800"}', b'{"\\ud800": 1}', b'"\\u0000"', b"Infinity", b"\xff", b"", DEEP]
)
def test_the_reader_refuses(body: bytes) -> None:
    with pytest.raises(JsonError):
        read_json(body)


def test_the_reader_reads_what_is_deep_enough_for_anything() -> None:
    document = b"[" * DEEPEST + b'"\xc3\xa9\\ud83d\\ude00"' + b"]" * DEEPEST

    assert json.dumps(read_json(document), ensure_ascii=False).strip("[]") == '"é😀"'
    with pytest.raises(JsonError, match="deeply"):
        read_json(b"[" + document + b"]")


@pytest.mark.parametrize("address", ["/_allauth/app/v1/auth/login", "/reminders/push/", "/api/v1/me/"])
def test_every_reader_of_json_reads_as_much(api: Api, address: str) -> None:
    send = api.client.patch if "/me/" in address else api.client.post
    much, most = b'{"a": "' + b"b" * MAX_BYTES + b'"}', b'{"a": "' + b"b" * (MAX_BYTES - 9) + b'"}'

    assert send(address, much, content_type="application/json").status_code == 413
    assert send(address, most, content_type="application/json").status_code in {200, 400, 409}
