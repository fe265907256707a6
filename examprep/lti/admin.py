"""Platforms in the admin."""

from __future__ import annotations

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.forms import ModelForm
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.html import format_html_join
from django.utils.safestring import SafeString
from django.views.decorators.http import require_POST

from examprep.lti import keys, registering
from examprep.lti.models import LtiAccount, LtiContext, LtiPlatform, LtiScore
from examprep.security_log import note
from quizzes.background import publisher

OURS = (
    ("Login (OIDC initiation)", "lti-login"),
    ("Launch (redirect URI, target link)", "lti-launch"),
    ("Content selection (deep linking)", "lti-choose"),
    ("Public keys (JWKS)", "lti-keys"),
)


@admin.register(LtiPlatform)
class Platforms(admin.ModelAdmin[LtiPlatform]):
    """Platforms, with what they have to be told of us."""

    list_display = ("name", "issuer", "client_id", "is_active")
    list_filter = ("is_active",)
    filter_horizontal = ("courses",)
    readonly_fields = ("ours",)

    def get_form(self, request: HttpRequest, *args: object, **more: object) -> type[ModelForm[LtiPlatform]]:
        self._site = request.build_absolute_uri("/").rstrip("/")
        return super().get_form(request, *args, **more)  # type: ignore[arg-type]

    def get_urls(self) -> list[URLPattern]:
        """Its own pages, and the one that shows a link to register by."""
        link = self.admin_site.admin_view(require_POST(self.link_view))
        return [path("link/", link, name="examprep_ltiplatform_link"), *super().get_urls()]

    def link_view(self, request: HttpRequest) -> HttpResponse:
        """Make a link by which a platform registers itself, once."""
        if not self.has_add_permission(request):
            raise PermissionDenied
        note("lti_link_made", request, request.user.get_username())
        link = request.build_absolute_uri(reverse("lti-register", args=[registering.write_link()]))
        context = {
            **self.admin_site.each_context(request),
            "title": "A link for a platform",
            "opts": self.opts,
            "link": link,
            "ends": timezone.now() + registering.GOOD_FOR,
        }
        return TemplateResponse(request, "admin/examprep/ltiplatform/link.html", context)

    @admin.display(description="Our addresses, to be entered on the platform")
    def ours(self, platform: LtiPlatform) -> SafeString:
        """Our addresses."""
        site = getattr(self, "_site", "")
        return format_html_join(
            "", "<p>{}<br><code>{}{}</code></p>", ((name, site, reverse(url)) for name, url in OURS)
        )

    def save_model(self, request: HttpRequest, obj: LtiPlatform, form: ModelForm[LtiPlatform], change: bool) -> None:
        """Store it, with keys of ours to sign with, and leave a line in the log."""
        super().save_model(request, obj, form, change)
        keys.rotate(timezone.now())
        note("lti_platform_changed", request, request.user.get_username(), platform=obj.issuer)


@admin.register(LtiAccount)
class LtiAccounts(admin.ModelAdmin[LtiAccount]):
    """Whose account somebody of a platform has; a superuser may give them another."""

    list_display = ("user", "issuer", "subject", "made_at")
    raw_id_fields = ("user",)
    search_fields = ("user__username", "subject")

    def save_model(self, request: HttpRequest, obj: LtiAccount, form: ModelForm[LtiAccount], change: bool) -> None:
        """Store it, and leave a line in the log."""
        super().save_model(request, obj, form, change)
        note("lti_account_changed", request, obj.user.username, by=request.user.get_username())


class Untouched:
    """What launches and sweeps write, and nobody else."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: object = None) -> bool:
        return False


@admin.register(LtiContext)
class Contexts(Untouched, admin.ModelAdmin[LtiContext]):
    """Courses of platforms, whose people can be fetched."""

    list_display = ("title", "platform", "course", "synced_at", "report")
    actions = ("fetch_people",)

    @admin.action(description="Fetch the people of these courses", permissions=["view"])
    def fetch_people(self, request: HttpRequest, queryset: QuerySet[LtiContext]) -> None:
        """Have the students of a platform's courses study ours."""
        for context in queryset.exclude(memberships_url=""):
            publisher.publish("examprep.tasks.fetch_lti_people", context.pk)
        self.message_user(request, "They are being fetched; the report will say how it went.")


@admin.register(LtiScore)
class Scores(Untouched, admin.ModelAdmin[LtiScore]):
    """What platforms were told, and what is still to be sent."""

    list_display = ("user", "exam", "platform", "last_time", "attempts", "next_try_at", "error")
    list_filter = ("platform", "exam")
