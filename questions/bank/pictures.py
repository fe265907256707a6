"""The pictures of courses: stored once, under an address that says what they hold."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage

from questions.bank.problems import Problem
from questions.figures import pictures
from questions.models import Course, Picture
from questions.text.appearance import pictures_in


def store_pictures(course: Course, brought: Sequence[pictures.Picture]) -> None:
    """Add pictures to a course; those that it has stay as they are."""
    keep_bytes(brought)
    rows = [Picture(course=course, address=picture.address) for picture in brought]
    Picture.objects.bulk_create(rows, ignore_conflicts=True)


def keep_bytes(brought: Iterable[pictures.Picture]) -> None:
    """Store what pictures show, of no course yet: a preview may show them."""
    for picture in brought:
        place = _place(picture.address)
        if not default_storage.exists(place):
            default_storage.save(place, ContentFile(picture.content))


def read_picture(address: str) -> bytes | None:
    """Return the bytes of a picture; None where there is none at this address."""
    if pictures.size(address) is None or not default_storage.exists(_place(address)):
        return None
    with default_storage.open(_place(address)) as file:
        return bytes(file.read())


def missing_pictures(texts: Iterable[tuple[str, str]]) -> Iterator[Problem]:
    """Yield a problem of each text, (field, Markdown), for every picture in it that the service does not have."""
    for field, text in texts:
        for address in pictures_in(text):
            if pictures.size(address) and not default_storage.exists(_place(address)):
                yield Problem(f"There is no picture “media/{address}”: upload it under Pictures.", field)


def _place(address: str) -> str:
    return f"pictures/{address}"
