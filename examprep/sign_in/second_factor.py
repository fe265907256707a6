"""What allauth asks about second factors, and how somebody who has lost theirs is helped."""

from __future__ import annotations

from allauth.core import context
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from django.db import transaction
from django.http import HttpRequest

from examprep import security_log
from examprep.models import User
from examprep.personal_data.logins import describe_device
from examprep.sign_in.requirement import is_last_of_staff


class SecondFactors(DefaultMFAAdapter):  # type: ignore[misc] # allauth has no types
    """Keeps staff from switching off what they have to have, and names passkeys by their device."""

    error_messages = {
        **DefaultMFAAdapter.error_messages,
        "cannot_delete_authenticator": "Staff need a second factor. Add another one before you remove this one.",
        "incorrect_code": "This code is not right, or was used already. Wait for the next one.",
    }

    def can_delete_authenticator(self, authenticator: Authenticator) -> bool:
        """Whether a factor may go: the last one of staff stays where it is required."""
        return not is_last_of_staff(authenticator)

    def generate_authenticator_name(self, user: User, kind: str) -> str:
        """Return what a new passkey is called until its person says."""
        return describe_device(context.request.headers.get("User-Agent", ""))


@transaction.atomic
def remove_all(person: User, request: HttpRequest) -> None:
    """Take the second factor and the passkeys from somebody who has lost them; they log in by their password again."""
    Authenticator.objects.filter(user=person).delete()
    security_log.note("second_factor_reset", request, person.username, by=request.user.get_username())
