"""The user of the service."""

import zoneinfo

from django.contrib.auth.models import AbstractUser
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models

from quizzes.calendar import StudyDay


def validate_time_zone(name: str) -> None:
    """Refuse a name that the time-zone database does not have."""
    try:
        zoneinfo.ZoneInfo(name)
    except (zoneinfo.ZoneInfoNotFoundError, ValueError, OSError):
        raise ValidationError(
            "“%(name)s” is not a time zone; use a name such as Europe/Berlin.", params={"name": name}
        ) from None


class User(AbstractUser):
    """A person: student, instructor (staff) or both, with the settings of their study day."""

    time_zone = models.CharField(max_length=64, default="UTC", validators=[validate_time_zone])
    day_rollover_hour = models.PositiveSmallIntegerField(
        default=4,
        validators=[MaxValueValidator(23)],
        help_text="The local hour at which a new study day begins (0-23).",
    )
    daily_minutes = models.PositiveSmallIntegerField(
        default=20,
        validators=[MinValueValidator(1), MaxValueValidator(480)],
        help_text="Minutes of review a day (1-480).",
    )
    desired_retention = models.FloatField(
        default=0.9,
        validators=[MinValueValidator(0.7), MaxValueValidator(0.99)],
        help_text="The chance of recall at which a card comes due when no exam sets the pace (0.70-0.99).",
    )
    reminders = models.BooleanField(default=False)
    reminder_hour = models.PositiveSmallIntegerField(
        default=18, validators=[MaxValueValidator(23)], help_text="The local hour of the day's reminder (0-23)."
    )
    kept_date = models.DateField(null=True, editable=False)
    kept_from = models.DateTimeField(null=True, editable=False)
    kept_until = models.DateTimeField(null=True, editable=False)

    @property
    def kept_day(self) -> StudyDay | None:
        """The study day that the last change of zone or hour found begun, and left as it was."""
        if self.kept_date is None or self.kept_from is None or self.kept_until is None:
            return None
        return StudyDay(self.kept_date, self.kept_from, self.kept_until)

    @kept_day.setter
    def kept_day(self, day: StudyDay | None) -> None:
        self.kept_date = day.date if day else None
        self.kept_from = day.begins_at if day else None
        self.kept_until = day.ends_at if day else None

    @property
    def zone(self) -> zoneinfo.ZoneInfo:
        """The student's time zone."""
        return zoneinfo.ZoneInfo(self.time_zone)
