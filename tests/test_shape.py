"""The shape of the code, as CONTRIBUTING.md describes it."""

from __future__ import annotations

import ast
import re
from functools import cache
from pathlib import Path

from django.conf import settings

ROOT: Path = settings.BASE_DIR
LONGEST_FILE, LONGEST_FUNCTION = 350, 50
"""Lines."""

ANY = 5
"""How often `Any` may be written in 1,000 lines."""


@cache
def product() -> dict[str, str]:
    """The text of every module that is no migration, by its path."""
    files = [path for app in ("examprep", "questions", "quizzes") for path in (ROOT / app).rglob("*.py")]
    return {str(path.relative_to(ROOT)): path.read_text() for path in files if "migrations" not in path.parts}


def test_files_are_short() -> None:
    lengths = {path: text.count("\n") for path, text in product().items()}
    assert {path: length for path, length in lengths.items() if length > LONGEST_FILE} == {}


def test_functions_are_short() -> None:
    too_long = [
        f"{path}:{node.lineno} {node.name}"
        for path, text in product().items()
        for node in ast.walk(ast.parse(text))
        if isinstance(node, ast.FunctionDef) and (node.end_lineno or 0) - node.lineno >= LONGEST_FUNCTION
    ]
    assert too_long == []


def test_types_say_more_than_any() -> None:
    lines = sum(text.count("\n") for text in product().values())
    anys = sum(bool(re.search(r"\bAny\b", line)) for text in product().values() for line in text.splitlines())
    assert 1000 * anys / lines <= ANY


def test_documents_that_code_cites_exist() -> None:
    cited = {
        (path, document)
        for path, text in product().items()
        for document in re.findall(r"\b((?:docs/)?[\w-]+\.md)\b", text)
    }
    assert [(path, document) for path, document in sorted(cited) if not (ROOT / document).exists()] == []
