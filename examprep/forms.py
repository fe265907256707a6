"""Settings of a student, and the sign-up."""

from __future__ import annotations

import zoneinfo

from allauth.account.forms import LoginForm, SignupForm
from django import forms
from django.http import HttpRequest

from examprep.models import User


class SettingsForm(forms.ModelForm[User]):
    """The settings of a student's study day."""

    reminder_hour = forms.IntegerField(
        required=False, min_value=0, max_value=23, label="Remind me at", help_text="An hour from 0 to 23."
    )

    class Meta:
        model = User
        fields = ("time_zone", "daily_minutes", "day_rollover_hour", "desired_retention", "reminders", "reminder_hour")
        labels = {
            "daily_minutes": "Minutes a day",
            "day_rollover_hour": "A new day starts at",
            "desired_retention": "Desired retention",
            "reminders": "Remind me by email",
        }
        help_texts = {
            "time_zone": "Used for your study days, due dates and the countdown to your exam.",
            "daily_minutes": "How long your daily plan may take, from 1 to 480.",
            "day_rollover_hour": "An hour from 0 to 23. Answers before it count towards the previous day.",
            "desired_retention": "With no exam ahead, questions come back at this chance of recall, from 0.70 to 0.99.",
            "reminders": "At most once a day, when you have something to review. Sent to your account’s email address.",
        }
        widgets = {
            "time_zone": forms.TextInput(attrs={"list": "time-zones", "autocomplete": "off", "spellcheck": "false"}),
            "desired_retention": forms.NumberInput(attrs={"step": "0.01", "min": "0.7", "max": "0.99"}),
        }

    def clean_reminder_hour(self) -> int:
        """Return the hour as it was where none is given."""
        hour: int | None = self.cleaned_data["reminder_hour"]
        return User.objects.get(pk=self.instance.pk).reminder_hour if hour is None else hour


class ExamDateForm(forms.Form):
    """The student's own exam date in one course; empty to follow the course's dates."""

    exam_at = forms.DateTimeField(
        required=False,
        label="Exam",
        help_text="In your time zone. Leave it empty to follow the course's dates.",
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
    )


class LogIn(LoginForm):  # type: ignore[misc] # allauth has no types
    """allauth's login, by username or email."""

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        self.fields["login"].label = "Username or email"
        _remove_placeholders(self)


class SignUp(SignupForm):  # type: ignore[misc] # allauth has no types
    """allauth's sign-up, with the time zone that the browser fills in."""

    time_zone = forms.CharField(required=False, widget=forms.HiddenInput(attrs={"data-time-zone": ""}))

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        self.fields["email"].label = "Email"
        _remove_placeholders(self)

    def save(self, request: HttpRequest) -> User:
        user: User = super().save(request)
        if self.cleaned_data["time_zone"] in zoneinfo.available_timezones():
            user.time_zone = self.cleaned_data["time_zone"]
            user.save(update_fields=["time_zone"])
        return user


def _remove_placeholders(form: forms.Form) -> None:
    """Remove what allauth writes into each field: its label once more."""
    for field in form.fields.values():
        field.widget.attrs.pop("placeholder", None)
