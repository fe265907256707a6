"""Pictures that authors bring: checked before they are decoded, cleaned, and named by their content. Pure.

A picture is known by its address, `roc-640x480-<digest>.png`: its name, its size in pixels, and the digest of its
bytes. What an address shows never changes.
"""

from __future__ import annotations

import hashlib
import io
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import PurePath
from struct import unpack_from

from PIL import ExifTags, Image, ImageOps

from questions.figures import vector_graphics

MAX_BYTES = 5_000_000
MAX_PIXELS = 16_000_000
TYPES = {"png": "image/png", "jpg": "image/jpeg", "webp": "image/webp", "svg": "image/svg+xml"}
"""What is shown, by the ending of its address."""
ENDINGS = {"jpeg": "jpg", **{ending: ending for ending in TYPES}}
FORMATS = {"png": "PNG", "jpg": "JPEG", "webp": "WEBP"}
NAME = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
ADDRESS = re.compile(r"(?P<name>[a-z0-9-]{1,60})-(?P<width>\d{1,5})x(?P<height>\d{1,5})-[0-9a-f]{32}\.(?P<ending>\w+)")
PNG_CHUNKS = {b"IHDR", b"PLTE", b"tRNS", b"gAMA", b"cHRM", b"sRGB", b"sBIT", b"bKGD", b"IDAT", b"IEND"}
WEBP_CHUNKS = {b"VP8 ", b"VP8L", b"VP8X", b"ALPH", b"ICCP"}
JPEG_MARKS_OF_COLOUR = {0xE0, 0xE2, 0xEE}
"""The application segments that say what the colours are: JFIF, ICC, Adobe."""


class PictureError(ValueError):
    """A picture that cannot be shown, and why."""


@dataclass(frozen=True)
class Picture:
    """A clean picture: its address, and its bytes."""

    address: str
    content: bytes


def read(file_name: str, content: bytes) -> Picture:
    """Return the picture in a file, without what it says of its camera and its author. Raises PictureError."""
    path = PurePath(file_name)
    known = ADDRESS.fullmatch(path.name)
    name = known["name"] if known else path.stem
    ending = ENDINGS.get(path.suffix.lstrip(".").lower())
    if ending is None:
        raise PictureError("A picture is a PNG, JPEG, WebP or SVG file.")
    if not NAME.fullmatch(name) or len(name) > 60:
        raise PictureError("Name it with small letters, digits and single hyphens, 60 at most: roc-curve.png.")
    check_bytes(len(content))
    if ending == "svg":
        try:
            width, height, clean = vector_graphics.clean(content)
        except vector_graphics.VectorGraphicsError as error:
            raise PictureError(str(error)) from None
    else:
        width, height, clean = _clean(ending, content)
    digest = hashlib.sha256(clean).hexdigest()[:32]
    return Picture(f"{name}-{width}x{height}-{digest}.{ending}", clean)


def check_bytes(count: int) -> None:
    """Refuse a file with more bytes than a picture may have. Raises PictureError."""
    if count > MAX_BYTES:
        raise PictureError(f"A picture has at most {MAX_BYTES // 10**6} MB, and this one {count / 10**6:.1f}.")


def content_type(address: str) -> str | None:
    """Return the type of what an address shows; None for what is no address."""
    match = ADDRESS.fullmatch(address)
    return TYPES.get(match["ending"]) if match else None


def size(address: str) -> tuple[int, int] | None:
    """Return the width and height in pixels that an address says; None for what is no address."""
    match = ADDRESS.fullmatch(address)
    return (int(match["width"]), int(match["height"])) if match and match["ending"] in TYPES else None


def _clean(ending: str, content: bytes) -> tuple[int, int, bytes]:
    """The size of a picture in pixels, and its bytes without metadata, upright."""
    try:
        with Image.open(io.BytesIO(content), formats=[FORMATS[ending]]) as image:
            _check_pixels(image.width, image.height)
            image.load()
            width, height = image.size
            if ending == "jpg" and image.getexif().get(ExifTags.Base.Orientation, 1) != 1:
                content, (width, height) = _upright(image)
        return width, height, b"".join(_STRIP[ending](content))
    except PictureError:
        raise
    except Image.DecompressionBombError:
        raise PictureError(f"A picture has at most {MAX_PIXELS // 10**6} million pixels.") from None
    except Exception:  # noqa: BLE001 - whatever a decoder stumbles over, the file is at fault
        raise PictureError(f"This is no whole {FORMATS[ending]}, whatever its name says.") from None


def _check_pixels(width: int, height: int) -> None:
    if width * height > MAX_PIXELS or max(width, height) > 16_383:
        most = f"{MAX_PIXELS // 10**6} million pixels"
        raise PictureError(f"A picture has at most {most}, and this one {width} × {height}.")


def _upright(image: Image.Image) -> tuple[bytes, tuple[int, int]]:
    turned, out = ImageOps.exif_transpose(image), io.BytesIO()
    turned.save(out, "JPEG", quality=92)
    return out.getvalue(), turned.size


def _strip_png(content: bytes) -> Iterator[bytes]:
    yield content[:8]
    at, kind = 8, b""
    while kind != b"IEND":
        length, kind = unpack_from(">I4s", content, at)
        end = at + 12 + length
        if kind in PNG_CHUNKS:
            yield content[at:end]
        at = end


def _strip_jpeg(content: bytes) -> Iterator[bytes]:
    yield content[:2]
    at = 2
    while content[at + 1] != 0xDA:  # the pixels begin
        mark, length = unpack_from(">xBH", content, at)
        is_metadata = 0xE0 <= mark <= 0xEF or mark == 0xFE
        if not is_metadata or mark in JPEG_MARKS_OF_COLOUR:
            yield content[at : at + 2 + length]
        at += 2 + length
    yield content[at : content.rindex(b"\xff\xd9") + 2]


def _strip_webp(content: bytes) -> Iterator[bytes]:
    kept, at = [], 12
    while at + 8 <= len(content):
        kind, length = unpack_from("<4sI", content, at)
        end = at + 8 + length + length % 2
        if kind == b"VP8X":  # its flags say which chunks there are: neither EXIF nor XMP is left
            kept.append(content[at : at + 8] + bytes([content[at + 8] & ~0x0C]) + content[at + 9 : end])
        elif kind in WEBP_CHUNKS:
            kept.append(content[at:end])
        at = end
    body = b"WEBP" + b"".join(kept)
    yield b"RIFF" + len(body).to_bytes(4, "little") + body


_STRIP = {"png": _strip_png, "jpg": _strip_jpeg, "webp": _strip_webp}
