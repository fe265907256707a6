"""As much of protocol buffers as Anki's packages need: fields by number, as numbers or bytes. Pure."""

from __future__ import annotations

from collections.abc import Iterator

VARINT, SIZED = 0, 2
WIDTHS = {1: 8, 5: 4}


class MessageError(ValueError):
    """Bytes that are no message."""


def read_fields(content: bytes) -> Iterator[tuple[int, int | bytes]]:
    """The fields of a message, (number, value), in their order. Raises MessageError.

    See https://protobuf.dev/programming-guides/encoding/.
    """
    at = 0
    while at < len(content):
        tag, at = _varint(content, at)
        number, wire = tag >> 3, tag & 7
        if wire == VARINT:
            value, at = _varint(content, at)
            yield number, value
            continue
        size = WIDTHS.get(wire)
        if wire == SIZED:
            size, at = _varint(content, at)
        if size is None or at + size > len(content):
            raise MessageError("The message is broken.")
        yield number, content[at : at + size]
        at += size


def _varint(content: bytes, at: int) -> tuple[int, int]:
    value = 0
    for shift in range(0, 64, 7):
        if at >= len(content):
            break
        byte = content[at]
        at += 1
        value |= (byte & 0x7F) << shift
        if byte < 0x80:
            return value, at
    raise MessageError("The message is broken.")
