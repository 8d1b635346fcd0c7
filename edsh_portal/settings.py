"""Every setting, read once from the environment; the program refuses to start on nonsense and says which."""

import os
from pathlib import Path

from csp.constants import NONE, SELF
from django.core.exceptions import ImproperlyConfigured

from . import environment as env

BASE_DIR = Path(__file__).resolve().parent.parent
LOCAL = BASE_DIR / ".local"

# Read by numpy when it is first loaded: processes share the cores, and two threads of one wait more than they work.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

DEBUG = env.boolean("PORTAL_DEBUG")
DEMO = env.boolean("PORTAL_DEMO")
BASE_URL = env.http_address("PORTAL_BASE_URL", "http://127.0.0.1:8000")
SECURE = BASE_URL.startswith("https://")
SECRET_KEY = env.text("PORTAL_SECRET_KEY")
if len(SECRET_KEY) < 32:
    raise ImproperlyConfigured("PORTAL_SECRET_KEY: expected at least 32 characters.")
if not DEMO and not DEBUG and not SECURE:
    raise ImproperlyConfigured("PORTAL_BASE_URL: expected https:// outside the demo.")
ALLOWED_HOSTS = env.words("PORTAL_ALLOWED_HOSTS", BASE_URL.split("//")[1].split(":")[0])
CSRF_TRUSTED_ORIGINS = [BASE_URL]

# Which of the three logins this process uses: HOUSE, « Walls around history ».
ROLE = env.choice("PORTAL_ROLE", "owner", ("owner", "web", "worker", "auditor"))
ROLE_VARIABLES = {
    "owner": "DATABASE_URL",
    "web": "DATABASE_URL_WEB",
    "worker": "DATABASE_URL_WORKER",
    "auditor": "DATABASE_URL_AUDITOR",
}
DATABASES = {"default": env.database(ROLE_VARIABLES[ROLE])}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

INSTALLED_APPS = [
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "django.contrib.humanize",
    "guardian",
    "csp",
    "rest_framework",
    "drf_spectacular",
    "edsh_portal",
    "directory",
    "calls",
    "applications",
    "casework",
    "reviews",
    "funding",
    "decisions",
    "dashboards",
    "demo",
]

MIDDLEWARE = [
    "edsh_portal.middleware.request_log",
    "edsh_portal.origin.origin",
    "django.middleware.security.SecurityMiddleware",
    "csp.middleware.CSPMiddleware",
    "edsh_portal.compression.compression",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "edsh_portal.middleware.legible",
    "edsh_portal.admission.admission",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "edsh_portal.speaker.middleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "edsh_portal.middleware.attended",
    "edsh_portal.middleware.token_use",
    "django.contrib.auth.middleware.LoginRequiredMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "edsh_portal.middleware.no_store",
    "edsh_portal.middleware.access_log",
    "edsh_portal.once.middleware",
    "edsh_portal.middleware.refusals",
    "edsh_portal.middleware.clock_waited_for",
    "edsh_portal.middleware.not_allowed",
    "edsh_portal.middleware.read_only",
]

# The door of a web process (edsh_portal/admission.py): requests inside at a time, and how many others may wait in line.
WEB_PLACES = env.whole("PORTAL_WEB_PLACES", 4, least=1, most=256)
WEB_LINE = env.whole("PORTAL_WEB_LINE", 36, most=1024)
# What is taken in at the porch (edsh_portal/porch.py) by a view that does not say (admission.takes): of the signed-in, of others.
WEB_MOST_BYTES, WEB_MOST_BYTES_ANONYMOUS = 4_000_000, 64_000
DOOR_COOKIE_NAME = "__Host-door" if SECURE else "door"

ROOT_URLCONF = "edsh_portal.urls"
WSGI_APPLICATION = "edsh_portal.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "OPTIONS": {
            "loaders": [
                (
                    "django.template.loaders.cached.Loader",
                    ["edsh_portal.loaders.Loader", "django.template.loaders.app_directories.Loader"],
                )
            ],
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "edsh_portal.chrome.portal",
            ],
            "builtins": [
                "django.templatetags.i18n",
                "django.templatetags.static",
                "edsh_portal.templatetags.portal",
                "edsh_portal.templatetags.once",
            ],
        },
    }
]
# The frame knows no domain: what stands in the header (call, wave, menu) is asked of this function.
CHROME = "dashboards.chrome.chrome"

# ── people ───────────────────────────────────────────────────────────────────────────────────────────────────────────
AUTH_USER_MODEL = "directory.User"
AUTHENTICATION_BACKENDS = [
    "directory.backends.EmailBackend",
    "guardian.backends.ObjectPermissionBackend",
]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
AUTH_PASSWORD_VALIDATORS = [  # CNIL délibération 2022-100: 12 characters of 4 classes or longer phrases
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 14}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
]
LOGIN_URL = "directory:sign_in"
LOGIN_REDIRECT_URL = "dashboards:home"
LOGOUT_REDIRECT_URL = "dashboards:call"
ANONYMOUS_USER_NAME = None  # guardian: no anonymous row
SESSION_ENGINE = "edsh_portal.sessions"
SESSION_COOKIE_AGE = 12 * 3600  # from the sign-in, whatever happens
SESSION_IDLE_SECONDS = 60 * env.whole("PORTAL_IDLE_MINUTES", 60, least=5, most=720)
SESSION_EXPIRE_AT_BROWSER_CLOSE = True

# ── browser walls ────────────────────────────────────────────────────────────────────────────────────────────────────
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = LANGUAGE_COOKIE_SECURE = SECURE
SESSION_COOKIE_NAME = "__Host-session" if SECURE else "session"
CSRF_COOKIE_NAME = "__Host-csrf" if SECURE else "csrf"
LANGUAGE_COOKIE_NAME = "__Host-language" if SECURE else "language"
DEVICE_COOKIE_NAME = "__Host-device" if SECURE else "device"
LETTER_COOKIE_NAME = "__Host-letter" if SECURE else "letter"
TOKEN_COOKIE_NAME = "__Host-token" if SECURE else "token"
SESSION_COOKIE_HTTPONLY = CSRF_COOKIE_HTTPONLY = LANGUAGE_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = LANGUAGE_COOKIE_SAMESITE = "Lax"
SECURE_SSL_REDIRECT = SECURE
SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^readyz$"]
# The proxies in front, whose X-Forwarded-… alone is believed (edsh_portal/origin.py).
PROXIES, PROXY_ON_SOCKET = env.proxies("PORTAL_PROXIES")
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if PROXIES or PROXY_ON_SOCKET else None
SECURE_HSTS_SECONDS = 31_536_000
SECURE_HSTS_INCLUDE_SUBDOMAINS = True
SECURE_HSTS_PRELOAD = True
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
CSRF_FAILURE_VIEW = "edsh_portal.errors.csrf"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF],
        "font-src": [SELF],
        "connect-src": [SELF],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
        "base-uri": [NONE],
        "manifest-src": [SELF],
    }
}
DATA_UPLOAD_MAX_MEMORY_SIZE = 2_621_440
FILE_UPLOAD_MAX_MEMORY_SIZE = 2_621_440
DATA_UPLOAD_MAX_NUMBER_FIELDS = 4000
DATA_UPLOAD_MAX_NUMBER_FILES = 10
UPLOAD_MAX_BYTES = env.whole("PORTAL_UPLOAD_MAX_BYTES", 20_000_000, least=1_000_000)
# What one dossier may hold at a time: pieces, and their bytes together.
DOSSIER_MOST_PIECES = env.whole("PORTAL_DOSSIER_MOST_PIECES", 120, least=1, most=10_000)
DOSSIER_MOST_BYTES = env.whole("PORTAL_DOSSIER_MOST_BYTES", 500_000_000, least=1_000_000, most=2**40)
# What uploads under way may hold together, on the disk of the documents.
QUARANTINE_MOST_BYTES = env.whole("PORTAL_QUARANTINE_MOST_BYTES", 2_000_000_000, least=1_000_000, most=2**40)
# The cage in which strangers' files are opened (edsh_portal/intake/cage.py): one job's limits, and how long a page waits for its turn.
CAGE_SECONDS = env.whole("PORTAL_CAGE_SECONDS", 10, least=1, most=60)
CAGE_MEMORY_BYTES = env.whole("PORTAL_CAGE_MEMORY_BYTES", 265_000_000, least=100_000_000, most=2**40)
CAGE_NICE = env.whole("PORTAL_CAGE_NICE", 5, most=19)
CAGE_WAIT_SECONDS = env.whole("PORTAL_CAGE_WAIT_SECONDS", 15, least=1, most=60)
CLAMD_SOCKET = env.scanner("PORTAL_CLAMD_SOCKET")
# Without a scanner a piece is « non analysé »: readable only where the operator says so.
OPEN_UNSCANNED = env.boolean("PORTAL_OPEN_UNSCANNED", DEMO)

# ── language and time ────────────────────────────────────────────────────────────────────────────────────────────────
LANGUAGE_CODE = "fr"
LANGUAGES = [("fr", "Français"), ("en", "English")]
LOCALE_PATHS = [BASE_DIR / "locale"]
USE_I18N = USE_TZ = True
TIME_ZONE = "Europe/Paris"

# ── files ────────────────────────────────────────────────────────────────────────────────────────────────────────────
STATIC_URL = "static/"
STATICFILES_DIRS = [BASE_DIR / "static"]
STATIC_ROOT = env.folder("PORTAL_STATIC_ROOT", LOCAL / "static")
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if DEBUG or DEMO
        else "edsh_portal.scripts.Hashed"
    },
}
WHITENOISE_USE_FINDERS = DEBUG or DEMO
WHITENOISE_MAX_AGE = 3600
MEDIA_ROOT = env.folder("PORTAL_MEDIA_ROOT", LOCAL / "media")
SHORTAGE_MONTHS = env.whole("PORTAL_SHORTAGE_MONTHS", 6, least=1, most=60)  # how far ahead a lack of CP is said
BOX_DAYS = env.whole("PORTAL_BOX_DAYS", 7, least=1, most=90)  # how long an auditor's box lies there once asked for
ROOTS_DIR = env.folder("PORTAL_ROOTS_DIR", LOCAL / "roots")  # signed roots of the event chains, outside the database
SEAL_KEY_PATH = env.folder("PORTAL_SEAL_KEY", LOCAL / "seal.key.pem")
SEAL_CERT_PATH = env.folder("PORTAL_SEAL_CERT", LOCAL / "seal.cert.pem")
SEAL_PASSPHRASE = env.text("PORTAL_SEAL_PASSPHRASE", "")
SEAL_TOKEN = env.token("PORTAL_SEAL_TOKEN")
SEAL_LEVEL = env.choice("PORTAL_SEAL_LEVEL", "B-B", ("B-B", "B-T", "B-LT"))
SEAL_AUTHORITIES_PATH = env.folder("PORTAL_SEAL_AUTHORITIES", SEAL_CERT_PATH.with_name("authorities.pem"))
SEAL_REVOCATION_DIR = env.folder("PORTAL_SEAL_REVOCATION", SEAL_CERT_PATH.with_name("revocation"))
TSA_URL = env.time_stamps("PORTAL_TSA_URL", local=DEMO)
TSA_USER, TSA_PASSWORD = env.text("PORTAL_TSA_USER", ""), env.text("PORTAL_TSA_PASSWORD", "")
TSA_SECONDS = env.whole("PORTAL_TSA_SECONDS", 10, least=1, most=60)
if SEAL_LEVEL != "B-B" and not TSA_URL:
    raise ImproperlyConfigured(f"PORTAL_SEAL_LEVEL={SEAL_LEVEL}: expected PORTAL_TSA_URL, who stamps the seals.")
PDF_SECONDS = env.whole("PORTAL_PDF_SECONDS", 20, least=1, most=120)
PDF_MEMORY_BYTES = env.whole("PORTAL_PDF_MEMORY_BYTES", 1_500_000_000, least=200_000_000, most=2**40)

# ── broker: a doorbell, never a memory ───────────────────────────────────────────────────────────────────────────────
BROKER_URL = env.broker("REDIS_URL", "redis://127.0.0.1:6379/0")
SWEEP_SECONDS = env.whole("PORTAL_SWEEP_SECONDS", 3, least=1, most=300)
LEASE_SECONDS = env.whole("PORTAL_LEASE_SECONDS", 60, least=2, most=3600)
CACHES = {"default": {"BACKEND": "django.core.cache.backends.dummy.DummyCache"}}

# ── mail ─────────────────────────────────────────────────────────────────────────────────────────────────────────────
DEFAULT_FROM_EMAIL = env.text("PORTAL_MAIL_FROM", "ne-pas-repondre@edsh.invalid")
EMAIL_HOST = env.text("PORTAL_SMTP_HOST", "localhost")
EMAIL_PORT = env.whole("PORTAL_SMTP_PORT", 25, least=1, most=65535)
EMAIL_HOST_USER = env.text("PORTAL_SMTP_USER", "-").strip("-")
EMAIL_HOST_PASSWORD = env.text("PORTAL_SMTP_PASSWORD", "-").strip("-")
EMAIL_USE_TLS = env.boolean("PORTAL_SMTP_TLS")
EMAIL_TIMEOUT = 10
# In the demo nothing leaves the machine: the mailbox page reads the Mail rows themselves.
EMAIL_BACKEND = f"django.core.mail.backends.{'dummy' if DEMO else 'smtp'}.EmailBackend"

# ── API ──────────────────────────────────────────────────────────────────────────────────────────────────────────────
REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "directory.tokens.TokenAuthentication",  # first: its challenge makes « who are you » a 401
        "rest_framework.authentication.SessionAuthentication",
    ],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated", "directory.tokens.HasScope"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["rest_framework.parsers.JSONParser"],
    "DEFAULT_PAGINATION_CLASS": "edsh_portal.api.Cursor",
    "DEFAULT_METADATA_CLASS": None,
    "DEFAULT_SCHEMA_CLASS": "edsh_portal.api.contract.Contract",
    "URL_FORMAT_OVERRIDE": None,
    "EXCEPTION_HANDLER": "edsh_portal.api.problem",
    "DEFAULT_VERSIONING_CLASS": None,
    "COERCE_DECIMAL_TO_STRING": True,
    "UNAUTHENTICATED_USER": "django.contrib.auth.models.AnonymousUser",
}
SPECTACULAR_SETTINGS = {
    "TITLE": "Portail EDSH",
    "VERSION": "1.0.0",
    "SERVERS": [{"url": BASE_URL}],
    "SCHEMA_PATH_PREFIX": r"/api/v1",
    "DEFAULT_GENERATOR_CLASS": "edsh_portal.api.contract.Generator",
    "POSTPROCESSING_HOOKS": [
        "drf_spectacular.hooks.postprocess_schema_enums",
        "edsh_portal.api.contract.completed",
        "dashboards.contract.told",
    ],
    "DISABLE_DOCSTRING_DESCRIPTIONS": True,  # dashboards/contract.py tells what the names mean, in both languages
    "ENUM_GENERATE_CHOICE_DESCRIPTION": False,
    "ENUM_NAME_OVERRIDES": {
        "EstablishmentKindEnum": "directory.models.Establishment.Kind",
        "DecisionKindEnum": "decisions.models.Kind",
    },
}

# ── logs: one JSON line an event, with the request id ────────────────────────────────────────────────────────────────
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"json": {"()": "edsh_portal.logs.formatter"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "json"}},
    "root": {"handlers": ["stderr"], "level": env.choice("PORTAL_LOG", "INFO", ("DEBUG", "INFO", "WARNING", "ERROR"))},
    "loggers": {
        "django.server": {"handlers": ["stderr"], "propagate": False, "level": "WARNING"},
        "django.security": {"level": "WARNING"},
        "fontTools": {"level": "ERROR"},
        "weasyprint": {"level": "ERROR"},
        "pyhanko": {"level": "ERROR"},
        "pyhanko_certvalidator": {"level": "ERROR"},
    },
}
