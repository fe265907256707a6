"""What Gunicorn says goes where all other lines of the log go, and looks as they do."""

from gunicorn.config import Config  # type: ignore[import-untyped]
from gunicorn.glogging import Logger  # type: ignore[import-untyped]


class OneLog(Logger):  # type: ignore[misc] # Gunicorn has no types
    """Gunicorn's own lines, given on to the log of the service."""

    def setup(self, cfg: Config) -> None:
        """Leave out Gunicorn's own way of writing."""
        super().setup(cfg)
        self.error_log.handlers.clear()
        self.error_log.propagate = True
