"""The texts of a question as Markdown, with the pictures that they show, checked and cleaned."""

from __future__ import annotations

import base64
import binascii
import io
import re
from collections.abc import Callable
from urllib.parse import unquote, unquote_to_bytes

from PIL import Image

from questions.figures import pictures
from questions.interchange.asking import Remarks
from questions.interchange.markdown import to_markdown

KNOWN = {"image/png": "png", "image/jpeg": "jpg", "image/jpg": "jpg", "image/webp": "webp", "image/svg+xml": "svg"}


class Texts:
    """Turns HTML into Markdown, and keeps the pictures that it shows.

    `fetch` gives the bytes of what a text refers to, None where the file does not have it. Nothing is fetched from
    elsewhere.
    """

    def __init__(self, fetch: Callable[[str], bytes | None], remarks: Remarks) -> None:
        self.fetch, self.remarks = fetch, remarks
        self._pictures: dict[str, pictures.Picture] = {}

    @property
    def pictures(self) -> tuple[pictures.Picture, ...]:
        """The pictures that were shown until now."""
        return tuple(self._pictures.values())

    def markdown(self, html: str) -> str:
        """The Markdown of HTML."""
        return to_markdown(html, self._show, self.remarks.lost.append) if html.strip() else ""

    def place(self, name: str, content: bytes, words: str) -> str:
        """Keep a picture, and return the Markdown that shows it; nothing where it cannot be shown."""
        try:
            picture = pictures.read(*_showable(_clean_name(name), content))
        except pictures.PictureError as error:
            self.remarks.lost.append(f"The picture {name}: {error}")
            return ""
        self._pictures[picture.address] = picture
        return f"![{words}](media/{picture.address})"

    def _show(self, source: str, words: str) -> str:
        if source.startswith("data:"):
            return self._show_data(source, words)
        name = unquote(source).rpartition("/")[2] or source
        if source.startswith(("http://", "https://", "//")):
            self.remarks.lost.append(f"The picture {source}: pictures of other sites are not fetched.")
            return _instead(name, words)
        content = self.fetch(source)
        if content is None:
            self.remarks.lost.append(f"The picture {name} is missing.")
            return _instead(name, words)
        return self.place(name, content, words) or _instead(name, words)

    def _show_data(self, source: str, words: str) -> str:
        head, _, data = source.removeprefix("data:").partition(",")
        kind, *details = head.lower().split(";")
        try:
            content = base64.b64decode(data) if "base64" in details else unquote_to_bytes(data)
        except (binascii.Error, ValueError):
            content = b""
        ending = KNOWN.get(kind, kind.rpartition("/")[2] or "png")
        return self.place(f"picture.{ending}", content, words) or _instead("", words)


def _instead(name: str, words: str) -> str:
    """What stands where a picture cannot be shown."""
    return f"(picture: {words or name})" if words or name else "(picture)"


def _clean_name(name: str) -> str:
    if pictures.ADDRESS.fullmatch(name):
        return name
    stem, _, ending = name.rpartition(".")
    slug = re.sub(r"[^a-z0-9]+", "-", stem.lower()).strip("-")[:60].strip("-") or "picture"
    return f"{slug}.{ending.lower()}"


def _showable(name: str, content: bytes) -> tuple[str, bytes]:
    """The picture as PNG where it is of a type that pages are not given, such as GIF."""
    stem, _, ending = name.rpartition(".")
    if ending in pictures.ENDINGS:
        return name, content
    pictures.check_bytes(len(content))
    try:
        with Image.open(io.BytesIO(content), formats=("GIF", "BMP", "TIFF", "PNG", "JPEG", "WEBP")) as opened:
            if opened.width * opened.height > pictures.MAX_PIXELS:
                raise Image.DecompressionBombError
            written = io.BytesIO()
            opened.convert("RGBA").save(written, "PNG")
    except Image.DecompressionBombError:
        raise pictures.PictureError(f"A picture has at most {pictures.MAX_PIXELS // 10**6} million pixels.") from None
    except Exception:  # noqa: BLE001 - whatever a decoder stumbles over, the file is at fault
        raise pictures.PictureError("It cannot be read.") from None
    return f"{stem}.png", written.getvalue()
