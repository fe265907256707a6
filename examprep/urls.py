"""Every route of the service."""

from allauth.account.decorators import secure_admin_login
from django.conf import settings
from django.contrib import admin
from django.urls import include, path
from django.views.generic import RedirectView

from examprep import health, stale_forms, styleguide, views
from questions.admin.history import log_nothing_but_changes
from questions.admin.keys import guard_actions

# Here and not as the apps are loaded, since only who serves pages needs it: it is a third of what a start imports.
admin.autodiscover()
admin.site.site_header = "examprep"
admin.site.site_title = "examprep"
admin.site.index_title = "Authoring"
guard_actions(admin.site)
log_nothing_but_changes(admin.site)
# There is one login, with its limits, and `next` leads back.
admin.site.login = secure_admin_login(admin.site.login)  # type: ignore[method-assign]
admin.site.admin_view = stale_forms.keep_texts(admin.site.admin_view)  # type: ignore[method-assign, assignment]

urlpatterns = [
    path("settings/", views.settings_page, name="settings"),
    path("", include("quizzes.urls")),
    path("", include("questions.urls")),
    path("accounts/", include("allauth.urls")),
    path("_allauth/", include("allauth.headless.urls")),
    path("admin/", admin.site.urls),
    path("api/v1/", include("examprep.api")),
    path("favicon.ico", RedirectView.as_view(url=f"{settings.STATIC_URL}examprep/favicon.svg")),
    path("health/live", health.live, name="live"),
    path("health/ready", health.ready, name="ready"),
]

if settings.DEBUG:
    urlpatterns.append(path("styleguide/", styleguide.styleguide, name="styleguide"))

handler400 = "examprep.errors.bad_request"
handler403 = "examprep.errors.forbidden"
handler404 = "examprep.errors.not_found"
handler429 = "examprep.errors.too_many_requests"
handler500 = "examprep.errors.server_error"
