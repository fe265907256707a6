"""Every route of the service."""

from allauth.account.decorators import secure_admin_login
from allauth.headless.spec.views import OpenAPIJSONView
from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount, SocialApp, SocialToken
from django.conf import settings
from django.contrib import admin
from django.urls import include, path
from django.views.decorators.cache import cache_page
from django.views.generic import RedirectView

from examprep import account_pages, health, installed_app, stale_forms, styleguide, views
from examprep.lti import pages as lti
from examprep.watching import pages as watching
from questions.admin.acts import record_acts
from questions.admin.dates import label_dates_and_times
from questions.admin.history import log_nothing_but_changes
from questions.admin.keys import guard_actions

# Here and not as the apps are loaded, since only who serves pages needs it: it is a third of what a start imports.
label_dates_and_times()
admin.autodiscover()
admin.site.site_header = "examprep"
admin.site.site_title = "examprep"
admin.site.index_title = "Authoring"
guard_actions(admin.site)
log_nothing_but_changes(admin.site)
# There is one login, with its limits, and `next` leads back.
admin.site.login = secure_admin_login(admin.site.login)  # type: ignore[method-assign]
record_acts(admin.site)
admin.site.admin_view = stale_forms.keep_texts(admin.site.admin_view)  # type: ignore[method-assign, assignment]

# Secrets of people's apps stand in no page, and providers are configured by the environment.
for model in (Authenticator, SocialAccount, SocialApp, SocialToken):
    admin.site.unregister(model)

to_account = RedirectView.as_view(pattern_name="account")
urlpatterns = [
    path("settings/", views.settings_page, name="settings"),
    path("account/", account_pages.account_page, name="account"),
    path("account/second-factor/", account_pages.second_factor_page, name="second-factor"),
    path("account/keep/", account_pages.keep_account, name="keep-account"),
    path("account/export/", account_pages.export_account, name="export-account"),
    path("account/logins/", account_pages.end_login, name="end-login"),
    path("lti/login/", lti.login, name="lti-login"),
    path("lti/launch/", lti.launch, name="lti-launch"),
    path("lti/choose/", lti.choose, name="lti-choose"),
    path("lti/register/<str:secret>/", lti.register, name="lti-register"),
    path("lti/keys/", lti.public_keys, name="lti-keys"),
    path("app.webmanifest", installed_app.manifest, name="manifest"),
    path("worker.js", installed_app.worker, name="worker"),
    path("offline/", installed_app.offline, name="offline"),
    path("privacy/", account_pages.privacy_page, name="privacy"),
    path("", include("quizzes.urls")),
    path("", include("questions.urls")),
    # What allauth would show on pages of its own.
    *(path(f"accounts/{each}/", to_account) for each in ("sessions", "2fa", "2fa/webauthn")),
    path("accounts/", include("allauth.urls")),
    # How apps sign in. It is made of a long file, so it is kept; and in one form.
    path("_allauth/openapi.json", cache_page(24 * 3600)(OpenAPIJSONView.as_view())),
    path("_allauth/openapi.yaml", RedirectView.as_view(url="openapi.json")),
    path("_allauth/", include("allauth.headless.urls")),
    path("admin/running/", admin.site.admin_view(watching.running), name="running"),
    path("metrics", watching.metrics, name="metrics"),
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
