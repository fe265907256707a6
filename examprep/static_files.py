"""Static files: which of the packages' we have, and their names in production."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from django.contrib.staticfiles.finders import FileSystemFinder
from django.core.files.storage import FileSystemStorage
from whitenoise.storage import CompressedManifestStaticFilesStorage as Manifest

FONTS = {
    "funnel-display": {"funnel-display-latin-wght-normal.woff2"},
    "literata": {"literata-latin-400-normal.woff2", "literata-latin-400-italic.woff2"},
}
"""Of packages that bring many more, the files that our pages use."""


class Packages(FileSystemFinder):
    """Finds the files of packages, of fonts those that are used."""

    def list(self, ignore_patterns: Iterable[str] | None) -> Iterator[tuple[str, FileSystemStorage]]:
        """List the files, each with where it lies."""
        for path, storage in super().list(ignore_patterns):
            used = FONTS.get(str(storage.prefix))
            if used is None or path in used:
                yield path, storage


class HashedFiles(Manifest):  # type: ignore[misc] # WhiteNoise has no types
    """Names every file by its hash, so that browsers may keep it for ever; our modules import each other by it too."""

    max_post_process_passes = 10
    """A new name goes up one import in a pass, where the importer was named first: ours are seven deep."""

    patterns = (
        *Manifest.patterns,
        *(
            (f"{app}/*.js", Manifest._js_module_import_aggregation_patterns[1])
            for app in ("examprep", "questions", "quizzes")
        ),
    )
