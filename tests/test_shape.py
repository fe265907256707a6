"""The shape of the code, as CONTRIBUTING.md describes it."""

from __future__ import annotations

import ast
import re
from functools import cache
from graphlib import TopologicalSorter
from pathlib import Path

from django.conf import settings

ROOT: Path = settings.BASE_DIR
LONGEST_FILE, LONGEST_FUNCTION = 350, 50
"""Lines."""

MOST_ENTRIES, MOST_MODULES = 26, 5
"""What `ls quizzes` shows, and how many of it are single modules."""
IMPORTED = re.compile(r"""(?:from |import |import\()"(\.[^"]+)""")
"""What a script imports from a place of its own."""
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


def test_rooms_are_few() -> None:
    # A folder that is gone leaves its bytecode where it was.
    entries = [path for path in (ROOT / "quizzes").iterdir() if path.is_file() or _has_files(path)]
    assert len(entries) <= MOST_ENTRIES
    assert len([path for path in entries if path.suffix == ".py"]) <= MOST_MODULES


def _has_files(folder: Path) -> bool:
    return any(path.is_file() and "__pycache__" not in path.parts for path in folder.rglob("*"))


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


def test_scripts_import_each_other_in_one_direction() -> None:
    """With a circle, even one of comments on types, static files could not be collected: names have digests."""
    imports = {
        str(script): {str((script.parent / other).resolve()) for other in IMPORTED.findall(script.read_text())}
        for app in ("examprep", "questions", "quizzes")
        for script in (ROOT / app).rglob("static/**/*.js")
    }
    assert sum(map(len, imports.values())) > len(imports)
    TopologicalSorter(imports).prepare()  # raises CycleError, which names the circle
