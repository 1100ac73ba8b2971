"""How a provider introduces itself: what it is called, which settings it needs, how it is built."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from timetuna.lib.http import HttpClient

Config = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Need:
    """One setting of a provider. The environment calls it PREFIX_KEY; `secret` ones are never shown."""

    key: str
    help: str
    required: bool = True
    default: str = ""
    secret: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Provider:
    """A provider's description. `build` returns an object that has the protocols of base.py it can do.

    slug: the folder's name, which stands in addresses and in the table.  label: the name people read.
    one_per_host: a host may link one account of it at a time.  logo: an SVG file.
    latest_grant_only: a new grant of an outside account ends all earlier ones, whoever holds them.
    verb: what its button says before the label.
    """

    slug: str
    label: str
    prefix: str
    needs: tuple[Need, ...]
    one_per_host: bool
    logo: Path
    build: Callable[[Config, HttpClient], object]
    latest_grant_only: bool = False
    verb: str = "Connect"

    def environment_name(self, need: Need) -> str:
        """Return the name of the environment variable, like ZOOM_CLIENT_ID."""
        return f"{self.prefix}_{need.key.upper()}"

    def missing(self, environment: Mapping[str, str]) -> tuple[str, ...]:
        """Return the names of required variables that have no value."""
        required = (self.environment_name(need) for need in self.needs if need.required)
        return tuple(name for name in required if not environment.get(name, "").strip())

    def configured(self, environment: Mapping[str, str]) -> bool:
        """Tell whether every required variable has a value."""
        return not self.missing(environment)

    def half_configured(self, environment: Mapping[str, str]) -> bool:
        """Tell whether some required variables have a value and others do not: a mistake to be told at start."""
        required = [need for need in self.needs if need.required]
        return 0 < len(self.missing(environment)) < len(required)

    def config(self, environment: Mapping[str, str], *, redirect_uri: str) -> dict[str, str]:
        """Return what `build` takes: each need by its key, with its default, and the redirect address."""
        values = {
            need.key: environment.get(self.environment_name(need), "").strip() or need.default
            for need in self.needs
        }
        return values | {"redirect_uri": redirect_uri}
