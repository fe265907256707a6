"""Pictures of authors: refused before they are decoded where they are too large, cleaned, named by their content."""

from __future__ import annotations

import io
import zlib
from struct import pack

import pytest
from PIL import Image, PngImagePlugin

from questions.figures import pictures
from questions.figures.pictures import PictureError

SVG = '<svg xmlns="http://www.w3.org/2000/svg" {more}viewBox="0 0 40 30">{inside}</svg>'


def encode(kind: str, *, size: tuple[int, int] = (8, 6), **how: object) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", size, "red").save(out, kind, **how)
    return out.getvalue()


def exif(**fields: object) -> Image.Exif:
    data = Image.Exif()
    data[0x010F] = "SECRET-CAMERA"
    for tag, value in fields.items():
        data[int(tag[1:], 16)] = value
    return data


def svg(inside: str = "", more: str = "") -> bytes:
    return SVG.format(inside=inside, more=more).encode()


def claimed(width: int, height: int) -> bytes:
    """A PNG of a few bytes that says it is this large."""
    header = b"IHDR" + pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    pixels = b"IDAT" + zlib.compress(b"")
    chunks = (pack(">I", len(each) - 4) + each + pack(">I", zlib.crc32(each)) for each in (header, pixels, b"IEND"))
    return b"\x89PNG\r\n\x1a\n" + b"".join(chunks)


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.png", encode("PNG", exif=exif())),
        ("a.jpg", encode("JPEG", exif=exif(), comment=b"SECRET-CAMERA")),
        ("a.jpeg", encode("JPEG", exif=exif())),
        ("a.webp", encode("WEBP", exif=exif(), xmp=b"SECRET-CAMERA")),
        ("a.webp", encode("WEBP", lossless=True, exif=exif())),
    ],
)
def test_a_picture_keeps_its_pixels_and_loses_what_it_says_of_its_camera(name: str, content: bytes) -> None:
    assert b"SECRET-CAMERA" in content

    clean = pictures.read(name, content)

    assert b"SECRET-CAMERA" not in clean.content
    with Image.open(io.BytesIO(clean.content)) as image, Image.open(io.BytesIO(content)) as before:
        assert not image.getexif()
        assert image.tobytes() == before.tobytes()
    assert pictures.size(clean.address) == (8, 6)
    assert pictures.read(clean.address, clean.content) == clean


def test_texts_in_a_png_and_what_follows_its_end_are_taken_out() -> None:
    about = PngImagePlugin.PngInfo()
    about.add_text("Author", "SECRET-AUTHOR")

    clean = pictures.read("a.png", encode("PNG", pnginfo=about) + b"<script>")

    assert clean == pictures.read("a.png", encode("PNG"))


def test_a_photograph_that_lies_on_its_side_is_set_upright() -> None:
    assert pictures.size(pictures.read("a.jpg", encode("JPEG", exif=exif(x0112=6))).address) == (6, 8)


def test_a_drawing_keeps_what_is_svg_and_loses_the_rest() -> None:
    drawing = svg(
        '<metadata><author>SECRET</author></metadata><sodipodi:view/><rect id="a" width="3" height="2"/>'
        '<use href="#a"/><rect fill="url(#g)" width="1" height="1"/>',
        'xmlns:sodipodi="http://sodipodi.example/" sodipodi:docname="SECRET" ',
    )

    clean = pictures.read("two-boxes.svg", drawing)

    assert b"SECRET" not in clean.content
    assert b"sodipodi" not in clean.content
    assert clean.content.count(b"rect") == 2
    assert clean.address.startswith("two-boxes-40x30-")
    assert pictures.read(clean.address, clean.content) == clean


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("a.gif", b"GIF89a", "PNG, JPEG, WebP or SVG"),
        ("Roc Curve.png", encode("PNG"), "small letters"),
        ("a.png", b"\x89PNG" + bytes(50_000_000), "at most 5 MB, and this one 50.0"),
        ("a.png", claimed(60_000, 60_000), "16 million pixels"),
        ("a.png", claimed(5_000, 5_000), "this one 5000 × 5000"),
        ("a.png", encode("JPEG"), "no whole PNG"),
        ("a.png", encode("PNG")[:60], "no whole PNG"),
        ("a.jpg", b"", "no whole JPEG"),
        ("a.svg", svg("<script>alert(1)</script>"), "holds “script”"),
        ("a.svg", svg("<x:script xmlns:x='urn:x'/>"), "holds “script”"),
        ("a.svg", svg("<foreignObject/>"), "foreignObject"),
        ("a.svg", svg('<rect onclick="alert(1)"/>'), "onclick"),
        ("a.svg", svg('<use href="https://elsewhere.example/a.svg"/>'), "from elsewhere"),
        ("a.svg", svg("<style>@import 'a.css'</style>"), "from elsewhere"),
        ("a.svg", svg('<rect style="fill: url(//elsewhere.example)"/>'), "from elsewhere"),
        ("a.svg", b'<!DOCTYPE svg [<!ENTITY a "b">]>' + svg("<text>&a;</text>"), "entities"),
        ("a.svg", svg("<g>" * 100 + "</g>" * 100), "within each other"),
        ("a.svg", b"<svg", "not readable"),
        ("a.svg", b'<svg xmlns="http://www.w3.org/2000/svg"/>', "viewBox"),
        ("a.svg", b"<html/>", "not readable"),
    ],
    ids=lambda value: "" if isinstance(value, bytes) else value,
)
def test_what_cannot_be_shown_is_refused_in_one_line(name: str, content: bytes, message: str) -> None:
    with pytest.raises(PictureError, match=message) as refused:
        pictures.read(name, content)

    assert "\n" not in str(refused.value)


def test_only_addresses_have_a_type() -> None:
    assert pictures.content_type("a-1x1-" + "0" * 32 + ".svg") == "image/svg+xml"
    assert pictures.content_type("../secret_key") is None
    assert pictures.content_type("a-1x1-" + "0" * 32 + ".html") is None
