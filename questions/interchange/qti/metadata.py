"""What a package says about an item: keywords, difficulty, time. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass
from xml.etree.ElementTree import Element

from questions.interchange.qti.trees import each, text_of

DIFFICULTIES = ("very easy", "easy", "medium", "difficult", "very difficult")
"""The words of Learning Object Metadata (IEEE 1484.12.1, 5.8)."""
DURATION = re.compile(r"PT(?:(\d{1,3})H)?(?:(\d{1,4})M)?(?:(\d{1,5})(?:\.\d+)?S)?")


@dataclass(frozen=True)
class About:
    """Guesses of concepts, and what the item is said to take."""

    concepts: tuple[str, ...] = ()
    difficulty: int | None = None
    seconds: int | None = None


def read_metadata(*elements: Element | None) -> About:
    """What the manifest and the item itself say about an item."""
    here = [element for element in elements if element is not None]
    words = [text_of(word) for element in here for word in each(element, "keyword")]
    taxa = [text_of(entry) for element in here for taxon in each(element, "taxon") for entry in each(taxon, "entry")]
    levels = [text_of(value).lower() for element in here for value in each(element, "difficulty")]
    times = [
        text_of(value) for element in here for value in each(element, "typicalLearningTime", "typicallearningtime")
    ]
    named = [level.removeprefix("lomv1.0").strip() for level in levels]
    difficulty = next((DIFFICULTIES.index(name) + 1 for name in named if name in DIFFICULTIES), None)
    seconds = next((value for time in times if (value := _seconds(time))), None)
    return About(tuple(dict.fromkeys(word for word in [*reversed(taxa), *words] if word)), difficulty, seconds)


def _seconds(text: str) -> int | None:
    match = DURATION.search(text)
    hours, minutes, seconds = (int(part or 0) for part in match.groups()) if match else (0, 0, 0)
    total = hours * 3600 + minutes * 60 + seconds
    return total if 5 <= total <= 1800 else None
