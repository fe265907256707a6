"""JSON that nobody searches, in a third of its room."""

from __future__ import annotations

import json
import zlib
from typing import TYPE_CHECKING, Any, cast

from django.db import models
from django.db.models.expressions import Col

if TYPE_CHECKING:
    from django.db.backends.base.base import BaseDatabaseWrapper

OLDER = "As older rows have it, which are not packed."

_COMMON = (
    b'"message":"right":{"left":"order":["facets":{"pairs":{"kind":"texts":"steps":"points":[{"key":["'
    b'"void":true,"corrections":true,"given":true,"fixed":[1.0,2.0,3.0,-1.0,0.5,0.1,0.0,'
    b'"parts":{"ids":{"variant":{"values":{"key":"values":{"},"key":1.0,"of":null,"mistakes":[],"engine":3},"'
    b'":0,"":1,"":2,"":3}}{"variant":{"values":{"":1.0},"engine":3}}}{"order":["{"ids":{"'
    b'{"rating":"hard","{"rating":"easy","score":0.5,"parts":{"'
    b'":{"score":0.0,"correct":false,"feedback":[]},"":{"score":1.0,"correct":true,"feedback":[]},"'
    b'{"rating":"again","score":0.0,"correct":false,"feedback":[],"cards":[["'
    b'","",0.212,6.4133,1.0,"2026-12-31T12:00:00.500Z"],["'
    b'{"rating":"good","score":1.0,"correct":true,"feedback":[],"cards":[["'
    b'","",2.3065,2.118103970459015,1.0,"2027-01-01T04:00:00.000Z"]]}'
)
"""What stands in many documents. Never to be changed: another is another FORM."""

FORM = b"\1"
"""The first byte of what is packed with these words. JSON begins with none that is so low."""
LITTLE = 5
"""Memory that packing sets up, of 9: most of its time goes there, and documents are short."""


def pack_json(document: Any) -> bytes:
    """Return a document as it is stored. Raises ValueError for numbers that JSON does not have."""
    packer = zlib.compressobj(9, zlib.DEFLATED, -zlib.MAX_WBITS, LITTLE, zdict=_COMMON)
    text = json.dumps(document, ensure_ascii=False, allow_nan=False, separators=(",", ":")).encode()
    return FORM + packer.compress(text) + packer.flush()


_DECODER = json.JSONDecoder()
"""What is stored has nothing around it: that need not be looked for, nor its encoding."""


def unpack_json(stored: bytes | str) -> Any:
    """Return the document that is stored, packed or as JSON."""
    text = _text_of(stored)
    return _DECODER.raw_decode(text if isinstance(text, str) else text.decode())[0]


def _text_of(stored: bytes | str) -> bytes | str:
    if isinstance(stored, str) or not stored.startswith(FORM):
        return stored
    unpacker = zlib.decompressobj(-zlib.MAX_WBITS, zdict=_COMMON)
    return unpacker.decompress(stored[len(FORM) :])  # all of it: there is no limit


def read_member(stored: bytes | str, name: str) -> Any:
    """Return a member of the object that is stored, None where it has none: read only where the name stands in it."""
    text = stored if isinstance(stored, str) else _text_of(bytes(stored))
    is_there = f'"{name}"' in text if isinstance(text, str) else f'"{name}"'.encode() in text
    return json.loads(text).get(name) if is_there else None


class PackedJSONField(models.BinaryField[Any, Any]):
    """JSON, packed. What older rows have in the JSON field `older` instead is read as if it stood here."""

    def __init__(self, *args: Any, older: str, **options: Any) -> None:
        self.older = older
        super().__init__(*args, **{**options, "null": True})

    def older_field(self) -> models.JSONField[Any, Any]:
        """Return the field of older rows."""
        return cast("models.JSONField[Any, Any]", self.model._meta.get_field(self.older))

    def deconstruct(self) -> tuple[str, str, list[Any], dict[str, Any]]:
        """Return how migrations make it."""
        name, path, positional, options = super().deconstruct()
        del options["null"]
        return name, path, [*positional], {**options, "older": self.older}

    def get_col(self, alias: str, output_field: models.Field[Any, Any] | None = None) -> Col:
        """Return the column as queries read it."""
        return _EitherCol(alias, self, output_field)

    @property
    def cached_col(self) -> Col:
        """The column, where its table has no other name."""
        return self.get_col(self.model._meta.db_table)

    def from_db_value(self, value: bytes | memoryview | str | None, *_: object) -> Any:
        """Return the document."""
        if value is None:
            return None
        return unpack_json(value if isinstance(value, str) else bytes(value))

    def get_db_prep_value(self, value: Any, connection: BaseDatabaseWrapper, prepared: bool = False) -> Any:  # noqa: FBT001, FBT002 - as Django calls it
        """Return what the driver is handed."""
        return super().get_db_prep_value(None if value is None else pack_json(value), connection, prepared)

    def value_to_string(self, obj: models.Model) -> Any:
        """Return the document as fixtures have it."""
        return self.value_from_object(obj)

    def to_python(self, value: Any) -> Any:
        """Return the document that a fixture has."""
        return value


class _EitherCol(Col):
    """What is packed or, in an older row, what is not."""

    def as_sql(self, compiler: Any, connection: BaseDatabaseWrapper) -> tuple[str, tuple[str | int, ...]]:
        packed, _ = super().as_sql(compiler, connection)
        field = cast("PackedJSONField", self.target)
        older, _ = Col(self.alias, field.older_field()).as_sql(compiler, connection)
        if connection.vendor == "postgresql":
            older = f"convert_to({older}::text, 'UTF8')"
        return f"COALESCE({packed}, {older})", ()
