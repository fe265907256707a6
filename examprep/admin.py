"""Accounts in the admin."""

from django.contrib import admin
from django.contrib.auth.admin import UserAdmin

from examprep.models import User


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
