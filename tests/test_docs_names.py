"""What the documents name is there."""

from __future__ import annotations

import re
import tomllib
from importlib.util import find_spec
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import get_commands
from django.urls import Resolver404, resolve

from docs import draw_architecture

ROOT: Path = settings.BASE_DIR
DOCUMENTS = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md"), *ROOT.glob(".github/**/*.md")])
MAKEFILE = (ROOT / "Makefile").read_text()
MADE_BY_SETUP = {".venv", "node_modules", "var", "staticfiles"}
PLACEHOLDERS = {
    "id": "00000000-0000-0000-0000-000000000000",
    "slot": "1",
    "slug": "oa-1",
    "part": "mean",
    "heading": "in-numpy",
    "item": "decay-factor",
}

each_document = pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))


def code(document: Path) -> list[str]:
    """Code between backticks, and each line of code blocks that are indented."""
    text = document.read_text()
    prose = re.sub(r"^```.*?^```$", "", text, flags=re.DOTALL | re.MULTILINE)
    return [*re.findall(r"`([^`\n]+)`", prose), *re.findall(r"^ {4}(\S.*)$", prose, re.MULTILINE)]


def links(document: Path) -> list[str]:
    return [
        link
        for link in re.findall(r"\]\(([^)#]+)", document.read_text())
        if "://" not in link and not link.startswith("media/")
    ]


def commands(document: Path, pattern: str) -> list[str]:
    """The first group of a pattern in whatever is code and starts with it."""
    return [match[1] for span in code(document) if (match := re.match(pattern, span))]


@each_document
def test_links_lead_somewhere(document: Path) -> None:
    assert [link for link in links(document) if not (document.parent / link).exists()] == []


@each_document
def test_paths_exist(document: Path) -> None:
    folders = {path.name for path in ROOT.iterdir() if path.is_dir()} - MADE_BY_SETUP
    words = [word for span in code(document) for word in span.split()]
    paths = [
        word for word in words if re.fullmatch(r"[\w.-]+(/[\w.-]+)*/?", word) and word.partition("/")[0] in folders
    ]
    assert [path for path in paths if "/" in path and not (ROOT / path).exists()] == []


@each_document
def test_commands_exist(document: Path) -> None:
    targets = commands(document, r"make ([\w-]+)$")
    assert [name for name in targets if not re.search(rf"^{name}:", MAKEFILE, re.MULTILINE)] == []
    modules = commands(document, r"\S*python3? -m (tests[\w.]*)")
    assert [name for name in modules if find_spec(name) is None] == []
    assert set(commands(document, r"(?:python )?manage\.py (\w+)")) <= set(get_commands())


@each_document
def test_pages_and_calls_exist(document: Path) -> None:
    pages = commands(document, r"(/[\w/]+/)$")
    calls = commands(document, r"(?:GET|POST|PUT|PATCH|DELETE) ([\w<>/]+/)")
    urls = [*pages, *(f"/api/v1/{call}" for call in calls)]
    assert [url for url in urls if not is_served(re.sub(r"<(\w+)>", lambda name: PLACEHOLDERS[name[1]], url))] == []


def is_served(url: str) -> bool:
    try:
        resolve(url)
    except Resolver404:
        return False
    return True


def test_every_setting_is_in_the_operators_guide() -> None:
    read = set(re.findall(r'env(?:\.\w+)?\(\s*"([A-Z_]+)"', (ROOT / "examprep/settings.py").read_text()))
    documented = set(re.findall(r"`([A-Z_]+)`", (ROOT / "docs/operations.md").read_text()))
    assert read - documented == {"EXAMPREP_BROKER"}, "that one is set by `make run` for its own processes"


def test_every_room_is_on_the_map() -> None:
    text = (ROOT / "docs/architecture.md").read_text()
    for app in draw_architecture.APPS:
        (table,) = re.findall(rf"^\| `{app}/` \|.*?\n\n", text, re.DOTALL | re.MULTILINE)
        first_cells = re.findall(r"^\|([^|]+)\|", table.split("\n", 1)[1], re.MULTILINE)
        rooms = [f"{app}.{name}" for cell in first_cells for name in re.findall(r"`(\w+)`", cell)]
        drawn = [room for floor in draw_architecture.floors() for room in floor if room.startswith(f"{app}.")]
        assert sorted(rooms) == sorted(drawn)


def test_every_decision_is_in_the_list_with_its_status() -> None:
    folder = ROOT / "docs/decisions"
    rows = re.findall(r"^\| (\S+) \| \[(.+)\]\((.+)\) \| (.+) \|$", (folder / "README.md").read_text(), re.MULTILINE)
    assert sorted(name for _, _, name, _ in rows) == sorted(path.name for path in folder.glob("2*.md"))
    for date, title, name, status in rows:
        assert name.startswith(date)
        assert (folder / name).read_text().startswith(f"# {title}\n\nStatus: {status}, {date}\n")


def test_the_version_is_in_the_changelog() -> None:
    version = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["version"]
    assert re.search(
        rf"^## {re.escape(version)} - \d{{4}}-\d\d-\d\d$", (ROOT / "CHANGELOG.md").read_text(), re.MULTILINE
    )


def test_continuous_integration_runs_what_make_test_runs_with_actions_that_cannot_change() -> None:
    workflow = (ROOT / ".github/workflows/ci.yml").read_text()
    assert "run: .ci/run" in workflow
    assert "make test" in (ROOT / ".ci/run").read_text()
    actions = re.findall(r"uses: \S+@(\S+)", workflow)
    assert actions
    assert all(re.fullmatch(r"[0-9a-f]{40}", commit) for commit in actions)
