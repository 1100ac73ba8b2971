"""Pages from templates: Django's template engine on its own, with autoescaping and without settings."""

from functools import cache
from pathlib import Path
from typing import Any

from django.template import Context, Engine

_PACKAGE = Path(__file__).parent.parent


@cache
def _engine() -> Engine:
    return Engine(dirs=[str(path) for path in _PACKAGE.glob("*/templates")], autoescape=True)


def render(template: str, **values: Any) -> str:
    """Return the page made from *template*; every value is escaped."""
    # Without use_l10n and use_tz of its own the context would ask for Django's settings.
    context = Context(values, use_l10n=False, use_tz=False)
    return str(_engine().get_template(template).render(context))


@cache
def stylesheet() -> bytes:
    """Return the one style sheet of all pages."""
    return (_PACKAGE / "base/templates/sandbox.css").read_bytes()
