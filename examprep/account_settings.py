"""How people log in: the part of the settings that is about accounts."""

import environ

from examprep.sign_in.configuring import read_providers

_env = environ.Env()

AUTHENTICATION_BACKENDS = [
    "django.contrib.auth.backends.ModelBackend",
    "allauth.account.auth_backends.AuthenticationBackend",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator"},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/today/"
ACCOUNT_LOGIN_METHODS = {"username", "email"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "email", "password1*"]
# Where mail can be sent, a new address is sent a link; nobody has to wait for it.
ACCOUNT_EMAIL_VERIFICATION = (
    "none" if _env.str("EMAIL_URL", default="consolemail://").startswith("console") else "optional"
)
# An address that nobody has confirmed belongs to nobody: others may give it too, and are not told.
ACCOUNT_PREVENT_ENUMERATION = "strict"
ACCOUNT_LOGOUT_ON_GET = False
ACCOUNT_SESSION_REMEMBER = True
ACCOUNT_ADAPTER = "examprep.accounts.Accounts"
# Logins that fail are counted by examprep.login_limits. A class room shares an address, and signs up at once; whatever
# is limited is so by the minute, as `examprep.middleware.RetryAfter` says.
ACCOUNT_RATE_LIMITS = {
    "login": None,
    "login_failed": "5/m/key,20/h/key",  # codes of a second factor, after the right password
    "signup": "120/m/ip",
    "reset_password": "60/m/ip,5/m/key",
    "reset_password_from_key": "120/m/ip",
    "confirm_email": "1/m/key",
}
ACCOUNT_FORMS = {
    "add_email": "examprep.forms.AddEmail",
    "change_password": "examprep.forms.ChangePassword",
    "login": "examprep.forms.LogIn",
    "reset_password": "examprep.forms.ResetPassword",
    "reauthenticate": "examprep.sign_in.forms.PasswordAgain",
    "reset_password_from_key": "examprep.forms.ResetPasswordByLink",
    "set_password": "examprep.sign_in.forms.SetPassword",
    "signup": "examprep.forms.SignUp",
}

# A second factor: codes of an app, passkeys (which are a login by themselves too), and codes on paper.
STAFF_SECOND_FACTOR = _env.bool("STAFF_SECOND_FACTOR", default=False)
MFA_ADAPTER = "examprep.sign_in.second_factor.SecondFactors"
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_TOTP_ISSUER = "examprep"
MFA_ALLOW_UNVERIFIED_EMAIL = True  # without mail no address is ever confirmed
MFA_RATE_LIMITS = {"webauthn_login": "120/m/ip"}
MFA_FORMS = {
    "activate_totp": "examprep.sign_in.forms.StartApp",
    "add_webauthn": "examprep.sign_in.forms.AddPasskey",
    "authenticate": "examprep.sign_in.forms.SecondStep",
    "reauthenticate": "examprep.sign_in.forms.SecondStepAgain",
}

# Accounts elsewhere: whoever an OpenID provider names, matched by an address that both sides have confirmed.
SOCIALACCOUNT_ADAPTER = "examprep.sign_in.providers.ConnectedAccounts"
SOCIALACCOUNT_EMAIL_AUTHENTICATION = True
SOCIALACCOUNT_EMAIL_AUTHENTICATION_AUTO_CONNECT = True
SOCIALACCOUNT_FORMS = {"signup": "examprep.sign_in.forms.SignUpFromElsewhere"}
SOCIALACCOUNT_PROVIDERS = {"openid_connect": {"APPS": read_providers(_env.str("OIDC_PROVIDERS", default=""))}}

HEADLESS_CLIENTS = ("app",)
HEADLESS_SERVE_SPECIFICATION = True
HEADLESS_SPECIFICATION_TEMPLATE_NAME = None  # its page loads scripts from another host
