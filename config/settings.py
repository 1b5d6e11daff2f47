"""Django settings: the composition root. Values come from config/environment.py."""

from __future__ import annotations

import sys
from typing import Any

from django.utils.csp import CSP
from django.utils.translation import gettext_lazy as _

from config import environment as env
from config.places import ROOT, last_address
from config.schedule import SCHEDULES

DATA = env.DATA
TESTING = "pytest" in sys.modules

# --- Who and where -----------------------------------------------------------------
SECRET_KEY = env.secret_key()
DEBUG = env.flag("debug", default=False)
DEMO = env.flag("demo", default=False)
SITE_URL = env.text("site_url", last_address(DATA)).rstrip("/")
HTTPS = SITE_URL.startswith("https://")
ALLOWED_HOSTS = env.words("allowed_hosts", "127.0.0.1,localhost,[::1]")
if env.text("site_url"):
    ALLOWED_HOSTS.append(SITE_URL.split("://", 1)[-1].split("/")[0].split(":")[0])
# A public address has a proxy in front; unless told otherwise it runs on this machine.
TRUSTED_PROXIES = env.networks("trusted_proxies", "127.0.0.0/8,::1" if HTTPS else "")
CSRF_TRUSTED_ORIGINS = [SITE_URL] if HTTPS else []

# --- Apps: top of the house first --------------------------------------------------
PERENNE_APPS = [
    f"perenne.{name}"
    for name in (
        "backoffice",
        "rest",
        "portability",
        "bilan",
        "website",
        "launches",
        "courses",
        "practice",
        "community",
        "memberships",
        "money",
        "audience",
        "streams",
        "people",
        "mail",
        "core",
    )
    if (ROOT / "src" / "perenne" / name / "apps.py").exists()
]
INSTALLED_APPS = [
    *PERENNE_APPS,
    *(["demo"] if DEMO or TESTING else []),
    "wagtail.contrib.redirects",
    "wagtail.contrib.sitemaps",
    "wagtail.embeds",
    "wagtail.sites",
    "wagtail.users",
    "wagtail.snippets",
    "wagtail.documents",
    "wagtail.images",
    "wagtail.search",
    "wagtail.admin",
    "wagtail",
    "modelcluster",
    "taggit",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "django_htmx",
    "django_ox",
    "whitenoise.runserver_nostatic",
    "django.contrib.postgres",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.humanize",
    "django.contrib.sitemaps",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
]
if not (ROOT / "demo" / "apps.py").exists():
    INSTALLED_APPS = [app for app in INSTALLED_APPS if app != "demo"]

MIDDLEWARE = [
    "perenne.core.web.client_address.ClientAddressMiddleware",
    "perenne.core.web.frontcache.FrontCacheMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.middleware.csp.ContentSecurityPolicyMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "perenne.core.web.middleware.LanguageMiddleware",
    "perenne.core.web.middleware.BusinessMiddleware",
    "perenne.core.web.middleware.DeskPolicyMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "perenne.core.web.middleware.RefusalMiddleware",
    "wagtail.contrib.redirects.middleware.RedirectMiddleware",
]
ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.template.context_processors.csp",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "perenne.core.web.context.business",
            ],
        },
    }
]

# --- Data --------------------------------------------------------------------------
DATABASES = {"default": env.database()}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
CACHES = {
    "default": (
        {
            "BACKEND": "django.core.cache.backends.redis.RedisCache",
            "LOCATION": env.text("cache_url"),
        }
        if env.text("cache_url")
        else {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}
    )
}
SESSION_ENGINE = "django.contrib.sessions.backends.db"
MEDIA_ROOT = DATA / "media"
MEDIA_URL = "/media/"
# Files that only a pass, an owner or a buyer may open: never under a public address.
PRIVATE_ROOT = DATA / "private"
STATIC_ROOT = DATA / "static"
STATIC_URL = "/static/"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "private": {
        "BACKEND": "django.core.files.storage.FileSystemStorage",
        "OPTIONS": {"location": PRIVATE_ROOT, "base_url": None},
    },
    "staticfiles": {
        "BACKEND": (
            "django.contrib.staticfiles.storage.StaticFilesStorage"
            if TESTING or DEBUG
            else "whitenoise.storage.CompressedManifestStaticFilesStorage"
        )
    },
}
WHITENOISE_KEEP_ONLY_HASHED_FILES = True
WHITENOISE_AUTOREFRESH = TESTING or DEBUG  # nothing is collected then
FILE_UPLOAD_PERMISSIONS = 0o640
DATA_UPLOAD_MAX_MEMORY_SIZE = 5 * 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 5000

# --- Tasks: the plain django.tasks API; only these lines know the engine ------------
TASKS: dict[str, Any] = {
    "default": {
        "BACKEND": (
            "django.tasks.backends.dummy.DummyBackend"
            if TESTING
            else "django_ox.backend.OxBackend"
        ),
        "QUEUES": [],
        "OPTIONS": (
            {}
            if TESTING
            else {"MAX_ATTEMPTS": 8, "LOCK_TIMEOUT": 15, "SCHEDULES": SCHEDULES}
        ),
    }
}

# --- Languages and time ------------------------------------------------------------
LANGUAGE_CODE = "fr"
LANGUAGES = [("fr", _("French")), ("en", _("English"))]
WAGTAIL_CONTENT_LANGUAGES = WAGTAILADMIN_PERMITTED_LANGUAGES = LANGUAGES
LANGUAGE_COOKIE_NAME = "language"
LANGUAGE_COOKIE_SAMESITE = "Lax"
USE_I18N = USE_TZ = True
FORMAT_MODULE_PATH = ["config.formats"]
TIME_ZONE = "UTC"

# --- Sign-in -----------------------------------------------------------------------
AUTH_USER_MODEL = "people.User"
AUTHENTICATION_BACKENDS = [
    "django.contrib.auth.backends.ModelBackend",
    "allauth.account.auth_backends.AuthenticationBackend",
]
LOGIN_URL = "/login/"
LOGIN_REDIRECT_URL = "/me/"
LOGOUT_REDIRECT_URL = "/"
DESK_URL = "/desk/"
FIRST_RUN_URL = "/welcome/"
ACCOUNT_ADAPTER = "perenne.people.web.allauth.AccountAdapter"
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*"]
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGIN_BY_CODE_ENABLED = True
ACCOUNT_LOGIN_BY_CODE_TIMEOUT = 15 * 60
ACCOUNT_LOGIN_BY_CODE_MAX_ATTEMPTS = 5
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_EMAIL_UNKNOWN_ACCOUNTS = False  # nobody is written to by typing their address
ACCOUNT_FORMS = {
    "request_login_code": "perenne.people.web.forms.RequestCodeForm",
    "confirm_login_code": "perenne.people.web.forms.EnterCodeForm",
}
ACCOUNT_RATE_LIMITS = {"request_login_code": "5/10m/key,20/10m/ip", "login": "30/m/ip"}
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_TOTP_ISSUER = "Pérenne"
MFA_FORMS = {"add_webauthn": "perenne.people.web.forms.AddKeyForm"}
MFA_ALLOW_UNVERIFIED_EMAIL = True  # the owner's link came by the machine's console

# --- Security ----------------------------------------------------------------------
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = LANGUAGE_COOKIE_SECURE = HTTPS
SESSION_COOKIE_HTTPONLY = True
CSRF_COOKIE_HTTPONLY = True
SESSION_COOKIE_AGE = 60 * 60 * 24 * 30
SECURE_SSL_REDIRECT = HTTPS
SECURE_HSTS_SECONDS = 60 * 60 * 24 * 365 if HTTPS else 0
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if HTTPS else None
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "strict-origin-when-cross-origin"
X_FRAME_OPTIONS = "SAMEORIGIN"
SECURE_CSP: dict[str, list[str]] = {
    "default-src": [CSP.NONE],
    "script-src": [CSP.SELF],
    "style-src": [CSP.SELF],
    "img-src": [CSP.SELF, "data:"],
    "media-src": [CSP.SELF],
    "font-src": [CSP.SELF],
    "connect-src": [CSP.SELF],
    "manifest-src": [CSP.SELF],
    # Players that a visitor may let in (website/domain/embeds.py), never before (R11).
    "frame-src": [
        CSP.SELF,
        "https://www.youtube-nocookie.com",
        "https://player.vimeo.com",
    ],
    # Browsers hold a form to this list through redirects: the payment page is one.
    "form-action": [
        CSP.SELF,
        "https://checkout.stripe.com",
        *([env.text("stripe_api_base")] if env.text("stripe_api_base") else []),
    ],
    "frame-ancestors": [CSP.SELF],
    "base-uri": [CSP.SELF],
    "object-src": [CSP.NONE],
}
# Wagtail's editor styles its widgets inline (docs/adr/0004-content-and-back-office.md).
DESK_CSP: dict[str, list[str]] = SECURE_CSP | {
    "style-src": [CSP.SELF, CSP.UNSAFE_INLINE],
    "img-src": [CSP.SELF, "data:", "blob:"],
}

# --- Mail --------------------------------------------------------------------------
SMTP_URL = env.text("smtp_url")  # smtp://user:password@host:port?tls=starttls|tls|none
# Further ways out: {"brevo": "brevo://API-KEY"}, see docs/operate.
MAIL_URLS = env.family("mail_url")
MAIL_FROM = env.text("mail_from")
# Where returned mail is fetched: imaps://user:password@host/folder; "": nowhere.
BOUNCE_IMAP_URL = env.text("bounce_imap_url")
# Who is asked about the sending domain: "192.0.2.53" or "127.0.0.1:5353"; "": the system.
DNS_RESOLVER = env.text("dns_resolver")
# What providers prove themselves with at /hooks/mail/<provider>/: "user:password".
MAIL_HOOK_SECRET = env.text("mail_hook_secret")
MAIL_HOOK_SIGNING_KEY = env.text("mail_hook_signing_key")  # Mailgun signs instead

# --- Payments ----------------------------------------------------------------------
STRIPE_SECRET_KEY = env.text("stripe_secret_key")
STRIPE_WEBHOOK_SECRET = env.text("stripe_webhook_secret")
STRIPE_API_BASE = env.text("stripe_api_base")  # only for a simulator on this machine
STRIPE_METHODS = env.words("stripe_methods", "card")
# The Union's register of VAT numbers, asked about a business's number; "" asks nobody.
VIES_URL = env.text(
    "vies_url",
    "" if TESTING or DEMO else "https://ec.europa.eu/taxation_customs/vies/rest-api",
)
# Header in which a trusted proxy names the country of the connection; "" is not read.
COUNTRY_HEADER = env.text("country_header")

# --- Content engine and back office shell -------------------------------------------
WAGTAIL_SITE_NAME = "Pérenne"
WAGTAILADMIN_BASE_URL = SITE_URL
WAGTAIL_ENABLE_UPDATE_CHECK = False
WAGTAIL_ENABLE_WHATS_NEW_BANNER = False
WAGTAIL_GRAVATAR_PROVIDER_URL = None
WAGTAIL_PASSWORD_MANAGEMENT_ENABLED = False
WAGTAIL_EMAIL_MANAGEMENT_ENABLED = False
WAGTAILADMIN_LOGIN_URL = LOGIN_URL
WAGTAIL_FRONTEND_LOGIN_URL = LOGIN_URL
WAGTAILIMAGES_EXTENSIONS = ["avif", "gif", "jpg", "jpeg", "png", "webp"]
WAGTAILIMAGES_MAX_UPLOAD_SIZE = 20 * 1024 * 1024
WAGTAILDOCS_SERVE_METHOD = "serve_view"
WAGTAILSEARCH_BACKENDS = {"default": {"BACKEND": "wagtail.search.backends.database"}}
WAGTAIL_I18N_ENABLED = False

# --- Log ---------------------------------------------------------------------------
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "line": {"format": "%(asctime)s %(levelname)s %(name)s %(message)s"}
    },
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": "WARNING"},
    "loggers": {
        "perenne": {"level": env.text("log_level", "INFO").upper()},
        "django.tasks": {"level": "WARNING"},  # a line for each tick helps nobody
        "django_ox": {"level": "WARNING", "handlers": [], "propagate": True},
    },
}
SILENCED_SYSTEM_CHECKS = [
    "treebeard.E001",
    # The address decides: plain http is for a machine's own loopback (SITE_URL).
    *(
        []
        if HTTPS
        else ["security.W004", "security.W008", "security.W012", "security.W016"]
    ),
]
