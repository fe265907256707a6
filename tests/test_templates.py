"""What every template keeps to."""

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


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda path: path.relative_to(settings.BASE_DIR).as_posix())
def test_no_template_takes_a_text_for_safe_html(template: Path) -> None:
    """HTML comes from functions that return SafeString, which vouch for it; anything else is escaped."""
    text = template.read_text()

    assert not re.search(r"\|\s*safe(seq)?\b", text)
    # E-mail as plain text escapes nothing, since nothing reads it as HTML.
    assert template.suffix == ".txt" or "autoescape off" not in text
