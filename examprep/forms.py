"""Settings of a student, and the sign-up."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, ClassVar

from allauth.account.forms import (
    AddEmailForm,
    ChangePasswordForm,
    LoginForm,
    ResetPasswordForm,
    ResetPasswordKeyForm,
    SignupForm,
)
from django import forms
from django.http import HttpRequest
from django.utils import timezone

from examprep.models import TextSize, Theme, User, time_zones

HOURS = [(hour, f"{hour:02}:00") for hour in range(24)]


class SettingsForm(forms.ModelForm[User]):
    """The settings of a student's study day, and of how pages look."""

    LOOK = ("theme", "text_size")

    theme = forms.ChoiceField(required=False, choices=Theme.choices, label="Colours")
    text_size = forms.ChoiceField(required=False, choices=TextSize.choices, label="Text size")
    reminder_hour = forms.IntegerField(
        required=False, min_value=0, max_value=23, label="Remind me at", widget=forms.Select(choices=HOURS)
    )

    class Meta:
        model = User
        fields = (
            *("time_zone", "daily_minutes", "day_rollover_hour", "desired_retention", "reminders", "reminder_hour"),
            *("theme", "text_size"),
        )
        labels = {
            "daily_minutes": "Minutes a day",
            "day_rollover_hour": "A new day starts at",
            "desired_retention": "Desired retention",
            "reminders": "Remind me by email",
        }
        help_texts = {
            "time_zone": "Used for your study days, due dates and the countdown to your exam.",
            "daily_minutes": "How long your daily plan may take, from 1 to 480.",
            "day_rollover_hour": "Answers before it count towards the previous day.",
            "desired_retention": "With no exam ahead, questions come back at this chance of recall, from 0.70 to 0.99.",
            "reminders": "At most once a day, when you have something to review. Sent to your account’s email address.",
        }
        widgets = {
            "day_rollover_hour": forms.Select(choices=HOURS),
            "time_zone": forms.TextInput(attrs={"list": "time-zones", "autocomplete": "off", "spellcheck": "false"}),
            "desired_retention": forms.NumberInput(attrs={"step": "0.01", "min": "0.7", "max": "0.99"}),
        }

    @property
    def day(self) -> list[forms.BoundField]:
        """The fields of the study day."""
        return [field for field in self if field.name not in self.LOOK]

    @property
    def look(self) -> list[forms.BoundField]:
        """The fields of how pages look."""
        return [self[name] for name in self.LOOK]

    def clean_theme(self) -> str:
        """Return the theme as it was where none is chosen."""
        return self.cleaned_data["theme"] or self.instance.theme

    def clean_text_size(self) -> str:
        """Return the text size as it was where none is chosen."""
        return self.cleaned_data["text_size"] or self.instance.text_size

    def clean_reminder_hour(self) -> int:
        """Return the hour as it was where none is given."""
        hour: int | None = self.cleaned_data["reminder_hour"]
        return User.objects.get(pk=self.instance.pk).reminder_hour if hour is None else hour


class ExamDateInput(forms.MultiWidget):
    """A date, and beside it a time: a date alone is enough, where one field for both would send nothing."""

    MORNING = "09:00"

    def __init__(self) -> None:
        date = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
        time = forms.TimeInput(attrs={"type": "time", "aria-label": "Time"}, format="%H:%M")
        super().__init__({"": date, "time": time})

    def decompress(self, value: datetime | str | None) -> list[object]:
        """Split an instant, as it is stored or as it was sent."""
        if isinstance(value, datetime):
            return [value.date(), value.time()]
        return list((value or "").partition("T")[::2])

    def value_from_datadict(  # type: ignore[override]
        self, data: Mapping[str, Any], files: Any, name: str
    ) -> str:
        """Return date and time as one, as apps send them; a date alone means the morning."""
        date = str(data.get(name, "")).strip()
        return date if not date or "T" in date else f"{date}T{data.get(f'{name}_time') or self.MORNING}"

    def id_for_label(self, id_: str) -> str:
        return id_

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        context = super().get_context(name, value, attrs)
        context["widget"]["subwidgets"][0]["attrs"]["id"] = context["widget"]["attrs"].get("id")
        return context


class ExamDateForm(forms.Form):
    """The student's own exam date in one course; empty to follow the course's dates."""

    exam_at = forms.DateTimeField(
        required=False,
        label="Exam",
        help_text="In your time zone; without a time, at 9 in the morning. Leave it empty for the course's dates.",
        widget=ExamDateInput(),
    )

    def clean_exam_at(self) -> datetime | None:
        """Return the date; one that is set anew must be ahead."""
        at: datetime | None = self.cleaned_data["exam_at"]
        if at is not None and at <= timezone.now() and "exam_at" in self.changed_data:
            raise forms.ValidationError("This date is in the past. Choose a later one, or leave it empty.")
        return at


class InOurWords:
    """A form of allauth with labels in our words, and without repeating them inside the fields."""

    labels: ClassVar[dict[str, str]] = {}
    fields: dict[str, forms.Field]

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        for name, field in self.fields.items():
            field.label = self.labels.get(name, field.label)
            field.widget.attrs.pop("placeholder", None)


class LogIn(InOurWords, LoginForm):  # type: ignore[misc] # allauth has no types
    """The login, by username or email address."""

    labels: ClassVar[dict[str, str]] = {"login": "Username or email"}


class SignUp(InOurWords, SignupForm):  # type: ignore[misc] # allauth has no types
    """The sign-up; the browser adds its time zone."""

    labels: ClassVar[dict[str, str]] = {"email": "Email"}
    time_zone = forms.CharField(required=False, widget=forms.HiddenInput(attrs={"data-time-zone": ""}))

    def save(self, request: HttpRequest) -> User:
        user: User = super().save(request)
        if self.cleaned_data["time_zone"] in time_zones():
            user.time_zone = self.cleaned_data["time_zone"]
            user.save(update_fields=["time_zone"])
        return user


class AddEmail(InOurWords, AddEmailForm):  # type: ignore[misc] # allauth has no types
    """One more email address of an account."""

    labels: ClassVar[dict[str, str]] = {"email": "Email"}


class ResetPassword(InOurWords, ResetPasswordForm):  # type: ignore[misc] # allauth has no types
    """Ask for a link to choose a new password."""

    labels: ClassVar[dict[str, str]] = {"email": "Email"}


class ResetPasswordByLink(InOurWords, ResetPasswordKeyForm):  # type: ignore[misc] # allauth has no types
    """Choose a new password by the link."""

    labels: ClassVar[dict[str, str]] = {"password1": "New password", "password2": "New password again"}


class ChangePassword(InOurWords, ChangePasswordForm):  # type: ignore[misc] # allauth has no types
    """Choose a new password, knowing the old one."""

    labels: ClassVar[dict[str, str]] = {"oldpassword": "Current password", **ResetPasswordByLink.labels}
