"""What the API's views refuse, since they alone know who calls: whoever has taken too much of the server's time."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rest_framework.request import Request
from rest_framework.throttling import BaseThrottle

from examprep import work_limits

if TYPE_CHECKING:
    from rest_framework.views import APIView  # which imports what the settings name, and they name what is below


class WorkThrottle(BaseThrottle):
    """Refuses as `examprep.middleware.WorkLimit` does elsewhere."""

    def allow_request(self, request: Request, view: APIView) -> bool:
        self._wait = work_limits.seconds_to_wait(work_limits.whose(request))
        return not self._wait

    def wait(self) -> float:
        return self._wait
