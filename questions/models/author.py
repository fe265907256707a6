"""Who writes and publishes items: the service's user model.

This app does not know the service; at run time an author is whatever `AUTH_USER_MODEL` names. To the type checker it is
the user model itself.
"""

from typing import TYPE_CHECKING

from django.conf import settings

if TYPE_CHECKING:
    from examprep.models import User as Author
else:
    Author = settings.AUTH_USER_MODEL

__all__ = ["Author"]
