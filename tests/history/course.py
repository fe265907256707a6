"""The course that is studied under fault: many questions, each of one card, and nothing that is practised along."""

from __future__ import annotations

from pathlib import Path

import yaml

SLUG, LESSON, EXAM = "faults", "breaking", "exam"
RIGHT = "this one"
"""The text of every right choice, and of every right word."""
CORRECTED = "choice-0"
"""The question whose marks are corrected; it is in each exam, and never published anew."""
PUBLISHED = ("choice-1", "word-0", "choice-2")
"""The questions that are published anew again and again."""
CHOICES, WORDS, SEVERAL = 60, 16, 8
SLOTS = 6


def _item(slug: str, kind: str, **fields: object) -> dict[str, object]:
    return {
        "slug": slug,
        "kind": kind,
        "concepts": ["mended" if slug == CORRECTED else "fault"],
        "difficulty": 2,
        "seconds": 30,
        "stem": f"What holds in {slug}?",
        "explanation": "Edition 1.",
        **fields,
    }


def _choices(number: int, right: int) -> list[dict[str, object]]:
    return [
        {"text": RIGHT if right == 1 else f"{RIGHT} {at}", "correct": True}
        if at < right
        else {"text": f"not {number}.{at}", "because": "It does not."}
        for at in range(4)
    ]


def write_course(folder: Path) -> None:
    """Write the course folder, for `load_course`."""
    items = [_item(f"choice-{number}", "single_choice", choices=_choices(number, 1)) for number in range(CHOICES)]
    items += [_item(f"word-{number}", "short_text", accept=[RIGHT]) for number in range(WORDS)]
    items += [_item(f"several-{number}", "multiple_select", choices=_choices(number, 2)) for number in range(SEVERAL)]
    exam = {
        "slug": EXAM,
        "title": "Exam",
        "kind": "assessment",
        "minutes": 600,
        "starts_in_days": 60,
        "blueprint": {"slots": SLOTS, "concepts": {"fault": SLOTS - 1, "mended": 1}},
    }
    concepts = [
        {"slug": slug, "name": slug.title(), "lesson": LESSON, "definition": f"What is {slug}."}
        for slug in ("fault", "mended")
    ]
    lesson = {"slug": LESSON, "title": "What breaks", "summary": "All.", "week": 1, "session": 1, "minutes": 5}
    for path, content in {
        "course.yaml": {"slug": SLUG, "title": "Faults", "description": "What breaks."},
        "concepts.yaml": concepts,
        "exams.yaml": [exam],
        "bank/items.yaml": items,
    }.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(yaml.safe_dump(content, sort_keys=False))
    (folder / "lessons").mkdir(exist_ok=True)
    (folder / "lessons" / f"{LESSON}.md").write_text(f"---\n{yaml.safe_dump(lesson)}---\nEverything does.\n")
