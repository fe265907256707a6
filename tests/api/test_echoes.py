"""What is being typed, read over REST: an app shows it beside its field."""

from __future__ import annotations

from typing import Any

import pytest

from tests.conftest import Api

pytestmark = [pytest.mark.django_db, pytest.mark.any_database]


@pytest.mark.parametrize(
    ("sent", "told"),
    [
        ({"value": "2,5 m s⁻²"}, {"ok": True, "reading": "2.5 m s⁻² (a decimal comma)"}),
        ({"value": "12 neurons", "unit": "neurons"}, {"ok": True, "reading": "12"}),
        ({"value": "J/kg K"}, {"ok": False, "reading": ""}),
        ({"value": " "}, {"ok": True, "reading": "", "detail": ""}),
        (
            {"kind": "formula", "value": "2 lambda x", "reading": "lambda x"},
            {"ok": True, "latex": r"2\,\lambda\,x", "reading": r"$2\,\lambda\,x$"},
        ),
        (
            {"kind": "formula", "value": "1/2x", "reading": "x"},
            {
                "ok": False,
                "reading": "",
                "detail": "“1/2x” at character 1: It has two readings: write (1/2)*x… or 1/(2*x…).",
            },
        ),
    ],
)
def test_what_is_typed_is_read_as_pages_read_it(api: Api, sent: dict[str, Any], told: dict[str, Any]) -> None:
    answer = api.post("numbers/read/", sent)

    assert answer.status_code == 200
    assert answer.json() == {"latex": "", "detail": answer.json()["detail"], **told}
    assert answer.json()["ok"] == (answer.json()["detail"] == "")


@pytest.mark.parametrize("sent", [{}, [], {"value": 3}, {"value": "3", "kind": "essay"}, {"value": "3", "reading": 1}])
def test_what_cannot_be_read_at_all_is_refused_by_its_field(api: Api, sent: Any) -> None:
    answer = api.post("numbers/read/", sent)

    assert answer.status_code == 400
    assert answer.json()["errors"]
