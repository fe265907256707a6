"""The OpenAPI document over HTTP: made once a process, since it is the same for everybody until the code changes."""

from __future__ import annotations

from functools import cache

from django.http import HttpResponse
from drf_spectacular.utils import extend_schema
from drf_spectacular.views import SpectacularAPIView
from rest_framework.request import Request

from questions.api import revalidated


@revalidated
class SchemaView(SpectacularAPIView):
    """The OpenAPI document, as YAML or as JSON: by the header `Accept`, or by `?format=`."""

    @extend_schema(exclude=True)
    def get(self, request: Request) -> HttpResponse:
        """Return it as it was written for this process."""
        renderer = request.accepted_renderer
        written_in = f"; charset={renderer.charset}" if renderer.charset else ""
        return HttpResponse(
            _write(renderer.format),
            content_type=f"{renderer.media_type}{written_in}",
            headers={"Content-Disposition": f'inline; filename="examprep.{renderer.format}"'},
        )


@cache
def _write(written_as: str) -> bytes:
    """Return the document as `yaml` or as `json`."""
    generator, renderers = SpectacularAPIView.generator_class(), SpectacularAPIView.renderer_classes
    renderer = next(renderer for renderer in renderers if renderer.format == written_as)
    document = generator.get_schema(request=None, public=True)  # type: ignore[no-untyped-call]
    written = renderer().render(document, renderer_context={})
    return written.encode() if isinstance(written, str) else written
