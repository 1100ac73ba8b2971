"""The folder is the registration: every package in here that describes itself is a provider."""

from collections.abc import Mapping
from functools import lru_cache
from importlib import import_module
from pkgutil import iter_modules
from types import MappingProxyType

import timetuna.providers
from timetuna.providers.description import Provider


@lru_cache(maxsize=1)
def providers() -> Mapping[str, Provider]:
    """In the order of their labels."""
    packages = [module.name for module in iter_modules(timetuna.providers.__path__) if module.ispkg]
    described = {
        name: getattr(import_module(f"timetuna.providers.{name}"), "PROVIDER", None) for name in packages
    }
    found = [_checked(name, one) for name, one in described.items() if one is not None]
    return MappingProxyType({one.slug: one for one in sorted(found, key=lambda one: one.label.casefold())})


def configured(environment: Mapping[str, str]) -> Mapping[str, Provider]:
    return {slug: provider for slug, provider in providers().items() if provider.configured(environment)}


def _checked(name: str, provider: object) -> Provider:
    if not isinstance(provider, Provider) or provider.slug != name:
        raise TypeError(f"providers/{name}/__init__.py needs a PROVIDER whose slug is {name!r}.")
    return provider
