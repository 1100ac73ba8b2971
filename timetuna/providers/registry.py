"""How a provider introduces itself: what it is called, which settings it needs, how it is built; and which there are.

The folder is the registration: every package in here that describes itself, in its `__init__.py`, is a provider. A
description loads nothing else of it: settings and commands read it too.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules, resolve_name
from types import MappingProxyType
from typing import TYPE_CHECKING

import timetuna.providers
from timetuna.lib.urls import read_url

if TYPE_CHECKING:
    from timetuna.lib.http import HttpClient

Config = Mapping[str, str]
_HIGHEST_PORT = 65_535


def address(value: str) -> str:
    """Raises ValueError for what is no address of a server."""
    found = read_url(value)
    fits = found and found.scheme in {"http", "https"} and found.host and "?" not in value
    if not fits or (found and not 0 < (found.port or 1) <= _HIGHEST_PORT):
        raise ValueError("it must be an address such as https://api.example.org.")
    return value


def key(value: str) -> str:
    """Several stand behind commas. Raises ValueError for what was copied wrongly."""
    if not all(re.fullmatch(r"[!-~]*", part.strip()) for part in value.split(",")):
        raise ValueError("it has spaces or letters that no such key has; copy it once more.")
    return value


@dataclass(frozen=True, slots=True)
class Need:
    """One setting of a provider. The environment calls it PREFIX_KEY; `secret` ones are never shown.

    help: a sentence for whoever runs the server.  check: returns a value that can be used, else raises ValueError.
    choices: what it may be, where that can be listed.
    """

    key: str
    help: str
    required: bool = True
    default: str = ""
    secret: bool = False
    check: Callable[[str], str] = str
    choices: tuple[str, ...] = ()


def client(id_help: str, secret_help: str) -> tuple[Need, Need]:
    return (Need("client_id", id_help, check=key), Need("client_secret", secret_help, secret=True, check=key))


def place(name: str, help_text: str, default: str) -> Need:
    return Need(name, help_text, required=False, default=default, check=address)


def switch(name: str, help_text: str) -> Need:
    """An operator says "yes"; it is "no" otherwise."""
    return Need(name, help_text, required=False, default="no", choices=("no", "yes"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Provider:
    """A provider's description. What it builds has the protocols of base.py it can do.

    slug: the folder's name, which stands in addresses and in the table.  label: the name people read.
    service: all that its keys switch on, where the label does not say it.
    one_per_host: a host may link one account of it at a time.  logo: an SVG file.
    latest_grant_only: a new grant of an outside account ends all earlier ones, whoever holds them.
    gives: what a host has of it, in a sentence.  verb: what its button says before the label.
    texts: it sends texts to phones; the operator's settings are all it needs.
    payments: guests pay by it.
    implementation: "module:Class", taking a Config and an HttpClient.
    """

    slug: str
    label: str
    prefix: str
    needs: tuple[Need, ...]
    one_per_host: bool
    logo: Path
    implementation: str
    latest_grant_only: bool = False
    verb: str = "Connect"
    texts: bool = False
    payments: bool = False
    service: str = ""
    gives: str = ""

    def build(self, config: Config, http: "HttpClient") -> object:
        return resolve_name(self.implementation)(config, http)

    def environment_name(self, need: Need) -> str:
        """As in ZOOM_CLIENT_ID."""
        return f"{self.prefix}_{need.key.upper()}"

    def required(self) -> tuple[str, ...]:
        """The variables without which it is not offered."""
        return tuple(self.environment_name(need) for need in self.needs if need.required)

    def missing(self, environment: Mapping[str, str]) -> tuple[str, ...]:
        return tuple(name for name in self.required() if not environment.get(name, "").strip())

    def configured(self, environment: Mapping[str, str]) -> bool:
        return not self.missing(environment)

    def config(self, environment: Mapping[str, str], *, redirect_uri: str) -> dict[str, str]:
        """Each need by its key, with its default, and the redirect address."""
        values = {
            need.key: environment.get(self.environment_name(need), "").strip() or need.default
            for need in self.needs
        }
        return values | {"redirect_uri": redirect_uri}


@lru_cache(maxsize=1)
def providers() -> Mapping[str, Provider]:
    """In the order of their labels."""
    packages = [module.name for module in iter_modules(timetuna.providers.__path__) if module.ispkg]
    described = {
        name: getattr(import_module(f"timetuna.providers.{name}"), "PROVIDER", None) for name in packages
    }
    found = [_checked(name, one) for name, one in described.items() if one is not None]
    return MappingProxyType({one.slug: one for one in sorted(found, key=lambda one: one.label.casefold())})


def _checked(name: str, provider: object) -> Provider:
    if not isinstance(provider, Provider) or provider.slug != name:
        raise TypeError(f"providers/{name}/__init__.py needs a PROVIDER whose slug is {name!r}.")
    return provider
