"""Every door that reads a whole number: the number that is checked is the number that is used."""

from __future__ import annotations

import base64
import json

import pytest
from django.test import Client
from django.utils import timezone

from examprep.models import User
from examprep.run.console import CannotRunError
from examprep.run.listening import read_port
from quizzes import exams
from quizzes.models import Exam, Slot
from tests.conftest import Api

pytestmark = pytest.mark.database

ODD = ["004801", "00000000000000000030", "4_5", "٤٥", "+45", "-45", "4e1", "45.0", "²", "9" * 5000]


@pytest.mark.parametrize("minutes", [*ODD, "481", "0", ""])
def test_minutes_a_day_are_one_to_480(client: Client, student: User, minutes: str) -> None:
    client.force_login(student)
    before = student.daily_minutes
    assert client.post("/today/minutes/", {"minutes": minutes}).status_code == 302
    student.refresh_from_db()
    assert student.daily_minutes == before


@pytest.mark.parametrize("number", [*ODD, "000000100999", "00000003099999999"])
@pytest.mark.parametrize("address", ["queue/?limit=", "packs/?days="])
def test_parameters_are_within_their_bounds(api: Api, address: str, number: str) -> None:
    answer = api.get(address + number.replace("+", "%2B"))
    assert answer.status_code == 400
    assert address.partition("?")[2].strip("=") in answer.json()["errors"]


@pytest.mark.parametrize("number", ODD)
def test_slots_and_revisions_of_a_sitting(client: Client, student: User, number: str) -> None:
    client.force_login(student)
    sitting = exams.open_sitting(student, Exam.objects.get(slug="tiny-exam"), timezone.now())[0]
    address = f"/sittings/{sitting.pk}/"
    slot = sitting.slots.get(presentation__version__kind="short_text").number
    assert client.post(address, {"slot": number, "rev": "0", "text": "AdamW"}).headers["Location"] == address
    client.post(address, {"slot": str(slot), "rev": number, "text": "AdamW"})
    assert not Slot.objects.filter(sitting=sitting, rev__gt=0).exists()
    assert client.get(f"{address}slots/{'9' * 30}/").status_code == 404
    assert client.get(f"{address}slots/{'9' * 5000}/").status_code == 404


@pytest.mark.parametrize("slot", ["0", "99999", "9" * 19, "9" * 30, "9" * 5000])
@pytest.mark.parametrize("place", ["answers/{}/", "flags/{}/", "rounds/{}/oral/"])
def test_slots_in_addresses_of_the_api(api: Api, student: User, place: str, slot: str) -> None:
    sitting = exams.open_sitting(student, Exam.objects.get(slug="tiny-exam"), timezone.now())[0]
    body = {"response": {"text": "x"}, "rev": 0, "flagged": True, "pair": "x", "mark": 1}
    address = f"/api/v1/sittings/{sitting.pk}/{place.format(slot)}"
    assert api.client.put(address, body, content_type="application/json").status_code in (400, 404)


@pytest.mark.parametrize("mark", ["", "01", "12", "012", "3", "²", *ODD])
def test_marks_of_oneself_are_0_1_or_2(client: Client, student: User, mark: str) -> None:
    client.force_login(student)
    viva = exams.open_sitting(student, Exam.objects.get(slug="tiny-viva"), timezone.now())[0]
    rounds = f"/sittings/{viva.pk}/rounds/1/"
    client.post(rounds, {"step": "start"})
    client.post(rounds, {"step": "finish", "rev": "0"})
    slot = Slot.objects.select_related("presentation").get(sitting=viva, number=1)
    pair = slot.presentation.prompt["left"][0]["id"]
    assert client.post(rounds, {"step": "oral", "pair": pair, "mark": mark}).status_code == 302
    slot.refresh_from_db()
    assert slot.oral is None


@pytest.mark.parametrize("item", ODD)
def test_ticked_items(client: Client, student: User, item: str) -> None:
    client.force_login(student)
    assert client.post("/practise/", {"ticked": "", "item": item}).headers["Location"] == "/exams/"


@pytest.mark.parametrize("port", [*ODD[:-1], "65536", "08000"])
def test_the_port(monkeypatch: pytest.MonkeyPatch, port: str) -> None:
    monkeypatch.setenv("PORT", port)
    if port == "08000":
        assert read_port() == 8000
    else:
        with pytest.raises(CannotRunError):
            read_port()


def test_an_echo_costs_nothing(client: Client, db: None) -> None:
    for value in ("1e00000005000000", "1e00000060000000", "1e-00000060000000"):
        assert "too large or too small" in client.get("/review/read/", {"value": value}).content.decode()


@pytest.mark.parametrize("number", [2**63, 10**30, -(10**30)])
@pytest.mark.parametrize("field", ["student", "change_log", "issued_at", "courses"])
def test_numbers_in_a_cursor(api: Api, field: str, number: int) -> None:
    cursor = api.get("sync/").json()["cursor"]
    held = json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
    held[field] = {str(number): 0} if field == "courses" else number
    forged = base64.urlsafe_b64encode(json.dumps(held).encode()).decode().rstrip("=")
    assert api.get(f"sync/?cursor={forged}").status_code == 400
