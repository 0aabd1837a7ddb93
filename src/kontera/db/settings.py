"""Django's settings, from the environment. Decides nothing at run time and starts nothing.

`db.ground.open_ground` puts the database and the installation's key in; until then the key is one of this process
alone, which opens nothing that any other process sealed.
"""

from __future__ import annotations

import os
import secrets

from kontera.db.address import database

SECRET_KEY = secrets.token_urlsafe(48)  # the installation's: see `open_ground`
DATABASES = {"default": database(os.environ.get("KONTERA_DSN", "postgresql:///kontera"))}
DEBUG = False
ALLOWED_HOSTS = os.environ.get("KONTERA_HOSTS", "localhost,127.0.0.1,[::1],testserver").split(",")
USE_TZ = True
TIME_ZONE = "UTC"
USE_I18N = True
LANGUAGE_CODE = "sv"
LANGUAGES = [("sv", "Svenska"), ("en", "English")]
ROOT_URLCONF = "kontera.console.urls"
STATIC_URL = "/static/"
INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "django_htmx",
    "procrastinate.contrib.django",
    "kontera.db",
    "kontera.console",
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
]
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "kontera.console.context.everywhere",
            ]
        },
    }
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
LOGIN_URL = "sign-in"
LOGIN_REDIRECT_URL = "today"
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
_PUBLIC_URL = os.environ.get("KONTERA_PUBLIC_URL", "")
_WITH_TLS = "yes" if _PUBLIC_URL.lower().startswith("https:") else "no"
SESSION_COOKIE_SECURE = os.environ.get("KONTERA_HTTPS", _WITH_TLS) == "yes"
CSRF_COOKIE_SECURE = SESSION_COOKIE_SECURE
X_FRAME_OPTIONS = "DENY"
DATA_UPLOAD_MAX_MEMORY_SIZE = 1_000_000
FILE_UPLOAD_HANDLERS = ["django.core.files.uploadhandler.MemoryFileUploadHandler"]  # nothing of a body on disk
LOGGING_CONFIG = None
