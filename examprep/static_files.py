"""Static files in production."""

from whitenoise.storage import CompressedManifestStaticFilesStorage as Manifest


class HashedFiles(Manifest):  # type: ignore[misc] # WhiteNoise has no types
    """Every file under a name with its hash, kept for ever by browsers; our modules import each other by it too."""

    patterns = (
        *Manifest.patterns,
        *(
            (f"{app}/*.js", Manifest._js_module_import_aggregation_patterns[1])
            for app in ("examprep", "questions", "quizzes")
        ),
    )
