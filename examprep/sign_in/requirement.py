"""Who has to have a second factor."""

from __future__ import annotations

from allauth.mfa.models import Authenticator
from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.auth.models import AnonymousUser

FACTORS = (Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN)
"""What counts as a second factor; codes on paper stand in for one of these."""


def has_to_set_up(user: AbstractBaseUser | AnonymousUser) -> bool:
    """Whether somebody is of the staff, has no second factor, and needs one: they may do nothing else before."""
    if not settings.STAFF_SECOND_FACTOR or not getattr(user, "is_staff", False):
        return False
    return not Authenticator.objects.filter(user=user, type__in=FACTORS).exists()


def is_last_of_staff(authenticator: Authenticator) -> bool:
    """Whether this is the only factor of somebody who needs one."""
    if not settings.STAFF_SECOND_FACTOR or authenticator.type not in FACTORS or not authenticator.user.is_staff:
        return False
    others = Authenticator.objects.filter(user=authenticator.user, type__in=FACTORS).exclude(pk=authenticator.pk)
    return not others.exists()
