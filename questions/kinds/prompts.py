"""What the prompts of all kinds have."""

from __future__ import annotations

from typing import NotRequired

from typing_extensions import TypedDict


class Prompt(TypedDict):
    """The fields of every prompt; each kind adds its own."""

    stem: str


class Text(TypedDict):
    """A text of a prompt with its opaque id, in Markdown and, once it is to be shown, in HTML."""

    id: str
    text: str
    text_html: NotRequired[str]
