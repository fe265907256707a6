"""Files of questions with random faults in them: whatever a file holds, its readers say what is wrong with it.

`python -m tests.questions.interchange.mutations COUNT` reads so many, made of files that others wrote (see `corpus`)
and of our own, has the bank take what is in them in a dry run, and prints what came of it. A mutation follows from its
number and the seed alone: a number that failed is made again by `--only NUMBER`.
"""

from __future__ import annotations

import argparse
import base64
import io
import os
import random
import re
import sys
import time
import traceback
import zipfile
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from xml.etree import ElementTree

from questions.interchange.archives import is_archive
from questions.interchange.formats import FORMATS
from questions.interchange.found import Found
from questions.interchange.leaving import Leaving
from tests.questions.interchange import corpus
from tests.questions.interchange.test_moodle import PIXEL, QUIZ

SEED = 24
LONGEST = 200_000
"""Bytes of a file that is mutated: larger ones say nothing more, and take long."""
SIGNS = (
    *(b"\0", b"\xff\xfe", b"\xef\xbb\xbf", b"\xed\xa0\x80", "\u202e".encode(), "\ue000\ue010".encode(), b"\x1f"),
    *(b"<", b">", b"&", b"&#0;", b"&lol;", b"]]>", b"<![CDATA[", b"<!--", b"<?xml", b"{", b"}", b"{=", b"~%", b"[["),
    *(b"$$", b"\\(", b"\\", b"#", b"%-1e9%", b"->", b"::", b"{{", b"{{c1::", b"|", b"\t", b'"', b"'", b"\r", b"\n\n"),
    *(b"-1", b"1e999", b"NaN", b"99999999999999999999", b"0.1.2", b"1/0", b"- ", b": ", b"!!python/object:os.system"),
    *(
        b"<script>alert(1)</script>",
        b"<math><mfrac/></math>",
        b"<table>",
        b"data:image/svg+xml;base64,PHN2Zz4=",
        b"../../x",
    ),
)
"""What means something somewhere."""
GALLERY = Path(__file__).parents[2] / "gallery"
SMALL = (
    (
        "gift",
        "small.gift",
        b"""$CATEGORY: Waves/Sound
::One::[html]<p>Which is <b>one</b>?</p> {=1#Yes ~%-50%2#No ~3 ####So it is.}
[tags: a] ::Pi:: What is pi? {#3.14:0.01 =%50%3:0.5#Rough}
// a comment
::Pairs:: Match. {=cat -> meow =dog -> woof =cow -> moo}
Is it so? {T} The {=quick =fast} fox. Write. {} \\{ not a question \\}
""",
    ),
    ("aiken", "small.txt", b"Which is one?\nA) 1\nB. 2\nANSWER: A\n\nWhich is two?\nA. 1\nB. 2\nANSWER: B\n"),
    (
        "csv",
        "small.csv",
        '\ufeffquestion;answer;wrong 1;wrong 2;explanation\n"Was ist gr\u00f6\u00dfer?";2;1;0;=1+1\n'.encode(),
    ),
    ("csv", "notes.txt", b"#separator:tab\n#html:true\n#tags column:3\n<b>one</b>\ttwo\ta b\nthree\tfour\tc\n"),
    (
        "qti",
        "small.xml",
        b"""<questestinterop><item ident="i1" title="Sky"><presentation><material>
<mattext texttype="text/html">&lt;p&gt;What is blue?&lt;/p&gt;</mattext></material><response_lid ident="r1">
<render_choice><response_label ident="a"><material><mattext>Sky</mattext></material></response_label>
<response_label ident="b"><material><mattext>Grass</mattext></material></response_label></render_choice></response_lid>
</presentation><resprocessing><respcondition><conditionvar><varequal respident="r1">a</varequal></conditionvar>
<setvar action="Set">100</setvar></respcondition></resprocessing></item></questestinterop>""",
    ),
)
"""Small files of formats that are read alone: of each its format, name and content."""


@dataclass(frozen=True)
class Seeded:
    """A file without faults, and the format that reads it."""

    form: str
    name: str
    content: bytes


def of_others() -> list[Seeded]:
    """The files that others wrote, where they are at hand."""
    return [
        Seeded("csv" if family == "anki" and file.suffix == corpus.AS_TABLE else form, file.name, content)
        for family, form in corpus.READ_AS.items()
        for file, _ in corpus.files(family)
        if len(content := file.read_bytes()) <= LONGEST
    ]


def of_ours() -> list[Seeded]:
    """The gallery's questions in all formats that are written, and a few in those that are read alone."""
    items = [
        Leaving(each.source_id, each.kind, each.body, each.concepts)
        for file in sorted((GALLERY / "bank").glob("*.yaml"))
        for each in FORMATS["yaml"].read(file.read_bytes(), file.name)
        if each.kind
    ]
    pixel = base64.b64decode(PIXEL)
    written = [
        Seeded(name, f"gallery{form.endings[0]}", form.write(part, lambda address: pixel).content)
        for name, form in FORMATS.items()
        if form.is_written
        for part in (items[:8], items[8:20])
    ]
    return [*written, Seeded("moodle-xml", "quiz.xml", QUIZ.encode()), *(Seeded(*each) for each in SMALL)]


def mutate(number: int, files: Sequence[Seeded], seed: int = SEED) -> Seeded:
    """The file of this number, with one to six faults; of an archive, often in a file within."""
    draw = random.Random(f"{seed}:{number}")
    file = files[number % len(files)]
    other = draw.choice(files).content
    content = file.content
    if is_archive(content) and draw.random() < 0.8:
        content = _mutate_within(content, other, draw)
    else:
        content = _break(content, other, draw)
    return Seeded(file.form, file.name, content)


def _mutate_within(content: bytes, other: bytes, draw: random.Random) -> bytes:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        files = {name: archive.read(name) for name in archive.namelist()}
    victim = draw.choice(list(files))
    match draw.randrange(10):
        case 0:
            del files[victim]
        case 1:
            files[f"../{victim}"] = files.pop(victim)
        case _:
            files[victim] = _break(files[victim], other, draw)
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w") as archive:
        for name, inner in files.items():
            archive.writestr(name, inner)
    return written.getvalue()


def _break(content: bytes, other: bytes, draw: random.Random) -> bytes:
    if content.lstrip(b"\xef\xbb\xbf").startswith(b"<") and draw.random() < 0.7:
        return _change_tree(content, other, draw)
    for _ in range(draw.randint(1, 6)):
        content = draw.choice(FAULTS)(content, other, draw)[: 2 * LONGEST]
    return content


def _span(content: bytes, draw: random.Random) -> tuple[int, int]:
    start = draw.randrange(len(content) + 1)
    return start, min(len(content), start + int(draw.expovariate(0.05)))


def _flip(content: bytes, other: bytes, draw: random.Random) -> bytes:
    changed = bytearray(content)
    for _ in range(min(len(changed), draw.randint(1, 8))):
        changed[draw.randrange(len(changed))] = draw.randrange(256)
    return bytes(changed)


def _insert(content: bytes, other: bytes, draw: random.Random) -> bytes:
    start, end = _span(content, draw)
    return content[: draw.choice((start, end))] + draw.choice(SIGNS) + content[end:]


def _drop(content: bytes, other: bytes, draw: random.Random) -> bytes:
    start, end = _span(content, draw)
    return content[:start] + content[end:]


def _repeat(content: bytes, other: bytes, draw: random.Random) -> bytes:
    start, end = _span(content, draw)
    return content[:start] + content[start:end] * draw.choice((2, 3, 50)) + content[end:]


def _splice(content: bytes, other: bytes, draw: random.Random) -> bytes:
    start, end = _span(other, draw)
    at, behind = _span(content, draw)
    return content[:at] + other[start:end] + content[behind:]


def _cut(content: bytes, other: bytes, draw: random.Random) -> bytes:
    return content[: draw.randrange(len(content) + 1)] if draw.random() < 0.3 else content


def _move_lines(content: bytes, other: bytes, draw: random.Random) -> bytes:
    lines = content.splitlines(keepends=True)
    if len(lines) > 1:
        line = lines.pop(draw.randrange(len(lines)))
        if draw.random() < 0.7:
            lines.insert(draw.randrange(len(lines)), line)
    return b"".join(lines)


def _move_tags(content: bytes, other: bytes, draw: random.Random) -> bytes:
    """Drop a tag, put another in its place, or empty what is between two."""
    tags = [found.span() for found in re.finditer(rb"<[^<>]{1,200}>", content)]
    if not tags:
        return _insert(content, other, draw)
    (start, end), (first, last) = draw.choice(tags), draw.choice(tags)
    return (
        content[:start] + draw.choice((b"", content[first:last], b"</x>")) + content[draw.choice((end, end, start)) :]
    )


def _change_tree(content: bytes, other: bytes, draw: random.Random) -> bytes:
    """XML that stays well-formed: elements are dropped, doubled, moved and renamed, texts and attributes changed."""
    try:
        root = ElementTree.fromstring(content)
    except (ElementTree.ParseError, ValueError, LookupError):
        return _insert(content, other, draw)
    elements = list(root.iter())
    for _ in range(draw.randint(1, 8)):
        element, another = draw.choice(elements), draw.choice(elements)
        match draw.randrange(6):
            case 0 if len(element):
                element.remove(draw.choice(element))
            case 1 if another not in element.iter() and element not in another.iter():
                element.insert(draw.randrange(len(element) + 1), another)
            case 2:
                element.tag = another.tag
            case 3 if element.attrib:
                element.attrib[draw.choice(list(element.attrib))] = draw.choice(
                    [*another.attrib.values(), "", "-1", "x"]
                )
            case 4 if element.attrib:
                del element.attrib[draw.choice(list(element.attrib))]
            case _:
                element.text = draw.choice(
                    [another.text, "", "-1", "1e999", "NaN", "{", "<b>", r"\(", "[[1]]", "{1:NM:=x}"]
                )
    return ElementTree.tostring(root)


def _renumber(content: bytes, other: bytes, draw: random.Random) -> bytes:
    numbers = [found.span() for found in re.finditer(rb"[0-9.]{1,20}", content)]
    if not numbers:
        return content
    start, end = draw.choice(numbers)
    return content[:start] + draw.choice(SIGNS) + content[end:]


def _encode_anew(content: bytes, other: bytes, draw: random.Random) -> bytes:
    if draw.random() < 0.7:
        return content
    encoding = draw.choice(("utf-16", "utf-16-be", "cp1252", "utf-8-sig", "utf-7", "utf-32"))
    return content.decode("utf-8", "replace").encode(encoding, "replace")


FAULTS: Sequence[Callable[[bytes, bytes, random.Random], bytes]] = (
    *(_flip, _insert, _insert, _drop, _repeat, _splice, _cut, _move_lines, _move_tags, _renumber, _encode_anew),
)


def read(file: Seeded) -> Iterator[Found]:
    """What its reader finds in a file."""
    return FORMATS[file.form].read(file.content, file.name)


def main(arguments: Sequence[str] | None = None) -> int:
    """Read mutated files, and print what came of them; 1 where any gave a traceback."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("count", type=int, nargs="?", default=10_000)
    parser.add_argument("--seed", type=int, default=SEED)
    parser.add_argument("--only", type=int, help="the number of one file")
    asked = parser.parse_args(arguments)
    from django.test.utils import setup_databases

    from questions import bank
    from questions.models import Course

    setup_databases(verbosity=0, interactive=False)
    course = Course.objects.create(slug="mutations", title="Mutations")
    files = [*of_others(), *of_ours()]
    counts: dict[str, Counter[str]] = {}
    failures: dict[str, int] = {}
    slowest = (0.0, 0)
    for number in range(asked.count) if asked.only is None else [asked.only]:
        file, begun = mutate(number, files, asked.seed), time.thread_time()
        row = counts.setdefault(file.form, Counter())
        row["files"] += 1
        try:
            report = bank.import_questions(course, file.form, file.name, read(file), dry_run=True)
        except Exception:
            row["failed"] += 1
            text = traceback.format_exc()
            if failures.setdefault("".join(text.splitlines(keepends=True)[-3:-1]), number) == number:
                print(f"--- {number}, {file.form}, {file.name}\n{text}", flush=True)
        else:
            row["questions"] += len(report.lines)
            row["refused"] += report.count(bank.Fate.REFUSED)
        slowest = max(slowest, (time.thread_time() - begun, number))
    columns = ("files", "questions", "refused", "failed")
    print("".join(f"{name:>12}" for name in ("", *columns)))
    for form, row in counts.items():
        print("".join(f"{value:>12}" for value in (form, *(row[name] for name in columns))))
    print(f"of {len(files)} files; the slowest took {slowest[0]:.1f} s: --only {slowest[1]}")
    return int(bool(failures))


if __name__ == "__main__":
    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "examprep.settings")
    os.environ.setdefault("LOG_LEVEL", "CRITICAL")
    django.setup()
    sys.exit(main())
