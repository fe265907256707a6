"""The user of the service."""

from __future__ import annotations

import zoneinfo
from functools import cache
from typing import ClassVar

from django.contrib.auth.models import AbstractUser
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models

from examprep import usernames
from questions.models import Course
from quizzes.calendar import StudyDay

NO_PLACES = {"localtime", "Factory"}
"""In the time-zone database, and no time zones: what the server is set to, and what nobody has set."""


@cache
def time_zones() -> frozenset[str]:
    """Return the names of all time zones."""
    return frozenset(zoneinfo.available_timezones() - NO_PLACES)


def validate_time_zone(name: str) -> None:
    """Refuse a name that the time-zone database does not have."""
    if name not in time_zones():
        raise ValidationError("“%(name)s” is not a time zone; use a name such as Europe/Berlin.", params={"name": name})


def validate_username(name: str, person: User | None = None) -> None:
    """Refuse a name that looks like somebody else's than the person's own, or that is nothing but dots.

    Somebody else's email address is such a name too: logins take either.
    """
    if not name.strip("."):
        raise ValidationError("A username needs a letter or a digit.")
    themselves = {person.pk} if person else set()
    addresses = models.Q(email__iexact=name) | models.Q(emailaddress__email__iexact=name)
    if "@" in name and set(User.objects.filter(addresses).values_list("pk", flat=True)) - themselves:
        raise ValidationError("This is somebody else's email address. Choose another username.")
    if set(User.objects.filter(shape=usernames.shape_of(name)).values_list("pk", flat=True)) - themselves:
        raise ValidationError("This username is taken, or looks like one that is. Choose another.")


class Theme(models.TextChoices):
    """Light or dark."""

    SYSTEM = "system", "As the device"
    LIGHT = "light", "Light"
    DARK = "dark", "Dark"


class TextSize(models.TextChoices):
    """How large texts are."""

    NORMAL = "normal", "Normal"
    LARGE = "large", "Large"
    LARGEST = "largest", "Largest"


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
    theme = models.CharField(max_length=8, choices=Theme, default=Theme.SYSTEM, db_default=Theme.SYSTEM)
    text_size = models.CharField(max_length=8, choices=TextSize, default=TextSize.NORMAL, db_default=TextSize.NORMAL)
    kept_date = models.DateField(null=True, editable=False)
    kept_from = models.DateTimeField(null=True, editable=False)
    kept_until = models.DateTimeField(null=True, editable=False)
    current_course = models.ForeignKey(
        Course,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        editable=False,
        related_name="+",
        help_text="Of several courses the one that lessons, concepts, exams and progress are shown of.",
    )
    erase_at = models.DateTimeField(
        null=True, blank=True, editable=False, help_text="When the account is erased, as its person asked."
    )
    erased_at = models.DateTimeField(null=True, blank=True, editable=False)
    shape = usernames.ShapeField(max_length=usernames.LONGEST, default="", editable=False, db_index=True)
    looks_taken = models.BooleanField(default=False, editable=False)
    """Whether the name looked like another's before such names were refused; it may be kept."""

    class Meta(AbstractUser.Meta):
        constraints: ClassVar = [
            # Two who sign up at once are both told by `validate_username` that the name is free.
            models.UniqueConstraint(fields=["shape"], condition=models.Q(looks_taken=False), name="one_name_a_shape"),
        ]
        indexes: ClassVar = [
            models.Index(fields=["erase_at"], condition=models.Q(erase_at__isnull=False), name="account_to_erase")
        ]

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

    def clean(self) -> None:
        """Refuse a new name that others could be taken for."""
        super().clean()
        # A form that refused the name leaves none.
        if self.username and not User.objects.filter(pk=self.pk, username=self.username).exists():
            try:
                validate_username(self.username, self)
            except ValidationError as error:
                raise ValidationError({"username": error}) from None
            self.looks_taken = False

    @classmethod
    def named(cls, name: str) -> User | None:
        """Return whose name this is, in capitals or not, on every database."""
        people = list(cls.objects.filter(shape=usernames.shape_of(name)).order_by("pk"))
        same = [person for person in people if usernames.fold(person.username) == usernames.fold(name)]
        return next((person for person in same if person.username == name), same[0] if len(same) == 1 else None)

    @property
    def zone(self) -> zoneinfo.ZoneInfo:
        """The student's time zone."""
        return zoneinfo.ZoneInfo(self.time_zone)


from examprep.lti.models import (  # noqa: E402 - whose rows are about people
    LtiAccount,
    LtiContext,
    LtiKey,
    LtiNonce,
    LtiPlatform,
    LtiScore,
)
from examprep.watching.models import TaskRun  # noqa: E402

__all__ = [
    "LtiAccount",
    "LtiContext",
    "LtiKey",
    "LtiNonce",
    "LtiPlatform",
    "LtiScore",
    "TaskRun",
    "TextSize",
    "Theme",
    "User",
]
