"""Accounts in the admin."""

from django.contrib import admin
from django.contrib.auth.admin import UserAdmin
from django.forms import ModelForm
from django.http import HttpRequest

from examprep.models import User
from quizzes import schedule


@admin.register(User)
class Accounts(UserAdmin[User]):
    """Accounts, with the settings of their study day."""

    list_display = ("username", "email", "is_staff", "time_zone", "daily_minutes", "last_login")
    fieldsets = (
        *(UserAdmin.fieldsets or ()),
        (
            "Study day",
            {"fields": ("time_zone", "day_rollover_hour", "daily_minutes", "desired_retention", "reminders")},
        ),
    )

    def save_model(self, request: HttpRequest, obj: User, form: ModelForm[User], change: bool) -> None:
        """Store the account; where settings changed, all that follows from them too."""
        if change:
            schedule.change_settings(obj)
        else:
            obj.save()
