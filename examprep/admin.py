"""Accounts in the admin."""

from __future__ import annotations

from http import HTTPStatus

from django.contrib import admin
from django.contrib.auth.admin import UserAdmin
from django.db.models import Model, QuerySet
from django.forms import ModelForm
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from examprep import personal_data
from examprep.lti import admin as lti_admin  # noqa: F401 - registers itself
from examprep.models import User
from examprep.security_log import note
from examprep.sign_in.second_factor import remove_all
from questions import trail
from quizzes import schedule


def _rights(account: Model) -> dict[str, object]:
    """The groups of an account, and the permissions that it has besides."""
    assert isinstance(account, User)
    permissions = account.user_permissions.values_list("codename", flat=True)
    return {"groups": sorted(map(str, account.groups.all())), "permissions": sorted(permissions)}


trail.watch(User, without=("password", "last_login"), besides=_rights, person="self")


@admin.register(User)
class Accounts(UserAdmin[User]):
    """Accounts, with the settings of their study day."""

    list_display = ("username", "email", "is_staff", "time_zone", "daily_minutes", "last_login", "erase_at")
    actions = ("delete_within_a_day", "keep", "forget_second_factor")
    fieldsets = (
        *(UserAdmin.fieldsets or ()),
        (
            "Study day",
            {"fields": ("time_zone", "day_rollover_hour", "daily_minutes", "desired_retention", "reminders")},
        ),
    )

    def has_delete_permission(self, request: HttpRequest, obj: User | None = None) -> bool:
        """Nobody deletes rows of answers: accounts are erased by the action, which leaves statistics as they are."""
        return False

    @admin.action(description="Erase within a day everything stored about these people", permissions=["change"])
    def delete_within_a_day(self, request: HttpRequest, queryset: QuerySet[User]) -> None:
        """Have accounts erased, as their people could themselves; until then they can be kept."""
        for person in queryset.filter(erased_at=None):
            personal_data.ask_for_erasure(person, timezone.now())
            note("erasure_asked", request, person.username, by=request.user.get_username())
        self.message_user(request, "They are erased within 24 hours. Until then you can choose to keep them.")

    @admin.action(description="Keep accounts that were to be erased", permissions=["change"])
    def keep(self, request: HttpRequest, queryset: QuerySet[User]) -> None:
        """Keep accounts after all."""
        for person in queryset.exclude(erase_at=None):
            personal_data.cancel_erasure(person)
            note("erasure_cancelled", request, person.username, by=request.user.get_username())
        self.message_user(request, "They will be kept.")

    @admin.action(
        description="Remove the second factor and passkeys of people who have lost them", permissions=["change"]
    )
    def forget_second_factor(self, request: HttpRequest, queryset: QuerySet[User]) -> None:
        """Let people in by their password again."""
        for person in queryset:
            remove_all(person, request)
        self.message_user(request, "They log in with their password. Staff may have to set up a new second factor.")

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
