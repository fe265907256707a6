"""Accounts in the admin."""

from __future__ import annotations

from http import HTTPStatus

from django.contrib import admin
from django.contrib.auth.admin import UserAdmin
from django.forms import ModelForm
from django.http import HttpRequest, HttpResponse

from examprep.models import User
from examprep.security_log import note
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
        """Store the account; where settings changed, all that follows from them too. Roles leave a line in the log."""
        if change:
            schedule.change_settings(obj)
        else:
            obj.save()
        for role in sorted({"is_staff", "is_superuser"}.intersection(form.changed_data)):
            event = "role_given" if getattr(obj, role) else "role_taken"
            note(event, request, obj.username, role=role, by=request.user.get_username())

    def user_change_password(self, request: HttpRequest, id: str, form_url: str = "") -> HttpResponse:
        """Set somebody's password, and log that."""
        response = super().user_change_password(request, id, form_url)
        if request.method == "POST" and response.status_code == HTTPStatus.FOUND:
            person = User.objects.get(pk=id)
            note("password_changed", request, person.username, by=request.user.get_username())
        return response
