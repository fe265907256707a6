"""OpenID providers by configuration alone."""

from __future__ import annotations

import json
import sys
from urllib.parse import urlsplit

REQUIRED = ("id", "name", "client_id", "secret", "server_url")
EXAMPLE = (
    '[{"id": "uni", "name": "University", "client_id": "…", "secret": "…", "server_url": "https://login.uni.example"}]'
)


def read_providers(text: str) -> list[dict[str, object]]:
    """Return allauth's apps for the JSON list that OIDC_PROVIDERS holds; stops the start where it cannot be read."""
    try:
        providers = json.loads(text or "[]")
        return [_as_app(provider) for provider in providers]
    except (ValueError, TypeError, KeyError):
        # An exception would be one line at the end of fifty.
        sys.exit(f"OIDC_PROVIDERS cannot be read. It is a JSON list such as {EXAMPLE}")


def origins_of(apps: list[dict[str, object]]) -> list[str]:
    """Return the origins of the providers, which forms of a login lead to."""
    origins = set()
    for app in apps:
        settings = app["settings"]
        assert isinstance(settings, dict)
        for address in (settings["server_url"], settings["login_url"]):
            parts = urlsplit(address)
            origins.add(f"{parts.scheme}://{parts.netloc}")
    return sorted(origins)


def _as_app(provider: dict[str, str]) -> dict[str, object]:
    named = {name: str(provider[name]) for name in REQUIRED}
    if urlsplit(named["server_url"]).scheme not in {"https", "http"}:
        raise ValueError(named["server_url"])
    return {
        "provider_id": named["id"],
        "name": named["name"],
        "client_id": named["client_id"],
        "secret": named["secret"],
        "settings": {
            "server_url": named["server_url"],
            "login_url": str(provider.get("login_url", named["server_url"])),
            "oauth_pkce_enabled": True,
        },
    }
