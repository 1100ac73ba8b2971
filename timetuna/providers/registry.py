"""The folder is the registration: every package in here with a `provider.py` is a provider."""

from collections.abc import Mapping
from functools import lru_cache
from importlib import import_module
from importlib.util import find_spec
from pkgutil import iter_modules
from types import MappingProxyType

import timetuna.providers
from timetuna.providers.description import Provider


@lru_cache(maxsize=1)
def providers() -> Mapping[str, Provider]:
    """Return every provider by its slug, in the order of their labels."""
    found = [
        _load(module.name)
        for module in iter_modules(timetuna.providers.__path__)
        if _is_provider(module.name)
    ]
    return MappingProxyType({one.slug: one for one in sorted(found, key=lambda one: one.label.casefold())})


def configured(environment: Mapping[str, str]) -> Mapping[str, Provider]:
    """Return the providers whose settings are there."""
    return {slug: provider for slug, provider in providers().items() if provider.configured(environment)}


def _is_provider(name: str) -> bool:
    package = f"{timetuna.providers.__name__}.{name}"
    spec = find_spec(package)
    is_package = spec is not None and spec.submodule_search_locations is not None
    return is_package and find_spec(f"{package}.provider") is not None


def _load(name: str) -> Provider:
    provider = import_module(f"{timetuna.providers.__name__}.{name}.provider").PROVIDER
    if not isinstance(provider, Provider) or provider.slug != name:
        raise TypeError(f"providers/{name}/provider.py needs a PROVIDER whose slug is {name!r}.")
    return provider
