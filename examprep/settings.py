"""Settings of the service: one file, configured by the environment, with an embedded default.

With neither DATABASE_URL nor REDIS_URL set the service is *embedded*: SQLite and its secret live in DATA_DIR,
the broker is the private one that `make run` starts, and demo accounts exist. Anything else is production shape,
where a missing or default SECRET_KEY stops the start-up.
"""

import atexit
import gc
import os
import sys
from datetime import timedelta
from pathlib import Path

import django_stubs_ext
import environ
from celery.schedules import crontab
from kombu import Queue

from examprep.account_settings import *  # noqa: F403 - how people log in
from examprep.api_settings import *  # noqa: F403 - how programs ask, and what they are told
from examprep.data_folder import can_be_guessed, own_folder, secret_of
from examprep.watching import logs, shared_counters

# Lets `ModelAdmin[Item]` be written: Django's classes name their model to the type checker, and ignore it here.
django_stubs_ext.monkeypatch()
# Python looks for garbage after every 700 objects: a twelfth of the work on a page, which makes thousands of them.
gc.set_threshold(20_000, 10, 10)
# As a process ends, Python would look for garbage among all that it imported, several times: a second of a processor.
atexit.register(gc.freeze)

BASE_DIR = Path(__file__).resolve().parent.parent
env = environ.Env()

DATA_DIR = Path(env.str("DATA_DIR", default=str(BASE_DIR / "var"))).resolve()
EMBEDDED = not (os.environ.get("DATABASE_URL") or os.environ.get("EXAMPREP_PRODUCTION"))
DEBUG = env.bool("DEBUG", default=False)
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=["localhost", "127.0.0.1", "[::1]", "testserver"] if EMBEDDED else [])
CSRF_FAILURE_VIEW = "examprep.stale_forms.refuse"
CSRF_TRUSTED_ORIGINS = env.list("CSRF_TRUSTED_ORIGINS", default=[])

SECRET_KEY = env.str("SECRET_KEY", default="")
if EMBEDDED:
    own_folder(DATA_DIR)
    SECRET_KEY = SECRET_KEY or secret_of(DATA_DIR / "secret_key")
elif can_be_guessed(SECRET_KEY):
    # An exception would be one line at the end of fifty.
    sys.exit("SECRET_KEY is missing or can be guessed: set it to at least 32 random characters.")

# Ours first: their templates stand before those of the packages.
INSTALLED_APPS = [
    "examprep",
    "questions",
    "examprep.apps.QuizzesConfig",
    "django.contrib.admin.apps.SimpleAdminConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.socialaccount",
    "allauth.socialaccount.providers.openid_connect",
    "allauth.headless",
    "examprep.apps.LoginsConfig",  # allauth.usersessions
    "corsheaders",
    "rest_framework",
    "drf_spectacular",
    "drf_spectacular_sidecar",
]

MIDDLEWARE = [
    "examprep.request_ids.RequestIds",
    "examprep.watching.requests.Measured",
    "examprep.watching.pages.MetricsByAnyName",
    "django.middleware.security.SecurityMiddleware",
    "examprep.middleware.Compression",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "examprep.middleware.NoStore",
    "corsheaders.middleware.CorsMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "examprep.middleware.ContentSecurityPolicy",
    "examprep.middleware.RateLimits",
    "examprep.middleware.WorkLimit",
    "examprep.middleware.ReadableBodies",
    "examprep.sign_in.middleware.StaffSecondFactor",
    "examprep.middleware.StudentTimeZone",
    "examprep.middleware.OwnWrites",
    "examprep.middleware.KeysViewed",
    "examprep.middleware.Formulas",
    "allauth.account.middleware.AccountMiddleware",
    "examprep.installed_app.KeptPages",
    "quizzes.views.viewing.ViewAsStudent",
    "examprep.middleware.OnceMore",
]

ROOT_URLCONF = "examprep.urls"
WSGI_APPLICATION = "examprep.wsgi.application"
AUTH_USER_MODEL = "examprep.User"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "examprep.shell.courses",
            ],
            "libraries": {name: f"quizzes.views.template_tags.{name}" for name in ("parts", "pictures", "words")},
        },
    },
]

# Database: WAL lets readers go on while one writes; IMMEDIATE takes the write lock at the start of a transaction, so
# that two writers wait for each other (up to the timeout) and never fail half-way with "database is locked".
DATABASE_POOLED = env.bool("DATABASE_POOLED", default=False)
DATABASES = {"default": env.db_url("DATABASE_URL", default=f"sqlite:///{DATA_DIR / 'db.sqlite3'}")}
if DATABASES["default"]["ENGINE"] == "django.db.backends.sqlite3":
    DATABASES["default"]["OPTIONS"] = {
        "timeout": 20,
        "transaction_mode": "IMMEDIATE",
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA cache_size=-8000;",
    }
    # To open the file for each request takes longer than most of what is asked of it, and whoever closes it last writes
    # its log back. Each thread keeps its connection, with 8 MB of the file at most.
    DATABASES["default"]["CONN_MAX_AGE"] = 600
    # Tests have a file too: in memory there is neither WAL nor a second process.
    DATABASES["default"]["TEST"] = {"NAME": str(DATA_DIR / "test.sqlite3")}
else:
    DATABASES["default"]["CONN_MAX_AGE"] = 600
    DATABASES["default"]["CONN_HEALTH_CHECKS"] = True
    # Behind a pool that lends its connections by the transaction, none keeps what was set for it or a cursor.
    DATABASES["default"]["DISABLE_SERVER_SIDE_CURSORS"] = DATABASE_POOLED
    # A copy of the database, some seconds old, for what staff read of whole courses (questions.replica).
    if env.str("DATABASE_REPLICA_URL", default=""):
        asked_alike = ("CONN_MAX_AGE", "CONN_HEALTH_CHECKS", "DISABLE_SERVER_SIDE_CURSORS")
        DATABASES["replica"] = env.db_url("DATABASE_REPLICA_URL") | {"TEST": {"MIRROR": "default"}}
        DATABASES["replica"] |= {name: DATABASES["default"][name] for name in asked_alike}
        DATABASES["replica"].setdefault("OPTIONS", {}).setdefault("connect_timeout", 2)
        DATABASE_ROUTERS = ["questions.replica.Router"]
# In seconds: what a web process waits for a lock, or for one statement, before it answers 503 (examprep.patience).
DATABASE_WAIT = env.float("DATABASE_WAIT", default=1.5)

# Celery: late acknowledgement and one task at a time, so that a killed worker's task runs again elsewhere; publishing
# gives up at once when the broker is away, because the rows that ask for the work are in the database anyway.
CELERY_BROKER_URL = env.str("REDIS_URL", default="") or env.str("EXAMPREP_BROKER", default="memory://localhost/")
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_TASK_TIME_LIMIT = 300
CELERY_TASK_SOFT_TIME_LIMIT = 270
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_SERIALIZER = "json"
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_TASK_PUBLISH_RETRY = False
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_CONNECTION_MAX_RETRIES = None  # a broker may be away for a week-end
CELERY_BROKER_TRANSPORT_OPTIONS = {
    "visibility_timeout": 900,
    "socket_timeout": 5,
    "socket_connect_timeout": 1,
    "retry_on_timeout": False,
    "max_retries": 0,
}
CELERY_TIMEZONE = "UTC"
# Queues by the kind of work, so that nobody's plan waits behind an import: a worker takes from all of them, or from
# those that `--queues` names. The outbox keeps work of one student in order, whichever worker has it.
CELERY_TASK_QUEUES = [Queue(name) for name in ("plans", "sweeps", "mail", "long")]
CELERY_TASK_DEFAULT_QUEUE = "sweeps"
CELERY_TASK_ROUTES = {
    "quizzes.tasks.plan_student": "plans",
    "quizzes.tasks.plan_students": "plans",
    "quizzes.tasks.foresee_student": "plans",
    "quizzes.tasks.remind_student": "mail",
    "quizzes.tasks.send_invitations": "mail",
    "examprep.tasks.send_lti_scores": "mail",
    **dict.fromkeys(
        (
            *(f"quizzes.tasks.{name}" for name in ("regrade", "fit_due", "fit_student", "fit_course")),
            *(f"quizzes.tasks.measure_{what}" for what in ("items", "all_items", "students", "all_students")),
            *("quizzes.tasks.renew_broken_presentations", "questions.tasks.work_on_imports"),
            *("questions.tasks.audit_published_items", "examprep.tasks.erase_accounts"),
            "examprep.tasks.fetch_lti_people",
        ),
        "long",
    ),
}
# In seconds. A new plan is made when the student has not answered for PLAN_DELAY. A job that no worker has begun is
# published again after PUBLISH_AGAIN; a worker that does not come back is given up after JOB_LEASE.
PLAN_DELAY = timedelta(seconds=env.float("PLAN_DELAY", default=20))
PUBLISH_AGAIN = timedelta(seconds=env.float("PUBLISH_AGAIN", default=30))
JOB_LEASE = timedelta(seconds=env.float("JOB_LEASE", default=120))
SWEEP_EVERY = env.float("SWEEP_EVERY", default=30)
# A sweep that no worker has taken by then has been sent again: else mails would wait behind all that were sent while
# there was no worker.
SWEPT = {"schedule": timedelta(seconds=SWEEP_EVERY), "options": {"expires": 10 * SWEEP_EVERY}}
# Their names stand on the page *Service status*.
CELERY_BEAT_SCHEDULE = {
    "close-overdue-sittings": {"task": "quizzes.tasks.close_overdue_sittings", **SWEPT},
    "grade-corrected-answers-again": {"task": "quizzes.tasks.regrade", **SWEPT},
    "plan-due-students": {"task": "quizzes.tasks.plan_due_students", **SWEPT},
    "send-invitations": {"task": "quizzes.tasks.send_invitations", **SWEPT},
    "work-on-imports": {"task": "questions.tasks.work_on_imports", **SWEPT},
    "audit-published-items": {"task": "questions.tasks.audit_published_items", "schedule": crontab(hour=3, minute=17)},
    "replace-broken-questions": {
        "task": "quizzes.tasks.renew_broken_presentations",
        "schedule": crontab(hour=3, minute=47),
    },
    "fit-memories": {"task": "quizzes.tasks.fit_due", "schedule": crontab(hour=2, minute=7)},
    "measure-items": {"task": "quizzes.tasks.measure_all_items", "schedule": crontab(hour=1, minute=27)},
    "measure-students": {"task": "quizzes.tasks.measure_all_students", "schedule": crontab(hour=4, minute=7)},
    "erase-accounts": {"task": "examprep.tasks.erase_accounts", "schedule": timedelta(minutes=15)},
    "send-LTI-scores": {"task": "examprep.tasks.send_lti_scores", **SWEPT},
    "rotate-LTI-keys": {"task": "examprep.tasks.rotate_lti_keys", "schedule": crontab(hour=5, minute=13)},
    "fetch-LTI-people": {"task": "examprep.tasks.fetch_lti_people", "schedule": crontab(hour=4, minute=3)},
    "clear-sessions": {"task": "examprep.tasks.clear_sessions", "schedule": crontab(hour=4, minute=41)},
}

CACHES: dict[str, dict[str, object]] = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}
if env.str("REDIS_URL", default=""):
    CACHES["default"] = {
        "BACKEND": "examprep.cache.ForgivingRedisCache",
        "LOCATION": env.str("REDIS_URL"),
        "OPTIONS": {"socket_connect_timeout": 0.5, "socket_timeout": 0.5},
    }

# Mail: printed in the log until EMAIL_URL names a server.
vars().update(env.email_url("EMAIL_URL", default="consolemail://"))
EMAIL_TIMEOUT = 20
# Where people reach the service, for links in mails.
SITE_URL = env.str(
    "SITE_URL", default="http://127.0.0.1:8000" if EMBEDDED else f"https://{(ALLOWED_HOSTS or ['localhost'])[0]}"
).rstrip("/")
# Web push, where there is a key (`manage.py vapid_key`): who sends, and the push services that are spoken to.
VAPID_PRIVATE_KEY = env.str("VAPID_PRIVATE_KEY", default="")
VAPID_SUBJECT = env.str("VAPID_SUBJECT", default=SITE_URL)
PUSH_SERVICES = env.list(
    "PUSH_SERVICES",
    default=[
        "https://fcm.googleapis.com",
        "https://updates.push.services.mozilla.com",
        "https://web.push.apple.com",
        "https://*.notify.windows.com",
    ],
)
DEFAULT_FROM_EMAIL = env.str("DEFAULT_FROM_EMAIL", default="examprep <noreply@localhost>")

# People's data: whom they write to about it, and for how many days an account may be unused (0: for ever).
CONTACT_EMAIL = env.str("CONTACT_EMAIL", default="")
RETENTION_DAYS = env.int("RETENTION_DAYS", default=0)

# Static files: ours from each app's static/, packages straight from node_modules.
STATIC_URL = "/static/"
# Embedded, files are found where they lie; elsewhere collectstatic brings them together here.
STATIC_ROOT = None if EMBEDDED else Path(env.str("STATIC_ROOT", default=str(BASE_DIR / "staticfiles")))
STATICFILES_DIRS = [
    (name, path)
    for name, path in (
        ("funnel-display", BASE_DIR / "node_modules/@fontsource-variable/funnel-display/files"),
        ("htmx", BASE_DIR / "node_modules/htmx.org/dist"),
        ("katex", BASE_DIR / "node_modules/katex/dist"),
        ("literata", BASE_DIR / "node_modules/@fontsource/literata/files"),
    )
    if path.is_dir()
]
STATICFILES_FINDERS = [
    "examprep.static_files.Packages",
    "django.contrib.staticfiles.finders.AppDirectoriesFinder",
]
# The pictures of courses; every process that serves or publishes has to see the same folder.
MEDIA_ROOT = DATA_DIR / "media"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if EMBEDDED
        else "examprep.static_files.HashedFiles"
    },
}
WHITENOISE_USE_FINDERS = EMBEDDED
WHITENOISE_AUTOREFRESH = DEBUG

# Internationalisation and time
LANGUAGE_CODE = "en-gb"
USE_I18N = False
USE_TZ = True
TIME_ZONE = "UTC"

# Security
SESSION_ENGINE = "examprep.sessions"
SESSION_COOKIE_AGE = 60 * 60 * 24 * 90
SESSION_COOKIE_HTTPONLY = True
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
DATA_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024
if not EMBEDDED and env.bool("HTTPS", default=False):
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    ALLAUTH_TRUSTED_PROXY_COUNT = 1  # people are told apart by the address that the proxy saw
    SECURE_SSL_REDIRECT = True
    SESSION_COOKIE_SECURE = True
    CSRF_COOKIE_SECURE = True
    SECURE_HSTS_SECONDS = 60 * 60 * 24 * 30
    # Whether subdomains and the browsers' preload lists take part is for the domain's owner to say.
    SILENCED_SYSTEM_CHECKS = ["security.W005", "security.W021"]

# The log: for people, or JSON for programs; in production each request has a line.
LOG_REQUESTS = env.bool("LOG_REQUESTS", default=not EMBEDDED)
LOGGING = logs.configure(
    as_json=env.str("LOG_FORMAT", default="text" if EMBEDDED else "json") == "json",
    level=env.str("LOG_LEVEL", default="INFO"),
)
# What is counted is shown to whoever has the token, or, of workers, at a port of their own; else each process keeps it.
METRICS_TOKEN = env.str("METRICS_TOKEN", default="")
METRICS_PORT = env.int("METRICS_PORT", default=0)
METRICS_DIR = DATA_DIR / "metrics"
if METRICS_TOKEN or METRICS_PORT:
    shared_counters.keep_in(METRICS_DIR)

if "pytest" in sys.modules:
    PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
