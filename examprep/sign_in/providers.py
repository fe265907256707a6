"""Accounts elsewhere: who an OpenID provider says somebody is, and whose account here that is."""

from __future__ import annotations

from allauth.account.internal.userkit import filter_users_by_email
from allauth.account.models import EmailAddress
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from allauth.socialaccount.models import SocialLogin

from examprep.models import User


class ConnectedAccounts(DefaultSocialAccountAdapter):  # type: ignore[misc] # allauth has no types
    """Matches by an address that the provider and we have both confirmed, and by no other."""

    def authenticate_by_email(self, sociallogin: SocialLogin) -> tuple[User, str] | None:
        """Return whose account it is, and by which address; None where there is none, or it is not sure."""
        for address in sociallogin.email_addresses:
            # Some providers say "false", which is true of Python's texts.
            address.verified = address.verified is True
        for email in [address.email for address in sociallogin.email_addresses if address.verified]:
            for person in filter_users_by_email(email, prefer_verified=True, for_login=True):
                if EmailAddress.objects.filter(user=person, email__iexact=email, verified=True).exists():
                    return person, email
        return None
