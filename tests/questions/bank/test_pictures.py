"""Pictures of a course: from its folder or uploaded, shown in its texts, kept by published versions, exported."""

from __future__ import annotations

import io
import re
import shutil
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from PIL import Image

from questions import bank
from questions.models import Course, Item, Picture
from questions.text import markup
from questions.text.appearance import appearance
from tests.courses import TINY

pytestmark = pytest.mark.django_db


def red(width: int = 8) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (width, 6), "red").save(out, "PNG")
    return out.getvalue()


@pytest.fixture
def media(tmp_path: Path, settings: pytest.FixtureRequest) -> None:
    settings.MEDIA_ROOT = tmp_path / "stored"  # type: ignore[attr-defined]


@pytest.fixture
def folder(tmp_path: Path, media: None) -> Path:
    """The tiny course, whose first item shows a picture."""
    copy = tmp_path / "course"
    shutil.copytree(TINY, copy)
    (copy / "media").mkdir()
    (copy / "media/red.png").write_bytes(red())
    place(copy, "![A red box](media/red.png)")
    return copy


def place(folder: Path, picture: str) -> None:
    items = folder / "bank/items.yaml"
    text = "What does the L2 penalty make small?"
    items.write_text(re.sub(rf"stem: .*{re.escape(text)}.*", f"stem: '{picture} {text}'", items.read_text()))


def load(folder: Path) -> Course:
    return bank.load_course(folder, seeds=20).course


def stem() -> str:
    version = Item.objects.get(slug="penalty-target").published
    assert version
    return str(version.body["stem"])


@pytest.mark.any_database
def test_a_picture_of_the_folder_is_shown_and_served_as_what_cannot_run(folder: Path, client: Client) -> None:
    load(folder)

    html = markup.render(stem())
    image = re.search(r'<img class="picture" src="(/media/red-8x6-[0-9a-f]{32}\.png)" alt="A red box" [^>]*>', html)
    assert image, html
    assert 'width="8" height="6"' in image[0]
    answer = client.get(image[1])
    assert answer.content == red()
    assert answer["Content-Type"] == "image/png"
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert "immutable" in answer["Cache-Control"]
    assert answer["Content-Security-Policy"].startswith("default-src 'none'")
    assert "sandbox" in answer["Content-Security-Policy"]
    assert "Set-Cookie" not in answer
    assert client.get("/media/red-8x6-" + "0" * 32 + ".png").status_code == 404
    assert client.get("/media/..%2F..%2Fsecret_key").status_code == 404


@pytest.mark.any_database
def test_another_picture_makes_a_new_version_and_the_old_one_keeps_its_own(folder: Path, client: Client) -> None:
    load(folder)
    before = stem()
    assert not bank.load_course(folder, seeds=20).published
    (folder / "media/red.png").write_bytes(red(9))

    assert bank.load_course(folder, seeds=20).published == ["penalty-target"]

    assert "red-9x6" in stem()
    assert client.get(str(re.search(r'src="([^"]+)"', markup.render(before))[1])).status_code == 200  # type: ignore[index]


@pytest.mark.any_database
def test_an_export_has_its_pictures_and_loads_back_as_the_same(folder: Path, tmp_path: Path) -> None:
    course = load(folder)
    bank.export_course(course, tmp_path / "out")

    assert [path.read_bytes() for path in (tmp_path / "out/media").iterdir()] == [red()]
    report = bank.load_course(tmp_path / "out", seeds=20)
    assert not report.published
    assert Picture.objects.count() == 1


@pytest.mark.any_database
@pytest.mark.parametrize(
    ("picture", "where", "message"),
    [
        ("![A box](media/blue.png)", "bank/items.yaml:6", "There is no file media/blue.png"),
        ("![](media/red.png)", "bank/items.yaml:6", "for readers who cannot see it"),
        ("![A box](https://elsewhere.example/a.png)", "bank/items.yaml:6", "no picture of the course"),
    ],
)
def test_a_picture_that_nobody_would_see_is_one_line_at_its_place(
    folder: Path, picture: str, where: str, message: str
) -> None:
    place(folder, picture)

    with pytest.raises(bank.BankError) as refused:
        load(folder)

    assert len(refused.value.problems) == 1
    assert refused.value.problems[0].place == where
    assert message in refused.value.problems[0].message
    assert not Course.objects.exists()


@pytest.mark.any_database
def test_a_file_that_is_no_picture_is_one_line(folder: Path) -> None:
    (folder / "media/red.png").write_bytes(b"\x89PNG" + bytes(50_000_000))

    with pytest.raises(bank.BankError) as refused:
        load(folder)

    assert [str(problem) for problem in refused.value.problems] == [
        "media/red.png: A picture has at most 5 MB, and this one 50.0."
    ]


@pytest.mark.any_database
def test_choices_that_differ_by_their_picture_look_different() -> None:
    first, second = (f"![A curve](media/a-1x1-{digit * 32}.png)" for digit in "01")

    assert appearance(first) != appearance(second)


def test_a_picture_is_uploaded_and_placed_by_what_is_shown(folder: Path, admin_client: Client) -> None:
    course = load(folder)

    shown = admin_client.post(
        "/admin/questions/picture/add/",
        {"course": course.pk, "file": SimpleUploadedFile("blue.png", red(5))},
        follow=True,
    )
    again = admin_client.post(
        "/admin/questions/picture/add/", {"course": course.pk, "file": SimpleUploadedFile("blue.png", red(5))}
    )

    address = Picture.objects.get(address__startswith="blue-5x6").address
    assert f"![what it shows](media/{address})" in shown.content.decode()
    assert again.status_code == 302
    body = {"stem": f"![A box](media/{address})", "explanation": "E", "choices": CHOICES}
    bank.validate_body("single_choice", body)
    with pytest.raises(bank.BankError, match="There is no picture"):
        bank.validate_body("single_choice", {**body, "stem": f"![A box](media/gone-1x1-{'0' * 32}.png)"})


CHOICES = [{"text": "A", "correct": True}, {"text": "B", "because": "No."}]


@pytest.mark.any_database
def test_an_upload_that_is_no_picture_is_refused_at_its_field(folder: Path, admin_client: Client) -> None:
    course = load(folder)
    script = b'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 1 1"><script/></svg>'

    shown = admin_client.post(
        "/admin/questions/picture/add/", {"course": course.pk, "file": SimpleUploadedFile("a.svg", script)}
    )

    assert "holds “script”" in shown.content.decode()
    assert not Picture.objects.filter(address__startswith="a-").exists()
