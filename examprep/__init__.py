"""The service, put together."""

__version__ = "0.1.0"
"""Of the service, as pyproject.toml has it."""
API_VERSION = "1.1.0"
"""Of the API, by semantic versioning; docs/api-changes.md says what each brought."""

__all__ = ["API_VERSION", "__version__"]
