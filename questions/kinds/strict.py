"""Documents in which nothing is passed over."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict


class Strict(BaseModel):
    """A document in which an unknown field is an error."""

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)
