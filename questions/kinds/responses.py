"""Reading what a student sends: nothing about a response is trusted before it is read here."""

from __future__ import annotations

import json
from collections.abc import Container, Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Literal, NotRequired, TypeGuard

from pydantic import Field
from typing_extensions import TypedDict

LONGEST_RESPONSE = 20_000
"""Characters of JSON; the longest that a kind asks for are some thousand."""

FormFields = Mapping[str, Sequence[str]]
"""A submitted HTML form: each field's name, and its values in the order in which they were sent."""


@dataclass(frozen=True)
class Echo:
    """How what is being typed is read, in words or in LaTeX; or else what is wrong, in `detail`."""

    reading: str = ""
    latex: str = ""
    detail: str = ""


class ResponseError(ValueError):
    """A response that cannot be read: it names its field and says what would be understood. It costs no attempt."""

    def __init__(self, field: str, message: str) -> None:
        super().__init__(f"{field}: {message}")
        self.field = field
        self.message = message


class NearMissError(ResponseError):
    """A response that is nearly right: a slip of the keyboard, unless `typed` is the answer to something else."""

    def __init__(self, field: str, message: str, typed: str) -> None:
        super().__init__(field, message)
        self.typed = typed


class DontKnow(TypedDict):
    """A response to a question of any kind: score 0, rated again."""

    dont_know: Literal[True]
    unreadable: NotRequired[
        Annotated[
            object,
            Field(
                description="What was answered, where it could not be read and its key had been shown; null where it"
                " cannot be kept. The service writes it."
            ),
        ]
    ]


def is_dont_know(response: object) -> TypeGuard[Mapping[str, object]]:
    """Return whether a response says that its student does not know, which any kind takes: `{"dont_know": true}`."""
    return isinstance(response, Mapping) and response.get("dont_know") is True


def unreadable(response: object) -> dict[str, object]:
    """Return what stands for a response that cannot be read and is not sent back: it has no marks, like a don't know.

    What was answered stands beside it, where databases keep it.
    """
    document: dict[str, object] = {"dont_know": True, "unreadable": response}
    try:
        check_storable(document)
    except ResponseError:
        document["unreadable"] = None
    return document


def is_unreadable(response: object) -> bool:
    """Return whether a response stands for one that could not be read."""
    return is_dont_know(response) and "unreadable" in response


def has_unreadable(response: object) -> bool:
    """Return whether a response, or one of its parts, stands for one that could not be read."""
    parts = response.get("parts") if isinstance(response, Mapping) else None
    return is_unreadable(response) or (isinstance(parts, Mapping) and any(map(is_unreadable, parts.values())))


def said_instead(response: object) -> str | None:
    """Return in words what stands for an answer: “I don't know”, or what was typed and could not be read; else None."""
    if not is_dont_know(response):
        return None
    if "unreadable" not in response:
        return "I don't know"
    answered = response["unreadable"]
    typed = [text for text in answered.values() if isinstance(text, str)] if isinstance(answered, Mapping) else []
    return f"“{typed[0]}”" if typed else "An answer that could not be read"


def check_storable(response: object) -> None:
    """Raise ResponseError unless the response is of a size, and of characters, that every database keeps."""
    text = json.dumps(response, ensure_ascii=False)
    if len(text) > LONGEST_RESPONSE:
        raise ResponseError("response", f"This is too long: {LONGEST_RESPONSE} characters at most.")
    has_halves = not text.isascii() and any("\ud800" <= character <= "\udfff" for character in text)
    if has_halves or "\\u0000" in text:
        raise ResponseError("response", "This has a character that cannot be read.")


def field_of(response: object, name: str, shape: str) -> object:
    """The response's field `name`; raises ResponseError, showing the `shape` that is expected."""
    if not isinstance(response, Mapping) or name not in response:
        raise ResponseError(name, f"Send {shape}.")
    value: object = response[name]
    return value


def known_id(value: object, ids: Container[str], field: str) -> str:
    """`value` where it is one of `ids`; raises ResponseError otherwise."""
    if not isinstance(value, str) or value not in ids:
        raise ResponseError(field, "This is not one of the options of this question.")
    return value


def form_value(form: FormFields, name: str) -> str:
    """The last value of a form's field; "" where it was not sent."""
    values = form.get(name) or [""]
    return values[-1]
