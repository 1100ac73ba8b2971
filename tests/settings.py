"""The product's own settings under a test's environment; DATABASE_URL chooses the engine."""

import os
import tempfile

_defaults = {
    "TIMETUNA_DATA_DIR": tempfile.mkdtemp(prefix="timetuna-test-"),
    "TIMETUNA_BASE_URL": "http://localhost:8000",
    "TIMETUNA_SECRET_KEY": "a-key-for-tests-only-0123456789-abcdefgh",
    "TIMETUNA_ENCRYPTION_KEYS": "MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE=",
    "EMAIL_URL": "smtp://127.0.0.1:1",
    "ZOOM_CLIENT_ID": "sandbox-zoom-client",
    "ZOOM_CLIENT_SECRET": "sandbox-zoom-secret",
    "ZOOM_WEBHOOK_SECRET_TOKEN": "sandbox-zoom-webhook",
    "ZOOM_OAUTH_URL": "http://127.0.0.1:1",
    "ZOOM_API_URL": "http://127.0.0.1:1",
}
_worker = os.environ.get("PYTEST_XDIST_WORKER", "")
# What is counted in a file beside the database is counted by each worker of xdist's on its own.
if os.environ.get("TESTS_DATA_OF", "") != _worker:
    os.environ |= {"TESTS_DATA_OF": _worker, "TIMETUNA_DATA_DIR": _defaults["TIMETUNA_DATA_DIR"]}
for _name, _value in _defaults.items():
    os.environ.setdefault(_name, _value)

from timetuna.l10n.catalogues import compile_changed  # noqa: E402

compile_changed()

from timetuna.settings import *  # noqa: E402, F403

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher", *PASSWORD_HASHERS[-1:]]  # noqa: F405
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
WHITENOISE_USE_FINDERS = True
WHITENOISE_AUTOREFRESH = True
if DATABASES["default"]["ENGINE"].endswith("sqlite3"):  # noqa: F405
    DATABASES["default"]["TEST"] = {"NAME": ":memory:"}  # noqa: F405 - pytest-xdist knows only Django's own engine
