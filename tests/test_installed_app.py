"""What browsers are told of the app, of its shell, and of the pages that they may keep."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.test import Client

from examprep import installed_app
from examprep.models import User
from quizzes.models import Presentation
from tests.conftest import Api


def logged_in(user: User) -> Client:
    web = Client()
    web.force_login(user)
    return web


@pytest.mark.any_database
def test_the_manifest_names_what_is_there(client: Client, db: None) -> None:
    manifest = client.get("/app.webmanifest").json()
    assert (manifest["start_url"], manifest["display"], manifest["scope"]) == ("/today/", "standalone", "/")
    assert {(icon["sizes"], icon["purpose"]) for icon in manifest["icons"]} == {
        ("any", "any"),
        ("192x192", "any"),
        ("512x512", "any"),
        ("512x512", "maskable"),
    }
    for icon in manifest["icons"]:
        assert client.get(icon["src"]).status_code == 200, icon["src"]
    assert [shortcut["url"] for shortcut in manifest["shortcuts"]] == ["/review/", "/today/", "/lessons/"]


@pytest.mark.any_database
def test_the_worker_has_a_version_that_changes_with_any_file(
    client: Client, db: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    script = client.get("/worker.js").content.decode()
    shell = json.loads(script[script.index("start(") + 6 : script.rindex(")")])
    assert shell == installed_app._read_shell()._asdict()
    assert {"/offline/", "/static/quizzes/device/grading.js", "/static/katex/katex.min.css"} <= {*shell["files"]}
    assert not [file for file in shell["files"] if "/admin/" in file or "/worker/" in file]

    read = installed_app._read_file
    changed = "examprep/worker/pages.js"
    monkeypatch.setattr(installed_app, "_read_file", lambda name: read(name) + b" " * (name == changed))
    assert installed_app._read_shell().version != shell["version"]


@pytest.mark.any_database
def test_pages_name_the_cache_of_who_is_logged_in_and_all_others_none(student: User) -> None:
    web, visitor, header = logged_in(student), Client(), installed_app.HEADER
    pages = f"person-pages:{student.pk}"
    for address in ("/today/", "/review/", "/lessons/", "/courses/tiny/lessons/decay/", "/concepts/"):
        assert web.get(address).headers.get(header) == pages, address
        assert header not in visitor.get(address, follow=True).headers, address
    check = "/courses/tiny/lessons/decay/quick-check/"
    for more in ({}, {"HX-Request": "true"}):
        assert web.get(check, headers=more).headers[header] == f"person-keys:{student.pk}"
    assert header not in web.get("/review/", headers={"HX-Request": "true"}).headers
    for address in ("/exams/", "/settings/", "/account/", "/progress/", "/notebook/", "/offline/", "/search/"):
        assert header not in web.get(address).headers, address


def test_forms_of_a_pack_come_together(student: User, api: Api, django_assert_max_num_queries: Any) -> None:
    asked = [each["id"] for each in api.get("packs/?days=7").json()["results"]]
    web = logged_in(student)
    for some in (asked[:1], asked):
        with django_assert_max_num_queries(8):
            forms = web.get("/review/forms/", {"presentation": some}).json()["forms"]
        assert {*forms} == {*some}
        assert all(f'value="{pk}"' in html and "KEY-EXPLANATION" not in html for pk, html in forms.items())
    other = logged_in(User.objects.create_user("eve"))
    assert other.get("/review/forms/", {"presentation": [*asked, "x"]}).json() == {"forms": {}}
    api.post("exams/tiny-exam/sittings/", {})
    sat = Presentation.objects.filter(in_sitting=True).values_list("version__item", flat=True)
    held = {
        str(pk) for pk in Presentation.objects.filter(pk__in=asked, version__item__in=sat).values_list("pk", flat=True)
    }
    assert held
    assert {*web.get("/review/forms/", {"presentation": asked}).json()["forms"]} == {*asked} - held
