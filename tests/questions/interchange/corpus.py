"""Files that others wrote, where they are at hand, beside what each holds.

`python -m tests.questions.interchange.corpus` prints how they come in. They are no part of the repository, as most are
under other licences; INTEROP_FILES says where they are.
"""

from __future__ import annotations

import json
import os
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from questions.interchange.formats import FORMATS
from questions.interchange.found import Found

PLACE = Path(os.environ.get("INTEROP_FILES") or Path(__file__).parents[4] / "shared" / "data" / "interop" / "corpus")
READ_AS = {
    "moodle_xml": "moodle-xml",
    "gift": "gift",
    "aiken": "aiken",
    "qti12": "qti",
    "qti21": "qti",
    "qti22": "qti",
    "qti30": "qti3",
    "anki": "apkg",
    "csv": "csv",
}
AS_TABLE = ".txt"
CALLED = {
    "recall_card": {"recall", "short_text"},
    "cloze": {"multi_part", "recall"},
    "numeric_variants": {"numeric"},
    "short_text": {"short_text", "recall"},
}
"""Our kinds for theirs, where they are called otherwise."""
TAGS = re.compile(r"<[^<>]*>")


@dataclass(frozen=True)
class Checked:
    """A question of a file: what was expected, what came in, and what is wrong with it ("" for nothing)."""

    expected: dict[str, Any]
    found: Found | None
    flaw: str

    @property
    def must_come_in(self) -> bool:
        """Whether our kinds hold all that it asks."""
        kind = self.expected.get("kind")
        is_whole = not self.expected.get("not_representable") and not self.expected.get("problem")
        return kind not in (None, "info", "unsupported") and is_whole


def files(family: str) -> list[tuple[Path, dict[str, Any]]]:
    """The files of a family that are there, with what is expected of each."""
    listed = PLACE / "EXPECTED.json"
    if not listed.exists():
        return []
    entries = json.loads(listed.read_text(encoding="utf-8"))
    return [(PLACE / name, entry["expected"]) for name, entry in entries.items() if name.startswith(f"{family}/")]


def read(file: Path, family: str) -> list[Found]:
    """What our reader finds in a file."""
    name = "csv" if family == "anki" and file.suffix == AS_TABLE else READ_AS[family]
    return list(FORMATS[name].read(file.read_bytes(), file.name))


def check(file: Path, expected: dict[str, Any], family: str) -> Iterator[Checked]:
    """Each question that is expected in a file, with what is wrong with it as it came in."""
    found = read(file, family)
    questions = [
        each for each in expected.get("questions", []) if each.get("file", "").split("/")[-1] != "assessment_qti.xml"
    ]
    for question in questions:
        same = [each for each in found if _file_of(each) == question["file"]] if "file" in question else found
        match = next((each for each in same if not _flaw(question, each)), None)
        match = match or next((each for each in same if each.refused), same[0] if len(same) == 1 else None)
        if match is not None:
            found.remove(match)
        yield Checked(question, match, _flaw(question, match))


def list_unnamed(file: Path, expected: dict[str, Any], family: str) -> list[int]:
    """The numbers of the questions that our kinds do not hold whole, and of which nothing is said."""
    found = read(file, family)
    if len(found) == 1 and found[0].refused:
        return []  # none of the file is read, and why is said
    asked = [each for each in expected.get("questions", []) if not Checked(each, None, "").must_come_in]
    said = [each for each in found if each.refused or each.lost or each.changed]
    return [each["n"] for each in asked if not any(_is_about(other, each) for other in said)]


def _is_about(found: Found, question: dict[str, Any]) -> bool:
    """Whether something found is a question by its name, the beginning of its stem, or its file."""
    name, stem = ((_plain([question.get(field) or ""])[0])[:20] for field in ("name", "stem"))
    title, text = _plain([found.title])[0], _plain([str(found.body.get("stem", ""))])[0]
    is_same_file = "file" in question and _file_of(found) == question["file"]
    return is_same_file or bool(name and name in title) or bool(stem and stem in (title + text))


def _file_of(found: Found) -> str:
    return found.place.split(", question")[0]


def _flaw(question: dict[str, Any], found: Found | None) -> str:
    if found is None:
        return "not found as it is"
    if found.kind is None:
        return f"refused: {found.refused}"
    kind = question["kind"]
    if found.kind != kind and found.kind not in CALLED.get(kind, set()):
        return f"{kind} came in as {found.kind}"
    body: dict[str, Any] = found.body
    right = [choice["text"] for choice in body.get("choices", []) if choice.get("correct")]
    stated = question.get("right")
    if "choices" in body and stated and not question.get("src_type", "").startswith("QUESTION_"):
        if _plain(right) != _plain(stated):
            return f"right: {stated}, and not {right}"
        if len(body["choices"]) != question.get("n_options", len(body["choices"])) and not found.lost:
            return f"{question['n_options']} options, and not {len(body['choices'])}"
    if "pairs" in question and "pairs" in body:
        pairs = [text for pair in body["pairs"] for text in (pair["left"], pair["right"])]
        if "[image]" not in str(question["pairs"]) and _plain(pairs) != _plain(
            [t for p in question["pairs"] for t in p]
        ):
            return f"pairs: {question['pairs']}, and not {pairs}"
    if (
        question.get("accepted")
        and "accept" in body
        and not set(_plain(body["accept"]))
        <= set(_plain([each[0] if isinstance(each, list) else each for each in question["accepted"]]))
    ):
        return f"accepted: {question['accepted']}, and not {body['accept']}"
    if question.get("order") and _plain(body["steps"]) != _plain(question["order"]):
        return f"order: {question['order']}, and not {body['steps']}"
    return ""


def _plain(texts: list[str]) -> list[str]:
    """Texts without marks and case, each as long as the expectations have them."""
    bare = (re.sub(r"[\\*_`$\s(){}]|!\[[^\]]*\]\([^)]*\)", "", TAGS.sub("", text)).casefold() for text in texts)
    return sorted(text[:30] for text in bare)


def rows() -> Iterator[tuple[str, Counter[str]]]:
    """For each family: its files and questions, those that our kinds hold, and how they came in."""
    for family in READ_AS:
        counts: Counter[str] = Counter()
        for file, expected in files(family):
            counts["files"] += 1
            for checked in check(file, expected, family):
                counts["questions"] += 1
                counts["can come in"] += checked.must_come_in
                counts["came in right"] += checked.must_come_in and not checked.flaw
                if checked.found is not None:
                    counts["changed"] += bool(checked.found.changed)
                    counts["lost"] += bool(checked.found.lost)
                    counts["refused"] += checked.found.refused is not None
        yield family, counts


def main() -> None:
    """Print the table."""
    columns = ("files", "questions", "can come in", "came in right", "changed", "lost", "refused")
    print("".join(f"{name:>14}" for name in ("", *columns)))
    for family, counts in rows():
        print("".join(f"{value:>14}" for value in (family, *(counts[name] for name in columns))))


if __name__ == "__main__":
    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "examprep.settings")
    django.setup()
    main()
