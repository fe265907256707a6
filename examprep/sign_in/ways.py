"""The ways in which a person logs in, for their own page and their export."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount
from django.conf import settings

from examprep.models import User


@dataclass(frozen=True)
class Passkey:
    """One passkey of a person."""

    id: int
    name: str
    made_at: datetime
    used_at: datetime | None


@dataclass(frozen=True)
class Ways:
    """How a person logs in."""

    has_password: bool
    app_since: datetime | None
    """Since when an app's codes are asked for."""
    codes_left: int | None
    """How many codes on paper are unused; None where there are none to use."""
    passkeys: list[Passkey]
    accounts: list[str]
    """Providers that name the person."""
    providers: bool
    """Whether there are any providers to connect."""

    @property
    def second_factor(self) -> bool:
        """Whether a password is not enough."""
        return self.app_since is not None or bool(self.passkeys)


def load_ways(person: User) -> Ways:
    """Return how a person logs in; one query, and one more where there are providers."""
    app_since, codes_left, passkeys = None, None, []
    for each in Authenticator.objects.filter(user=person).order_by("pk"):
        if each.type == Authenticator.Type.TOTP:
            app_since = each.created_at
        elif each.type == Authenticator.Type.RECOVERY_CODES:
            codes_left = len(each.wrap().get_unused_codes())
        else:
            passkeys.append(Passkey(each.pk, str(each.data.get("name", "")), each.created_at, each.last_used_at))
    providers = name_providers()
    accounts = SocialAccount.objects.filter(user=person).values_list("provider", flat=True) if providers else []
    return Ways(
        has_password=person.has_usable_password(),
        app_since=app_since,
        codes_left=codes_left,
        passkeys=passkeys,
        accounts=[providers.get(provider, provider) for provider in accounts],
        providers=bool(providers),
    )


def name_providers() -> dict[str, str]:
    """Return the names of the OpenID providers by their ids."""
    apps = settings.SOCIALACCOUNT_PROVIDERS["openid_connect"]["APPS"]
    return {str(app["provider_id"]): str(app["name"]) for app in apps}
