"""Search: a page, and its results while a query is typed."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.cache import add_never_cache_headers
from django.utils.http import urlencode
from django.views.decorators.http import require_GET
from django.views.decorators.vary import vary_on_headers

from quizzes import progress
from quizzes.views import is_partial, student_of

TITLES = (("concept", "Concepts"), ("lesson", "Lessons"), ("item", "Questions you answered"))


@require_GET
@vary_on_headers("HX-Request")
def search_page(request: HttpRequest) -> HttpResponse:
    """Show what `q` finds."""
    query = request.GET.get("q", "").replace("\0", "").strip()
    matches = progress.find_matches(query, student_of(request))
    groups = [(title, [match for match in matches.results if match.type == name]) for name, title in TITLES]
    context = {
        "page": "search",
        "query": query,
        "count": len(matches.results),
        "meant": matches.meant,
        "groups": [group for group in groups if group[1]],
    }
    if not is_partial(request):
        return render(request, "quizzes/search.html", context)
    answer = render(request, "quizzes/_found.html", context)
    # The address follows what is typed, so that going back to the page shows it again.
    answer["HX-Replace-Url"] = f"{request.path}?{urlencode({'q': query})}" if query else request.path
    # A part under the page's address: going back must not show it in the page's place.
    add_never_cache_headers(answer)
    return answer
