"""The products from which hosts can bring along what they have, as this server is set up."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

from django.conf import settings

from timetuna import __version__
from timetuna.calendars.queries import logo_of
from timetuna.lib.http import HttpClient
from timetuna.providers.bundle import BundleSource, ExportReader
from timetuna.providers.registry import providers


@dataclass(frozen=True, slots=True)
class Product:
    """logo: a data: address.  source: reads it over its API.  files: reads what it exports, where it can."""

    slug: str
    label: str
    logo: str
    source: BundleSource
    files: ExportReader | None


def products() -> Mapping[str, Product]:
    """In the order of their labels."""
    return _products(tuple(settings.PROVIDER_SETTINGS.items()))


@lru_cache(maxsize=2)
def _products(given: tuple[tuple[str, str], ...]) -> Mapping[str, Product]:
    found: dict[str, Product] = {}
    # The operator has set the addresses, so private ones are meant.
    http = HttpClient(user_agent=f"TimeTuna/{__version__}", allow_private=True)
    for provider in providers().values():
        if not provider.configured(dict(given)):
            continue
        built = provider.build(provider.config(dict(given), redirect_uri=""), http)
        if isinstance(built, BundleSource):
            files = built if isinstance(built, ExportReader) else None
            found[provider.slug] = Product(
                provider.slug, provider.label, logo_of(provider.logo), built, files
            )
    return found


def label_of(slug: str) -> str:
    """Also where it is known no more."""
    found = providers().get(slug)
    return found.label if found else slug.capitalize()
