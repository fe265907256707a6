"""Outside `questions/kinds/`, the templates named after a kind, and formats of other programs, nothing names one."""

from __future__ import annotations

import re
from pathlib import Path

from questions import kinds

ROOT = Path(__file__).parents[3]
NAME = "|".join(kinds.KINDS)
OTHERWISE = {"questions/figures/diagrams.py", "questions/variants/draws.py"}
"""Where the name of a kind is a word of something else: a diagram of a function has a formula, a draw is a matrix."""
TELLING = ("questions/kinds", "questions/interchange")
"""The kinds themselves, and what says which of them is meant by a type of another program."""
NAMES = re.compile(rf"""["'](?:{NAME})["']|\bkinds\.(?:{NAME})\b|from questions\.kinds import .*\b(?:{NAME})\b""")


def test_no_code_outside_the_kinds_names_one() -> None:
    files = [
        path
        for app in ("examprep", "questions", "quizzes")
        for ending in ("py", "html", "js")
        for path in (ROOT / app).rglob(f"*.{ending}")
        if not any(path.is_relative_to(ROOT / folder) for folder in TELLING) and "migrations" not in path.parts
    ]
    naming = {str(path.relative_to(ROOT)) for path in files if NAMES.search(path.read_text())}

    assert len(files) > 100
    assert {name for name in naming if Path(name).stem not in kinds.KINDS} == OTHERWISE
