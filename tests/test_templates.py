"""What every template and every style sheet keeps to."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from django.conf import settings

TEMPLATES: list[Path] = sorted(
    path
    for app in ("examprep", "questions", "quizzes")
    for path in (settings.BASE_DIR / app / "templates").rglob("*")
    if path.is_file()
)
SHEETS: list[Path] = sorted(
    path
    for app in ("examprep", "questions", "quizzes")
    for path in (settings.BASE_DIR / app / "static").rglob("*.css")
    if path.parent.name != "admin"  # Django's own sheets there are in no layer
)


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda path: path.relative_to(settings.BASE_DIR).as_posix())
def test_no_template_takes_a_text_for_safe_html(template: Path) -> None:
    """HTML comes from functions that return SafeString, which vouch for it; anything else is escaped."""
    text = template.read_text()

    assert not re.search(r"\|\s*safe(seq)?\b", text)
    # E-mail as plain text escapes nothing, since nothing reads it as HTML.
    assert template.suffix == ".txt" or "autoescape off" not in text


@pytest.mark.parametrize("sheet", SHEETS, ids=lambda path: path.relative_to(settings.BASE_DIR).as_posix())
def test_every_rule_of_a_style_sheet_is_in_a_layer(sheet: Path) -> None:
    """So that a page's rules win over those of components whatever their selectors are."""
    text = re.sub(r"/\*.*?\*/", "", sheet.read_text(), flags=re.DOTALL)
    while re.search(r"\{[^{}]*\}", text):
        text = re.sub(r"\{[^{}]*\}", ";", text)
    outermost = [rule.strip() for rule in text.split(";") if rule.strip()]

    assert any(rule.startswith("@layer") for rule in outermost)
    # KaTeX's own sheet is in no layer.
    loose = [
        rule for rule in outermost if not rule.startswith(("@layer", "@property", "@keyframes")) and "katex" not in rule
    ]
    assert loose == []
