"""The tokens of the design (docs/design.md): fonts that are there and light, colours to be read in both schemes."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from django.conf import settings
from django.contrib.staticfiles import finders
from django.test import Client

from examprep import styleguide

pytestmark = pytest.mark.any_database

SHEET = (settings.BASE_DIR / "examprep/static/examprep/tokens.css").read_text()
FONTS = re.findall(r'url\("\.\./([^"]+\.woff2)"\)', SHEET)
COLOURS = {
    name: (light, dark)
    for name, light, dark in re.findall(r"--([\w-]+): light-dark\((#[0-9a-f]{6}), (#[0-9a-f]{6})\);", SHEET)
}
GROUNDS = ("paper", "surface", "sunken")
TONES = ("accent", "exam", "memory", "fading", "right", "wrong", "partly")


def luminance(colour: str) -> float:
    """The relative luminance of WCAG 2."""
    shares = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (share / 12.92 if share <= 0.04045 else ((share + 0.055) / 1.055) ** 2.4 for share in shares)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(name: str, ground: str, scheme: int) -> float:
    """The contrast ratio of WCAG 2 between two tokens."""
    low, high = sorted((luminance(COLOURS[name][scheme]), luminance(COLOURS[ground][scheme])))
    return (high + 0.05) / (low + 0.05)


PHYSICAL = re.compile(
    r"(?<![\w.-])(?:(?:margin|padding|border)-(?:left|right)\b|text-align: (?:left|right)|float:|(?:left|right):"
    r"|border-(?:top|bottom)-(?:left|right)-radius)"
)
"""Rules that name sides of the page and not of the text."""


def test_no_style_sheet_names_a_side_that_right_to_left_turns_over() -> None:
    sheets = [
        sheet for app in ("examprep", "questions", "quizzes") for sheet in (settings.BASE_DIR / app).rglob("*.css")
    ]
    named = [(sheet.name, PHYSICAL.findall(sheet.read_text())) for sheet in sheets if "admin" not in sheet.parts]
    assert [(name, rules) for name, rules in named if rules] == []


def test_fonts_are_installed_and_weigh_sixty_kilobytes_at_most() -> None:
    sizes = [Path(str(finders.find(font))).stat().st_size for font in FONTS]
    assert len(sizes) == 3
    assert sum(sizes) <= 60_000


def test_no_fonts_are_collected_but_those_that_are_used() -> None:
    listed = [file for finder in finders.get_finders() for file in finder.list(None)]
    collected = {f"{getattr(storage, 'prefix', '')}/{path}" for path, storage in listed}
    assert {path for path in collected if path.startswith(("literata/", "funnel-display/"))} == set(FONTS)


def test_a_page_preloads_the_fonts_of_its_first_paint() -> None:
    base = (settings.BASE_DIR / "examprep/templates/base.html").read_text()
    preloaded = set(re.findall(r"rel=\"preload\" href=\"\{% static '([^']+)' %\}\" as=\"font\"", base))
    assert preloaded == {font for font in FONTS if "italic" not in font}


@pytest.mark.parametrize("scheme", [0, 1], ids=["light", "dark"])
def test_every_colour_of_text_can_be_read_on_every_ground(scheme: int) -> None:
    pairs = [(name, ground) for name in ("ink", "quiet", *TONES) for ground in GROUNDS]
    pairs += [(name, f"{tone}-soft") for tone in TONES for name in ("ink", "quiet", tone)]
    pairs += [("on-accent", "accent"), ("on-accent", "accent-strong")]
    assert [(pair, contrast(*pair, scheme)) for pair in pairs if contrast(*pair, scheme) < 4.5] == []
    assert contrast("edge", "surface", scheme) >= 3  # of a field's border


def test_the_style_guide_shows_every_colour_and_is_for_developers_alone(db: None) -> None:
    shown = {name for names in styleguide.COLOURS.values() for name in names}
    assert shown == set(COLOURS) - {"on-accent"}
    assert Client().get("/styleguide/").status_code == 404
