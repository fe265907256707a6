"""Who studies: the service's user model.

This app does not know the service; at run time a student is whatever `AUTH_USER_MODEL` names. To the type checker it is
the user model itself, so that settings and related rows have their types.
"""

from typing import TYPE_CHECKING

from django.conf import settings
from django.db.models import Q

if TYPE_CHECKING:
    from examprep.models import User as Student
else:
    Student = settings.AUTH_USER_MODEL

OF_STUDENTS = Q(student__is_staff=False, student__is_superuser=False)
"""Rows that statistics count: what staff try says nothing of students."""

__all__ = ["OF_STUDENTS", "Student"]
