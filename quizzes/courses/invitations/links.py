"""The link of an invitation: its random key, signed.

Whoever reads the database cannot make the link of it, and one that was made up costs no query.
"""

from __future__ import annotations

import uuid
from datetime import datetime

from django.conf import settings
from django.core import signing
from django.urls import reverse

from quizzes.models import Invitation

_SIGNER = signing.Signer(salt="invitation", sep=".")


def make_link(invitation: Invitation) -> str:
    """Return the address that lets its holder into the course, once."""
    address: str = settings.SITE_URL + reverse("invitation", args=[_SIGNER.sign(invitation.key.hex)])
    return address


def read_key(secret: str) -> uuid.UUID | None:
    """Return the key in a link; None where we did not make it."""
    try:
        return uuid.UUID(_SIGNER.unsign(secret))
    except (signing.BadSignature, ValueError):
        return None


def find_invitation(secret: str, now: datetime) -> Invitation | None:
    """Return whose link has this secret; None where none has, or its time is over. One query at most."""
    key = read_key(secret)
    if key is None:
        return None
    invitations = Invitation.objects.select_related("course", "section", "invited_by")
    invitation = invitations.filter(key=key).first()
    return invitation if invitation and is_valid(invitation, now) else None


def is_valid(invitation: Invitation, now: datetime) -> bool:
    """Whether its link says more than that it is over: it was accepted, or may be."""
    return invitation.student_id is not None or now < invitation.expires_at
