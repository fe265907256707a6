"""Prompts in a tenth of their room: most of one stands in its version's body, and in what grading it needs."""

from __future__ import annotations

import json
import zlib
from collections.abc import Iterator
from typing import Any

_COMMON = (
    '{"stem": "choices": [{"id": "text": "}, {"left": "right": "steps": "figures": "parts": "kind": "prompt": "unit": '
)
"""What stands in many prompts. Never to be changed: nothing that is packed could be read any more."""

LITTLE = 5
"""Memory that packing sets up, of 9: most of its time goes there, and prompts are short."""


def pack(prompt: Any, body: Any, answer: Any) -> bytes:
    """Return the prompt as it is stored; body and answer, from which it was made, are told again to read it."""
    # As they will be read: a document that was just made may have other keys than texts.
    read = json.loads(json.dumps([body, answer]))
    packer = zlib.compressobj(9, memLevel=LITTLE, zdict=_dictionary(*read))
    return packer.compress(json.dumps(prompt, ensure_ascii=False).encode()) + packer.flush()


def unpack(packed: bytes, body: Any, answer: Any) -> Any:
    """Return the prompt that was packed. Raises zlib.error where body or answer are not those of then."""
    unpacker = zlib.decompressobj(zdict=_dictionary(body, answer))
    return json.loads(unpacker.decompress(packed) + unpacker.flush())


def _dictionary(body: Any, answer: Any) -> bytes:
    """The texts, as JSON has them, and the keys: numbers, and the order of keys, are written by each database."""
    texts = [*_texts(body), *_texts(answer)]
    return (_COMMON + json.dumps(texts, ensure_ascii=False)).encode()


def _texts(document: Any) -> Iterator[str]:
    if isinstance(document, str):
        yield document
    elif isinstance(document, dict):
        for key in sorted(document):
            yield from _texts(document[key])
            yield key
    elif isinstance(document, list):
        for each in document:
            yield from _texts(each)
