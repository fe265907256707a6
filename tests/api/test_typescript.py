"""A TypeScript client made of the schema: a small program that does a review has to type-check."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path

import pytest
from django.conf import settings
from django.test import Client

MODULES: Path = settings.BASE_DIR / "node_modules"
PROGRAM = Path(__file__).parent / "client.ts"
OPTIONS = {
    "strict": True,
    "noEmit": True,
    "noUncheckedIndexedAccess": True,
    "target": "ES2022",
    "module": "ESNext",
    "moduleResolution": "Bundler",
    "lib": ["ES2022", "DOM", "DOM.Iterable"],
    "types": [],
    "skipDefaultLibCheck": True,
}
pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(shutil.which("node") is None, reason="Node is not installed"),
    pytest.mark.skipif(not (MODULES / "typescript").exists(), reason="the development packages are not installed"),
]


def node(folder: Path, program: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = ["node", str(MODULES / program), *arguments]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=120, check=False)


WRONG = {
    "field": ("device: crypto", "gadget: crypto"),
    "choice": ('type: "review"', 'type: "revue"'),
    "answer": ("grade?.rating", "grade?.mark"),
    "prompt": ("asked.prompt.steps.map", "asked.prompt.choices.map"),
    "key": ("grade.key.choice", "grade.key.order"),
    "grading": ("asked.grading.accept", "asked.grading.accepted"),
    "change": ("change.due_at", "change.undone"),
    "query": ("query: { limit: 5,", 'query: { limit: "five",'),
}
"""Mistakes that the types have to find."""


def test_a_client_that_is_right_type_checks_and_one_that_is_wrong_does_not(tmp_path: Path, db: None) -> None:
    (tmp_path / "schema.json").write_bytes(Client().get("/api/v1/schema/?format=json").content)
    (tmp_path / "tsconfig.json").write_text(json.dumps({"compilerOptions": OPTIONS}))
    (tmp_path / "node_modules").symlink_to(MODULES)
    made = node(tmp_path, "openapi-typescript/bin/cli.js", "schema.json", "-o", "schema.d.ts")
    assert made.returncode == 0, made.stderr
    program = PROGRAM.read_text()
    (tmp_path / "client.ts").write_text(program)
    for name, (right, wrong) in WRONG.items():
        assert right in program
        (tmp_path / f"{name}.ts").write_text(program.replace(right, wrong))

    checked = node(tmp_path, "typescript/bin/tsc", "-p", ".")

    assert {line.partition("(")[0] for line in checked.stdout.splitlines() if ": error " in line} == {
        f"{name}.ts" for name in WRONG
    }
