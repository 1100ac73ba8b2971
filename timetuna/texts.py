"""Texts to phones, by the service that the operator has set up; none is the usual case."""

from functools import lru_cache

from django.conf import settings

from timetuna import __version__
from timetuna.lib.http import Budget, HttpClient
from timetuna.providers.registry import providers
from timetuna.providers.texting import InboundTexts, Texting

_BUDGET = Budget(connect_seconds=3.0, read_seconds=5.0, total_seconds=8.0)
"""A guest waits for a code with the form open."""


def service() -> Texting | None:
    """Where several are set up, the operator's own one, then the first by name."""
    return next((one for one in _built() if isinstance(one, Texting)), None)


def can_text() -> bool:
    return service() is not None


def hears_answers() -> bool:
    """Whether what people answer to its texts comes here, so that a STOP is heard."""
    found: object = service()
    return isinstance(found, InboundTexts) and found.hears()


def answers_of(slug: str) -> InboundTexts | None:
    """Who reads what people answer, of a service that is set up."""
    found = dict(zip(_configured(_given()), _built(), strict=True)).get(slug)
    return found if isinstance(found, InboundTexts) else None


def _given() -> tuple[tuple[str, str], ...]:
    return tuple(settings.PROVIDER_SETTINGS.items())


def _built() -> tuple[object, ...]:
    return _services(_given())


def _configured(given: tuple[tuple[str, str], ...]) -> tuple[str, ...]:
    known = dict(given)
    return tuple(slug for slug, one in providers().items() if one.texts and one.configured(known))


@lru_cache(maxsize=2)
def _services(given: tuple[tuple[str, str], ...]) -> tuple[object, ...]:
    # The operator has set the addresses, so private ones are meant.
    http = HttpClient(user_agent=f"TimeTuna/{__version__}", allow_private=True, budget=_BUDGET)
    found, known = providers(), dict(given)
    return tuple(
        found[slug].build(found[slug].config(known, redirect_uri=""), http) for slug in _configured(given)
    )
