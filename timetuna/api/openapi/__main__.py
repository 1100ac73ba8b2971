"""`python -m timetuna.api.openapi > docs/openapi.json` writes the document that is kept."""

import os
from importlib import import_module

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.settings")  # it is written in a checkout
django.setup()
document = import_module("timetuna.api.openapi.document")
urls = import_module("timetuna.api.urls")
print(document.written(document.document(urls.api, urls.PARTS)), end="")  # noqa: T201 - it is what the command is for
