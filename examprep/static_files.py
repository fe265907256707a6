"""Static files in production."""

from whitenoise.storage import CompressedManifestStaticFilesStorage as Manifest


class HashedFiles(Manifest):  # type: ignore[misc] # WhiteNoise has no types
    """Names every file by its hash, so that browsers may keep it for ever; our modules import each other by it too."""

    patterns = (
        *Manifest.patterns,
        *(
            (f"{app}/*.js", Manifest._js_module_import_aggregation_patterns[1])
            for app in ("examprep", "questions", "quizzes")
        ),
    )
