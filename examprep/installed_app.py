"""The service as an app that is installed: its manifest, its worker, and which pages the worker may keep.

The worker keeps the shell (what pages are made of, from the list of static files) and, for who is logged in, pages that
say so by a header: docs/offline.md.
"""

from __future__ import annotations

import functools
import hashlib
import json
from collections.abc import Iterator
from http import HTTPStatus
from pathlib import Path
from typing import NamedTuple

from django.conf import settings
from django.contrib.staticfiles.finders import find, get_finders
from django.contrib.staticfiles.storage import staticfiles_storage
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.templatetags.static import static
from django.urls import reverse
from django.views.decorators.http import require_GET

from examprep.middleware import GetResponse

HEADER = "X-Keep"
"""Names the cache of the browser in which a page is kept; a page without it is kept in none."""
KEPT_PAGES = {"today", "review", "lessons", "lesson", "lesson-section", "ahead", "concepts", "concept"}
PAGES_WITH_KEYS = {"quick-check", "section-check"}
"""Those that show the answers of questions once they are answered: they leave the device where an exam begins."""
KEPT_PARTS = {"ahead", *PAGES_WITH_KEYS}
"""What pages fetch later, and is kept as it comes to them."""
APPS = ("examprep/", "questions/", "quizzes/")
PACKAGES = ("funnel-display/", "literata/", "katex/fonts/", "katex/katex.min.", "htmx/htmx.min.js")
SUFFIXES = (".js", ".css", ".woff2", ".svg")
LEFT_OUT = ("/admin/", "/styleguide", "/passkeys")
ICONS = (("192", "any"), ("512", "any"), ("512", "maskable"))
SHORTCUTS = (("Review", "review"), ("Today", "today"), ("Lessons", "lessons"))


class Shell(NamedTuple):
    """The files that every page is made of: their addresses, and a name that changes whenever one of them does."""

    version: str
    files: list[str]
    are_hashed: bool
    """Whether an address never shows anything else: then the kept file is as good as the server's."""


@require_GET
def manifest(request: HttpRequest) -> HttpResponse:
    """What the app is called, how it looks, and where it begins."""
    icons = [
        {
            "src": static(f"examprep/icons/{purpose}-{size}.png"),
            "sizes": f"{size}x{size}",
            "type": "image/png",
            "purpose": purpose,
        }
        for size, purpose in ICONS
    ]
    document = {
        "id": "/",
        "name": "examprep",
        "short_name": "examprep",
        "description": "Exam preparation that makes every minute count towards your exam.",
        "lang": "en",
        "start_url": reverse("today"),
        "scope": "/",
        "display": "standalone",
        "theme_color": "#faf8f4",
        "background_color": "#faf8f4",
        "icons": [
            {"src": static("examprep/favicon.svg"), "sizes": "any", "type": "image/svg+xml", "purpose": "any"},
            *icons,
        ],
        "shortcuts": [{"name": name, "url": reverse(page), "icons": icons[:1]} for name, page in SHORTCUTS],
    }
    response = JsonResponse(document, content_type="application/manifest+json")
    response["Cache-Control"] = "public, max-age=3600"
    return response


@require_GET
def worker(request: HttpRequest) -> HttpResponse:
    """The worker's script; at the root, under one name for ever, as browsers want it. It changes with the shell."""
    shell = list_shell()
    text = f'import {{ start }} from "{static("examprep/worker/main.js")}";\n\nstart({json.dumps(shell._asdict())});\n'
    response = HttpResponse(text, content_type="text/javascript")
    response["Cache-Control"] = "no-cache"
    return response


@require_GET
def offline(request: HttpRequest) -> HttpResponse:
    """What the worker shows in place of a page that it does not have; the same for everybody."""
    return render(request, "offline.html")


def list_shell() -> Shell:
    """Return the shell as it is; while templates and scripts are being written, as it is now."""
    return _read_shell() if settings.DEBUG else _kept_shell()


def _read_shell() -> Shell:
    hashed: dict[str, str] = getattr(staticfiles_storage, "hashed_files", {})
    names = sorted(filter(_is_of_shell, hashed or _find_files()))
    digest = hashlib.sha256(render_to_string("offline.html").encode())
    for name in names:
        digest.update(hashed[name].encode() if hashed else name.encode() + _read_file(name))
    files = [staticfiles_storage.url(name) for name in names if "/worker/" not in name]
    return Shell(digest.hexdigest()[:16], [reverse("offline"), *files], are_hashed=bool(hashed))


_kept_shell = functools.cache(_read_shell)


def _find_files() -> Iterator[str]:
    """List the names of all static files, where they lie in the folders of their apps and packages."""
    for finder in get_finders():
        for path, storage in finder.list([]):
            prefix = getattr(storage, "prefix", None)
            yield f"{prefix}/{path}" if prefix else path


def _read_file(name: str) -> bytes:
    path = find(name)
    return Path(path).read_bytes() if path else b""


def _is_of_shell(name: str) -> bool:
    is_ours = name.startswith((*APPS, *PACKAGES)) and name.endswith(SUFFIXES)
    return is_ours and not any(part in name for part in LEFT_OUT)


class KeptPages:
    """Names the cache in which the worker keeps a page for who is logged in, where the page is one to be kept."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        match = request.resolver_match
        page = match.view_name if match else None
        if request.method != "GET" or response.status_code != HTTPStatus.OK or page not in KEPT_PAGES | PAGES_WITH_KEYS:
            return response
        if "HX-Request" in request.headers and page not in KEPT_PARTS:
            return response
        if request.user.is_authenticated and not getattr(request, "viewed_course", None):
            kind = "keys" if page in PAGES_WITH_KEYS else "pages"
            response[HEADER] = f"person-{kind}:{request.user.pk}"
        return response
