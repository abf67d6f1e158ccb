"""Settings of every process, read from the environment; docs/running.md lists the variables."""

import os
import secrets
from datetime import time
from pathlib import Path

from django.core.exceptions import ImproperlyConfigured
from django.utils.translation import gettext_lazy as _

from yueban.config import logs
from yueban.config.environment import data_folder, database_settings, public_url
from yueban.domain.notices.rules import quiet_hours

PACKAGE = Path(__file__).resolve().parent.parent
ENVIRONMENT = os.environ.get("YUEBAN_ENV") or "development"
if ENVIRONMENT not in {"development", "test", "production"}:  # "prod" must not run with the secret of development
    msg = f"YUEBAN_ENV is development, test or production, not {ENVIRONMENT!r}"
    raise ImproperlyConfigured(msg)
PRODUCTION = ENVIRONMENT == "production"
DATA = data_folder()
os.environ.setdefault("YUEBAN_DATA", str(DATA))  # children and the key file mean the same folder

DEVELOPMENT_SECRET = "only-for-development-and-refused-in-production"  # noqa: S105  refused below
SECRET_KEY = os.environ.get("YUEBAN_SECRET_KEY", DEVELOPMENT_SECRET)
if PRODUCTION and (SECRET_KEY == DEVELOPMENT_SECRET or len(SECRET_KEY) < 32):  # noqa: PLR2004
    msg = (
        "YUEBAN_SECRET_KEY must be set to at least 32 characters of your own in production, "
        f"for example {secrets.token_urlsafe(48)}"
    )
    raise ImproperlyConfigured(msg)
if PRODUCTION and "YUEBAN_CLOCK" in os.environ:
    msg = "YUEBAN_CLOCK is refused in production: residents are served by the real time."
    raise ImproperlyConfigured(msg)

DEBUG = False
ALLOWED_HOSTS = os.environ.get("YUEBAN_HOSTS", "localhost,127.0.0.1,[::1]").split(",")
PUBLIC_URL = public_url(production=PRODUCTION)  # what links in SMS begin with
CSRF_TRUSTED_ORIGINS = [o for o in os.environ.get("YUEBAN_ORIGINS", "").split(",") if o]

INSTALLED_APPS = [
    "unfold",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "procrastinate.contrib.django",
    "yueban.domain.audit",
    "yueban.domain.regulation",
    "yueban.domain.directory",
    "yueban.domain.people",
    "yueban.domain.notices",
    "yueban.domain.calendar",
    "yueban.domain.credit",
    "yueban.domain.booking",
    "yueban.domain.prereview",
    "yueban.domain.visits",
    "yueban.domain.queueing",
    "yueban.domain.feedback",
    "yueban.surfaces",
    "yueban.surfaces.portal",
    "yueban.surfaces.api",
    "yueban.surfaces.kiosk",
    "yueban.surfaces.counter",
    "yueban.surfaces.display",
    "yueban.surfaces.desk",
    "yueban.surfaces.office",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "yueban.surfaces.middleware.chosen_language",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "yueban.surfaces.access.staff_session",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]
# The API carries none of them: its callers have tokens, not cookies, and each middleware costs time (architecture).
API_MIDDLEWARE: list[str] = []

ROOT_URLCONF = "yueban.config.urls"
WSGI_APPLICATION = "yueban.config.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [PACKAGE / "surfaces" / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "django.template.context_processors.i18n",
                "yueban.surfaces.context.site",
            ],
        },
    }
]

DATABASES = {"default": database_settings(DATA)}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

AUTH_USER_MODEL = "people.Staff"
AUTHENTICATION_BACKENDS = ["yueban.surfaces.access.StaffBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 10},
    },
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]
# After so many days a password must be changed at the next login; 0 where it need not be (等保 2.0 asks for regular changes).
PASSWORD_DAYS = int(os.environ.get("YUEBAN_PASSWORD_DAYS", "90"))
LOGIN_URL = "/staff/login"
LOGIN_REDIRECT_URL = "/counter/"

SESSION_ENGINE = "yueban.surfaces.sessions"
SESSION_COOKIE_AGE = 30 * 60
SESSION_SAVE_EVERY_REQUEST = False
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = PRODUCTION and os.environ.get("YUEBAN_HTTPS", "1") == "1"
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
CSRF_FAILURE_VIEW = "yueban.surfaces.portal.errors.csrf_failure"

LANGUAGE_CODE = "zh-hans"
LANGUAGES = [("zh-hans", "简体中文"), ("en", "English")]
LOCALE_PATHS = [PACKAGE / "locale"]
TIME_ZONE = "Asia/Shanghai"
USE_TZ = True
USE_I18N = True

STATIC_URL = "/static/"
STATICFILES_DIRS = [PACKAGE / "surfaces" / "static"]
VENDOR = PACKAGE / "static_vendor"  # filled from the npm lock file by `make install`
if VENDOR.is_dir():
    STATICFILES_DIRS.append(VENDOR)
WHITENOISE_USE_FINDERS = True  # found once at the start and served from there: nothing to collect

EVENTS_PORT = int(os.environ.get("YUEBAN_EVENTS_PORT", "8001"))
# Where browsers find the event stream; empty: the same host on EVENTS_PORT.
EVENTS_URL = os.environ.get("YUEBAN_EVENTS_URL", "")

# Everything comes from ourselves; only the event stream may be another port. Admin and API docs bring inline scripts.
CONTENT_SECURITY_POLICY = {
    "EXCLUDE_URL_PREFIXES": ["/admin/", "/api/docs"],
    "DIRECTIVES": {
        "default-src": ["'self'"],
        "img-src": ["'self'", "data:"],
        "connect-src": [
            "'self'",
            *([EVENTS_URL] if EVENTS_URL else [f"http://*:{EVENTS_PORT}", f"https://*:{EVENTS_PORT}"]),
        ],
        "object-src": ["'none'"],
        "base-uri": ["'none'"],
        "form-action": ["'self'"],
        "frame-ancestors": ["'none'"],
    },
}

# Bounds against abuse, per real second or minute (architecture: public contract).
CHANNEL_RATE = int(os.environ.get("YUEBAN_CHANNEL_RATE", "1000"))
CERTIFICATE_RATE = int(os.environ.get("YUEBAN_CERTIFICATE_RATE", "30"))

# Which way messages leave: none, console, file, http, mas, aliyun or tencent. With none they wait (ADR 227).
SMS_GATEWAY = os.environ.get("YUEBAN_SMS_GATEWAY", "none" if PRODUCTION else "file")
if PRODUCTION and SMS_GATEWAY == "console":
    msg = "YUEBAN_SMS_GATEWAY=console prints messages, codes among them, into the log: it is refused in production."
    raise ImproperlyConfigured(msg)
SMS_SIGNATURE = os.environ.get("YUEBAN_SMS_SIGNATURE", "【沈丘政务】")
try:
    SMS_QUIET_HOURS = quiet_hours(os.environ.get("YUEBAN_QUIET_HOURS", "21:00-07:30"))
    SMS_REMIND_AT = time.fromisoformat(os.environ.get("YUEBAN_REMIND_AT", "18:00"))
except ValueError as error:
    msg = f"YUEBAN_QUIET_HOURS is written 21:00-07:30 and YUEBAN_REMIND_AT 18:00: {error}"
    raise ImproperlyConfigured(msg) from error
# Providers with keys (notices/gateways): whose they are, the codes of approved texts, where they are reached.
SMS_KEY_ID = os.environ.get("YUEBAN_SMS_KEY_ID", "")
SMS_KEY_SECRET = os.environ.get("YUEBAN_SMS_KEY_SECRET", "")
SMS_APP_ID = os.environ.get("YUEBAN_SMS_APP_ID", "")
SMS_REGION = os.environ.get("YUEBAN_SMS_REGION", "ap-guangzhou")
SMS_ENDPOINT = os.environ.get("YUEBAN_SMS_ENDPOINT", "")
SMS_TEMPLATES = os.environ.get("YUEBAN_SMS_TEMPLATES", "{}")
SMS_RECEIPT_SECRET = os.environ.get("YUEBAN_SMS_RECEIPT_SECRET", "")
# 中国移动云MAS: the company's name, its interface account, the code of its signature, an extension of its number.
SMS_MAS_COMPANY = os.environ.get("YUEBAN_SMS_MAS_COMPANY", "")
SMS_MAS_SIGN = os.environ.get("YUEBAN_SMS_MAS_SIGN", "")
SMS_MAS_SERIAL = os.environ.get("YUEBAN_SMS_MAS_SERIAL", "")
SMS_FILE_FOLDER = Path(os.environ.get("YUEBAN_SMS_FOLDER", DATA / "outbox"))
# The http gateway: $phone, $text, $id and $template are filled into URL and body (notices/gateways/http.py).
SMS_HTTP_URL = os.environ.get("YUEBAN_SMS_URL", "")
SMS_HTTP_METHOD = os.environ.get("YUEBAN_SMS_METHOD", "POST")
SMS_HTTP_HEADERS = os.environ.get("YUEBAN_SMS_HEADERS", '{"Content-Type": "application/json"}')
SMS_HTTP_BODY = os.environ.get("YUEBAN_SMS_BODY", '{"id": "$id", "phone": "$phone", "text": "$text"}')
SMS_HTTP_SUCCESS = os.environ.get("YUEBAN_SMS_SUCCESS", "")  # a pattern the answer must match; its group is the receipt
SMS_HTTP_REFUSED = os.environ.get("YUEBAN_SMS_REFUSED", "")  # a pattern of answers that certainly refuse the message
SMS_HTTP_HARMLESS = os.environ.get("YUEBAN_SMS_HARMLESS_TWICE", "0") == "1"  # the provider drops a repeated $id
SMS_HTTP_TIMEOUT = float(os.environ.get("YUEBAN_SMS_TIMEOUT", "5"))

# Devices of a hall: the broker of its window screens, the folder of its voice (yueban voice build).
MQTT_USER = os.environ.get("YUEBAN_MQTT_USER", "")
MQTT_PASSWORD = os.environ.get("YUEBAN_MQTT_PASSWORD", "")
VOICE_FOLDER = Path(os.environ.get("YUEBAN_VOICE", DATA / "voice"))

DATA_UPLOAD_MAX_MEMORY_SIZE = 256 * 1024
DATA_UPLOAD_MAX_NUMBER_FILES = 1  # no form of ours sends more, and each may take its bound of memory
FILE_UPLOAD_HANDLERS = ["yueban.surfaces.uploads.BoundedUpload"]
COPY_DAYS = int(os.environ.get("YUEBAN_COPY_DAYS", "30"))  # days after the visit that copies of materials are kept

LOGGING = logs.settings(logs.kind_of(os.environ), os.environ.get("YUEBAN_LOG_LEVEL", "INFO"))

PROCRASTINATE_AUTODISCOVER_MODULE_NAME = "jobs"

UNFOLD = {
    "SITE_TITLE": _("约办后台"),
    "SITE_HEADER": _("约办后台"),
    "SITE_SUBHEADER": _("基础数据"),
    "SITE_SYMBOL": "event_available",
    "SHOW_VIEW_ON_SITE": False,
    "COLORS": {
        "primary": {  # the one government blue of tokens.css, in unfold's steps
            "50": "oklch(97% .014 254)",
            "100": "oklch(93% .032 255)",
            "200": "oklch(88% .059 254)",
            "300": "oklch(80% .09 252)",
            "400": "oklch(70% .12 254)",
            "500": "oklch(58% .13 254)",
            "600": "oklch(48% .13 255)",
            "700": "oklch(42% .12 256)",
            "800": "oklch(37% .1 257)",
            "900": "oklch(33% .08 258)",
            "950": "oklch(25% .06 260)",
        }
    },
}
