"""allauth's forms for other ways to log in, in our words."""

from __future__ import annotations

from typing import ClassVar

from allauth.account.forms import ReauthenticateForm, SetPasswordForm
from allauth.mfa.base.forms import AuthenticateForm
from allauth.mfa.base.forms import ReauthenticateForm as CodeAgainForm
from allauth.mfa.totp.forms import ActivateTOTPForm
from allauth.mfa.webauthn.forms import AddWebAuthnForm
from allauth.socialaccount.forms import SignupForm
from django import forms

from examprep.forms import InOurWords


class PasswordAgain(InOurWords, ReauthenticateForm):  # type: ignore[misc] # allauth has no types
    """The password, before something that whoever finds the browser open should not do."""

    labels: ClassVar[dict[str, str]] = {"password": "Your password"}


class SetPassword(InOurWords, SetPasswordForm):  # type: ignore[misc] # allauth has no types
    """A first password, of who came from elsewhere."""

    labels: ClassVar[dict[str, str]] = {"password1": "New password", "password2": "New password again"}


class SecondStep(InOurWords, AuthenticateForm):  # type: ignore[misc] # allauth has no types
    """The second step of a login."""

    labels: ClassVar[dict[str, str]] = {"code": "Code"}


class SecondStepAgain(InOurWords, CodeAgainForm):  # type: ignore[misc] # allauth has no types
    """The same code, where the password would do too."""

    labels: ClassVar[dict[str, str]] = {"code": "Code"}


class StartApp(InOurWords, ActivateTOTPForm):  # type: ignore[misc] # allauth has no types
    """The first code of an app, which shows that it has the secret."""

    labels: ClassVar[dict[str, str]] = {"code": "The code that your app shows"}


class AddPasskey(InOurWords, AddWebAuthnForm):  # type: ignore[misc] # allauth has no types
    """A passkey: always one that is a login by itself."""

    labels: ClassVar[dict[str, str]] = {"name": "Name"}
    name = forms.CharField(
        required=False, max_length=60, help_text="So that you can tell it apart if you have several."
    )
    passwordless = forms.BooleanField(required=True, initial=True, widget=forms.HiddenInput())


class SignUpFromElsewhere(InOurWords, SignupForm):  # type: ignore[misc] # allauth has no types
    """The name of a new account, where the one that the provider gave is taken."""

    labels: ClassVar[dict[str, str]] = {"email": "Email"}
