"""Whether something went wrong because the database did not answer."""

from __future__ import annotations

from django.db import InterfaceError, OperationalError


def find_database_error(error: BaseException | None) -> Exception | None:
    """Return the error of a database that is away or locked which this is, or which this went wrong because of.

    As where a session cannot be stored. None: there is none.
    """
    seen: set[int] = set()
    while error and id(error) not in seen:
        if isinstance(error, OperationalError | InterfaceError):
            return error
        seen.add(id(error))
        error = error.__cause__ or error.__context__
    return None
