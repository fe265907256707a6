"""Web push: encrypted for one browser, signed, to known services alone."""

from __future__ import annotations

import base64
import json
import re
import socket
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.contrib.staticfiles import finders
from django.core import mail
from django.test import Client

from examprep.models import User
from quizzes import reminders, schedule
from quizzes.models import PushSubscription, Reminder
from quizzes.reminders import push_encryption, web_push

pytestmark = pytest.mark.database


def raw(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def b64(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).decode().rstrip("=")


def private(text: str) -> ec.EllipticCurvePrivateKey:
    return ec.derive_private_key(int.from_bytes(raw(text), "big"), push_encryption.CURVE)


def test_it_is_the_example_of_rfc_8291() -> None:
    found = push_encryption.encrypt(
        b"When I grow up, I want to be a watermelon",
        raw("BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4"),
        raw("BTBZMqHH6r4Tts7J_aSIgg"),
        salt=raw("DGv6ra1nlYgDCS1FRnbzlw"),
        sender=private("yfWPiYE-n46HLnH0KqZOF1fJJU3MYrct3AELtAQ-oRw"),
    )
    assert b64(found) == (
        "DGv6ra1nlYgDCS1FRnbzlwAAEABBBP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmYWAmS6TlzAC8wEqKK6PBru3jl7A_"
        "yl95bQpu6cVPTpK4Mqgkf1CXztLVBSt2Ks3oZwbuwXPXLWyouBWLVWGNWQexSgSxsj_Qulcy4a-fN"
    )


class Service(BaseHTTPRequestHandler):
    """A push service: takes messages, and answers what it is told to."""

    received: list[tuple[dict[str, str], bytes]] = []
    answer = 201

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.received.append((dict(self.headers), body))
        self.send_response(self.answer)
        self.send_header("Location", "http://127.0.0.1:9/elsewhere")
        self.end_headers()

    def log_message(self, *args: Any) -> None:
        """Silent."""


@pytest.fixture
def service(settings: Any) -> Iterator[str]:
    Service.received, Service.answer = [], 201
    server = HTTPServer(("127.0.0.1", 0), Service)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    settings.VAPID_PRIVATE_KEY = push_encryption.new_private_key()
    settings.VAPID_SUBJECT = "mailto:ops@example.org"
    settings.PUSH_SERVICES = ["http://127.0.0.1:*"]
    yield f"http://127.0.0.1:{server.server_port}/send/abc"
    server.shutdown()


class Browser:
    """One that subscribed, and can read what is pushed to it."""

    def __init__(self, endpoint: str) -> None:
        self.key, self.auth = ec.generate_private_key(push_encryption.CURVE), b"0123456789abcdef"
        self.public = push_encryption.point(self.key.public_key())
        self.subscription = {"endpoint": endpoint, "keys": {"p256dh": b64(self.public), "auth": b64(self.auth)}}

    def read(self, body: bytes) -> Any:
        salt, ours, sealed = body[:16], body[21:86], body[86:]
        shared = self.key.exchange(ec.ECDH(), ec.EllipticCurvePublicKey.from_encoded_point(push_encryption.CURVE, ours))

        def derive(secret: bytes, salt: bytes, info: bytes, length: int) -> bytes:
            return HKDF(hashes.SHA256(), length, salt, info).derive(secret)

        secret = derive(shared, self.auth, b"WebPush: info\0" + self.public + ours, 32)
        key = derive(secret, salt, b"Content-Encoding: aes128gcm\0", 16)
        nonce = derive(secret, salt, b"Content-Encoding: nonce\0", 12)
        return json.loads(AESGCM(key).decrypt(nonce, sealed, None).rstrip(b"\x02"))


def post(web: Client, body: Any, method: str = "post") -> Any:
    return getattr(web, method)("/reminders/push/", json.dumps(body), content_type="application/json")


@pytest.fixture
def web(student: User) -> Client:
    client = Client()
    client.force_login(student)
    return client


def test_a_browser_that_subscribed_gets_the_reminder(student: User, web: Client, service: str) -> None:
    browser = Browser(service)
    assert f'data-push-key="{web_push.public_key()}"' in web.get("/settings/").content.decode()
    assert post(web, browser.subscription).status_code == 204
    student.reminders = True
    student.save()
    schedule.plan_day(student)

    assert reminders.remind(student) is not None
    assert reminders.remind(student) is None

    ((headers, body),) = Service.received
    message = browser.read(body)
    assert message["title"].endswith("of review today")
    assert message["url"].endswith("/today/")
    assert (headers["Content-Encoding"], headers["Ttl"]) == ("aes128gcm", str(web_push.KEEP_FOR))
    assert mail.outbox == []  # no address
    assert Reminder.objects.get().sent_at is not None

    token, key = (part.partition("=")[2] for part in headers["Authorization"].removeprefix("vapid ").split(", "))
    signed, _, signature = token.rpartition(".")
    claims = json.loads(raw(signed.split(".")[1]))
    assert claims["aud"] == service.removesuffix("/send/abc")
    assert claims["sub"] == "mailto:ops@example.org"
    r, s = (int.from_bytes(raw(signature)[at : at + 32], "big") for at in (0, 32))
    public = ec.EllipticCurvePublicKey.from_encoded_point(push_encryption.CURVE, raw(key))
    public.verify(encode_dss_signature(r, s), signed.encode(), ec.ECDSA(hashes.SHA256()))


def test_a_browser_that_is_gone_is_forgotten_and_one_that_is_busy_kept(student: User, service: str) -> None:
    web_push.subscribe(student, Browser(service).subscription)
    Service.answer = 503
    assert web_push.send(student, {"title": "x"}) == 0
    Service.answer = 307  # not followed
    assert web_push.send(student, {"title": "x"}) == 0
    assert PushSubscription.objects.count() == 1
    Service.answer = 410
    assert web_push.send(student, {"title": "x"}) == 0
    assert not PushSubscription.objects.exists()


@pytest.mark.parametrize(
    "endpoint",
    [
        "https://x:bad.notify.windows.com/y",
        "http://127.0.0.1:99999/x",
        "http://127.0.0.1:8000bad/x",
        "https://[",
        "http://127.0.0.1:1/x y",
        f"https://{'x' * 70}.notify.windows.com/",
    ],
)
def test_an_address_that_cannot_be_called_is_forgotten_and_the_next_browser_served(
    student: User, service: str, endpoint: str
) -> None:
    broken = web_push.subscribe(student, Browser(f"{service}/broken").subscription)
    PushSubscription.objects.filter(pk=broken.pk).update(endpoint=endpoint)
    web_push.subscribe(student, Browser(service).subscription)
    assert web_push.send(student, {"title": "x"}) == 1
    assert PushSubscription.objects.get().endpoint == service


@pytest.mark.any_database
@pytest.mark.parametrize("answer", [b"no HTTP at all\r\n\r\n", b"HTTP/1.1 99999 x\r\n\r\n", b""])
def test_a_service_that_speaks_no_http_took_nothing(student: User, service: str, answer: bytes) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        subscription = {**Browser(service).subscription, "endpoint": f"http://127.0.0.1:{listener.getsockname()[1]}/"}
        web_push.subscribe(student, subscription)

        def talk() -> None:
            client, _ = listener.accept()
            with client:
                client.recv(65_536)
                client.sendall(answer)

        thread = threading.Thread(target=talk)
        thread.start()
        assert web_push.send(student, {"title": "x"}) == 0
        thread.join()
    assert PushSubscription.objects.count() == 1


@pytest.mark.any_database
@pytest.mark.parametrize(
    "endpoint",
    [
        "https://example.org/push",
        "http://fcm.googleapis.com/x",
        "https://fcm.googleapis.com@127.0.0.1/x",
        "https://fcm.googleapis.com.example.org/x",
        "http://169.254.169.254/latest",
        "file:///etc/passwd",
        "https://[",
        "https://fcm.googleapis.com/\ud800",
        "https://fcm.googleapis.com/\x00",
        "https://x:bad.notify.windows.com/y",
        "https://x.notify.windows.com:99999/y",
        "https://fcm.googleapis.com/x y",
        "https://fcm.googleapis.com/x\r\nHost: example.org",
        "x" * 2000,
        7,
        None,
    ],
)
def test_other_addresses_are_refused(web: Client, endpoint: Any) -> None:
    answer = post(web, {**Browser("").subscription, "endpoint": endpoint})
    assert answer.status_code == 400
    assert {"endpoint", "body"} & answer.json()["errors"].keys()
    assert not PushSubscription.objects.exists()


@pytest.mark.any_database
@pytest.mark.parametrize("keys", [None, {}, [], {"p256dh": "x", "auth": "y"}, {"p256dh": b64(b"\x04" * 65), "auth": 5}])
def test_keys_that_are_none_are_refused(web: Client, keys: Any) -> None:
    answer = post(web, {"endpoint": "https://fcm.googleapis.com/fcm/send/abc", "keys": keys})
    assert answer.status_code == 400
    assert "keys" in answer.json()["errors"]
    assert post(web, "no subscription").status_code == 400


@pytest.mark.any_database
@pytest.mark.parametrize(
    "body", ["[" * 100_000, "[" * 200 + "]" * 200, '{"endpoint": "\\ud800"}', "{", "[]", "NaN", "\xff"]
)
@pytest.mark.parametrize("method", ["post", "delete"])
def test_what_is_no_subscription_is_refused(web: Client, method: str, body: str) -> None:
    sent = body.encode("latin-1")
    assert getattr(web, method)("/reminders/push/", sent, content_type="application/json").status_code == 400


@pytest.mark.any_database
def test_unsubscribing_and_other_peoples_browsers(student: User, stranger: User, web: Client, service: str) -> None:
    mine = Browser(service).subscription
    post(web, mine)
    eve = Client()
    eve.force_login(stranger)
    assert post(eve, mine, "delete").status_code == 204
    assert PushSubscription.objects.get().student == student
    assert post(web, mine, "delete").status_code == 204
    assert not PushSubscription.objects.exists()
    web_push.subscribe(student, Browser(f"{service}-elsewhere").subscription)
    post(web, mine)
    for browser, left in ((eve, 2), (web, 1)):
        assert browser.post("/accounts/logout/", {"push_endpoint": mine["endpoint"]}).status_code == 302
        assert PushSubscription.objects.count() == left
    web.force_login(student)
    assert web.post("/accounts/logout/", {"push_endpoint": "\0"}).status_code == 302
    for number in range(12):
        web_push.subscribe(student, Browser(f"{service}{number}").subscription)
    assert PushSubscription.objects.count() == web_push.MAX_SUBSCRIPTIONS
    assert Client().post("/reminders/push/").status_code == 302


@pytest.mark.any_database
def test_without_a_key_there_is_no_web_push(student: User, web: Client) -> None:
    assert "data-push-key" not in web.get("/settings/").content.decode()
    assert web_push.send(student, {"title": "x"}) == 0


@pytest.mark.any_database
def test_the_worker_shows_what_is_pushed(web: Client) -> None:
    imported = re.search(r'from "/static/([^"]+)"', web.get("/worker.js").content.decode())
    assert imported
    path = finders.find(imported[1])
    assert path
    assert "showNotification" in Path(path).read_text()
