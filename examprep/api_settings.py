"""The settings of the API: who may call, how often, from where, and how it describes itself."""

import environ
from corsheaders.defaults import default_headers

from examprep import API_VERSION
from examprep.api_groups import GROUPS

env = environ.Env()

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        # The first one's challenge makes a missing login a 401.
        "examprep.authentication.WebSession",
        "examprep.sessions.AppSession",
    ],
    "DEFAULT_PERMISSION_CLASSES": ["examprep.authentication.MayCall"],
    "DEFAULT_RENDERER_CLASSES": ["examprep.parsing.AnyTextJSON"],
    "DEFAULT_PARSER_CLASSES": ["examprep.parsing.BoundedJSON"],
    "DEFAULT_SCHEMA_CLASS": "examprep.openapi.ApiSchema",
    "DEFAULT_PAGINATION_CLASS": "examprep.problems.CursorPages",
    "PAGE_SIZE": 50,
    "EXCEPTION_HANDLER": "examprep.problems.as_problem",
    "DEFAULT_THROTTLE_CLASSES": [
        "examprep.throttling.RateThrottle",
        "examprep.throttling.AddressThrottle",
        "examprep.throttling.WorkThrottle",
    ],
    "DATETIME_FORMAT": None,  # as examprep.parsing writes all instants
}

# Calls in a minute: of one person, and from one address, which a class room shares.
CALLS_OF_PERSON = int(env.str("THROTTLE", default="600/min").removesuffix("/min"))
CALLS_OF_ADDRESS = int(env.str("THROTTLE_ADDRESS", default="6000/min").removesuffix("/min"))

# Web apps on other hosts that may call, by their origins. They send X-Session-Token; cookies stay at home.
CORS_ALLOWED_ORIGINS = env.list("CORS_ALLOWED_ORIGINS", default=[])
CORS_URLS_REGEX = r"^/(api|_allauth/app)/"
CORS_ALLOW_HEADERS = (*default_headers, "if-none-match", "x-request-id", "x-session-token")
CORS_EXPOSE_HEADERS = (
    *("Deprecation", "ETag", "Link", "RateLimit-Limit", "RateLimit-Remaining", "RateLimit-Reset"),
    *("Retry-After", "Sunset", "X-Request-ID"),
)

SPECTACULAR_SETTINGS = {
    "TITLE": "examprep",
    "DESCRIPTION": "What a student does on the pages, for apps: reviews, lessons, exams, and a copy that works without"
    " a network. How calls work together is said in the guide for clients, `docs/api.md` of the repository.",
    "VERSION": API_VERSION,
    "SERVE_INCLUDE_SCHEMA": False,
    "SERVE_PERMISSIONS": ["rest_framework.permissions.AllowAny"],
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "POSTPROCESSING_HOOKS": [
        "drf_spectacular.hooks.postprocess_schema_enums",
        "examprep.openapi.describe_problems",
        "examprep.openapi_kinds.describe_kinds",
        "examprep.openapi_examples.describe_examples",
    ],
    "OAS_VERSION": "3.1.0",
    "SERVERS": [{"url": "/", "description": "The host that serves this document."}],
    "TAGS": [{"name": name, "description": group.about} for name, group in GROUPS.items()],
    "LICENSE": {"name": "MIT", "identifier": "MIT"},
    "SCHEMA_PATH_PREFIX": r"/api/v1",
    "ENUM_NAME_OVERRIDES": {
        "ItemKindEnum": "questions.kinds.KINDS",
        "ExamKindEnum": ["assessment", "viva"],
        "CourseStateEnum": ["draft", "open", "closed", "archived"],
        "SittingStateEnum": ["open", "submitted", "expired"],
    },
    "COMPONENT_SPLIT_REQUEST": True,
}
