"""Who studies: the service's user model.

This app does not know the service; at run time a student is whatever `AUTH_USER_MODEL` names. To the type checker it is
the user model itself, so that settings and related rows have their types.
"""

from typing import TYPE_CHECKING

from django.conf import settings

if TYPE_CHECKING:
    from examprep.models import User as Student
else:
    Student = settings.AUTH_USER_MODEL

__all__ = ["Student"]
