"""No file hurts: each that is broken or hostile gives a message, in bounded memory, and nothing comes in of it."""

from __future__ import annotations

import io
import json
import subprocess
import sys
import zipfile
import zlib
from pathlib import Path
from struct import pack

import pytest
from django.core.management import CommandError, call_command

from questions import bank
from questions.interchange.formats import FORMATS
from questions.models import Course
from questions.text import markup
from tests import courses
from tests.questions.interchange import mutations

pytestmark = pytest.mark.any_database

MEMORY = 1_000_000_000
"""Bytes that a process may have which reads the worst files."""
IN_BOUNDS = f"""
import json, os, resource, sys
os.environ["DJANGO_SETTINGS_MODULE"] = "examprep.settings"
import django
django.setup()
from questions.interchange.formats import FORMATS
resource.setrlimit(resource.RLIMIT_AS, ({MEMORY}, {MEMORY}))
said = []
for form, name in json.loads(sys.argv[1]):
    found = list(FORMATS[form].read(open(name, "rb").read(), name.rpartition("/")[2]))
    said.append([[each.refused, list(each.lost)] for each in found])
print(json.dumps(said))
"""
ENTITIES = '<!DOCTYPE q [<!ENTITY a "ha">' + "".join(
    f'<!ENTITY {chr(98 + place)} "{f"&{chr(97 + place)};" * 10}">' for place in range(9)
)
ESSAY = (
    "<quiz><question type='essay'><name><text>A</text></name><questiontext format='html'><text>{}</text></questiontext>"
    "</question></quiz>"
)


def _zip(**files: bytes) -> bytes:
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name.replace("__", "."), content)
    return written.getvalue()


def _chunk(kind: bytes, content: bytes) -> bytes:
    return pack(">I", len(content)) + kind + content + pack(">I", zlib.crc32(kind + content))


def _huge_picture(kind: str) -> bytes:
    if kind == "gif":
        return (
            b"GIF89a"
            + pack("<HH", 60_000, 60_000)
            + b"\xf0\0\0"
            + b"\0" * 6
            + b",\0\0\0\0"
            + b"\x60\xea" * 2
            + b"\0\x02\0;"
        )
    head = pack(">IIBBBBB", 60_000, 60_000, 8, 2, 0, 0, 0)
    pixels = zlib.compress(bytes(20_000_000))
    return b"\x89PNG\r\n\x1a\n" + _chunk(b"IHDR", head) + _chunk(b"IDAT", pixels) + _chunk(b"IEND", b"")


def _showing(*names: str, **files: bytes) -> bytes:
    """A package of QTI whose question shows pictures."""
    shown = "".join(f'<img src="{name}" alt="it"/>' for name in names)
    asked = f'<itemBody>{shown}<extendedTextInteraction responseIdentifier="R"/></itemBody>'
    item = f'<assessmentItem identifier="i" title="t">{asked}</assessmentItem>'
    return _zip(item__xml=item.encode(), **files)


def _hostile() -> dict[str, tuple[str, bytes, str]]:
    """Of each file its format, what it holds, and what is said of it."""
    return {
        "entities.xml": ("moodle-xml", f"{ENTITIES}]><quiz>&j;</quiz>".encode(), "It defines entities"),
        "outside.xml": (
            "qti",
            b'<!DOCTYPE q [<!ENTITY x SYSTEM "file:///etc/passwd">]><item>&x;</item>',
            "It defines entities",
        ),
        "bomb.zip": ("qti", _zip(item__xml=b"<" + bytes(210_000_000)), "unpacks to more than 200 MB"),
        "tags.xml": ("moodle-xml", b"<quiz>" + b"<a/>" * 4_100_000, "4 million tags"),
        "deep.xml": ("moodle-xml", b"<quiz>" + b"<a>" * 9999 + b"</a>" * 9999 + b"</quiz>", "nested 10000 deep"),
        "deep.html.xml": ("moodle-xml", ESSAY.format("&lt;b>" * 9999 + "x").encode(), ""),
        "declared.xml": ("moodle-xml", b"<?xml version='1.0' encoding='punycode'?><quiz>a</quiz>", "is not known"),
        "lying.xml": (
            "moodle-xml",
            b"<?xml version='1.0' encoding='utf-8'?>\n<quiz>\xe9</quiz>",
            "Line 2 is not utf-8",
        ),
        "half.xml": ("moodle-xml", ESSAY.format("a").encode()[:-20], "broken in line 1"),
        "nothing.xml": ("moodle-xml", b"<quiz>\n<", "broken in line 2"),
        "deep.yaml": ("yaml", b"- a: " + b"[" * 1200, "nested too deep"),
        "aliases.yaml": ("yaml", b"- &a [1]\n- *a\n", "aliases are not used"),
        "code.yaml": ("yaml", b"- !!python/object/apply:os.system [id]\n", "YAML"),
        "cut.zip": ("qti", _zip(item__xml=b"<item/>")[:60], "damaged, or cut off"),
        "garbage.apkg": (
            "apkg",
            _zip(collection__anki2=b"SQLite format 3\0" + b"\x93\xfe" * 5000, media=b"{}"),
            "is damaged",
        ),
        "media.apkg": ("apkg", _zip(collection__anki2=b"", media=b"[" * 99_999), "list of media is damaged"),
        "huge.zip": ("qti", _showing("a.png", "b.gif", a__png=_huge_picture("png"), b__gif=_huge_picture("gif")), ""),
    }


def test_hostile_files_are_refused_by_name_in_bounded_memory(tmp_path: Path) -> None:
    hostile = _hostile()
    for name, (_, content, _) in hostile.items():
        (tmp_path / name).write_bytes(content)
    asked = json.dumps([(form, str(tmp_path / name)) for name, (form, _, _) in hostile.items()])
    done = subprocess.run([sys.executable, "-c", IN_BOUNDS, asked], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-2000:]
    said = dict(zip(hostile, json.loads(done.stdout), strict=True))
    for name, (_, _, message) in hostile.items():
        if message:
            assert len(said[name]) == 1, name
            assert message in (said[name][0][0] or ""), (name, said[name])
    assert said["deep.html.xml"] == [[None, []]]
    [(refused, lost)] = said["huge.zip"]
    assert refused is None
    assert len(lost) == 2
    assert all("million pixels" in why or "60000 × 60000" in why for why in lost)


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-8-sig", "cp1252"])
def test_texts_come_in_whatever_their_encoding(encoding: str) -> None:
    gift = "::Größe:: Wie groß ist é? {=größer ~kleiner}\n".encode(encoding)
    assert [each.title for each in FORMATS["gift"].read(gift, "a.gift")] == ["Größe"]
    table = "question;answer\nWie groß?;größer\n".encode(encoding)
    assert [each.body["stem"] for each in FORMATS["csv"].read(table, "a.csv")] == ["Wie groß?"]


def test_files_outside_of_an_archive_are_not_in_it() -> None:
    secret = b'<assessmentItem identifier="i"/>'
    files = {
        "../up.xml": secret,
        "/root.xml": secret,
        "..\\back.xml": secret,
        "C:\\disk.xml": secret,
        "a/../../b.xml": secret,
    }
    assert [each.refused for each in FORMATS["qti"].read(_zip(**files), "a.zip")] == [
        "There is no file with QTI items in it."
    ]


def test_scripts_stay_outside() -> None:
    """Of HTML and SVG that come in nothing runs, wherever it is shown."""
    html = (
        "<p onclick='x()'>Look<script>alert(1)</script> <a href='javascript:alert(1)'>here</a>"
        "<img src='data:image/svg+xml,%3Csvg xmlns=%22http://www.w3.org/2000/svg%22 width=%221%22 height=%221%22"
        " onload=%22alert(1)%22%3E%3Cscript%3Ealert(1)%3C/script%3E%3C/svg%3E' onerror='alert(1)'></p>"
    )
    escaped = html.replace("&", "&amp;").replace("<", "&lt;")
    [found] = FORMATS["moodle-xml"].read(ESSAY.format(escaped).encode(), "a.xml")
    shown = str(markup.render(str(found.body["stem"])))
    assert "Look" in shown
    assert not [word for word in ("<script", "href", "<img", "onclick", "onerror", "onload") if word in shown], shown
    assert "script" in found.lost[0]
    assert not found.pictures


@pytest.mark.django_db
def test_the_command_refuses_what_is_too_large_unread(tmp_path: Path) -> None:
    course = courses.load(exams=False)
    file = tmp_path / "large.zip"
    with file.open("wb") as sparse:
        sparse.truncate(1_000_000_000)
    with pytest.raises(CommandError, match="more than 300 MB: export it in parts"):
        call_command("import_items", "qti", str(file), "--course", course.slug)


@pytest.mark.django_db
@pytest.mark.any_database  # what imports ask of PostgreSQL is shown by tests/questions/admin/test_imports.py
def test_mutated_files_give_messages() -> None:
    """A few of those that `make interop-fuzz` reads: whatever they hold, nothing is raised."""
    course = Course.objects.create(slug="mutations", title="Mutations")
    files = mutations.of_ours()
    for number in range(2 * len(files)):
        file = mutations.mutate(number, files)
        bank.import_questions(course, file.form, file.name, mutations.read(file), dry_run=True)
