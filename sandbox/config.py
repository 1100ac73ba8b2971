"""What the sandbox is told when it starts."""

import os
from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from pathlib import Path
from urllib.parse import urlsplit

CALLBACK_PATH = "/api/calendar-accounts/{}/callback"
WEBHOOK_PATH = "/api/webhooks/{}/deauthorize"
SERVICES = frozenset(path.parent.name for path in Path(__file__).parent.glob("*/standin.py"))
"""The stand-ins: each folder in here with a `standin.py` is one."""
PARTS = SERVICES | {"caldav", "mailbox"}


class SandboxError(Exception):
    """The sandbox cannot run; the message is a sentence for the person who started it."""


@dataclass
class App:
    """The product as it is registered with a service; an empty address follows from where the product is."""

    client_id: str
    client_secret: str
    webhook_token: str = ""
    redirect_uri: str = ""
    webhook_url: str = ""
    name: str = "TimeTuna"


def example_app(part: str) -> App:
    """Return the app that a stand-in knows where nothing else is said."""
    return App(f"sandbox-{part}-client", f"sandbox-{part}-secret", f"sandbox-{part}-webhook")


@dataclass(frozen=True)
class SandboxConfig:
    """Where the sandbox listens, what it keeps and which apps it knows; port 0 means any free one."""

    host: str = "127.0.0.1"
    http_port: int = 0
    smtp_port: int = 0
    state_dir: Path | None = None
    public_url: str = ""
    app_url: str = "http://localhost:8000"
    parts: frozenset[str] = PARTS
    apps: Mapping[str, App] = field(default_factory=dict)

    def __post_init__(self) -> None:
        unknown = self.parts - PARTS
        if unknown or not self.parts:
            raise SandboxError(
                f"The parts are {', '.join(sorted(PARTS))}; {', '.join(sorted(unknown)) or 'none'} is not one of them."
            )

    def app_of(self, part: str) -> App:
        """Return the app that the stand-in of this part knows, with its addresses."""
        app, home = self.apps.get(part) or example_app(part), self.app_url.rstrip("/")
        return replace(
            app,
            redirect_uri=app.redirect_uri or home + CALLBACK_PATH.format(part),
            webhook_url=app.webhook_url or home + WEBHOOK_PATH.format(part),
        )


def apps_from(environ: Mapping[str, str]) -> dict[str, App]:
    """Read the apps from `SANDBOX_ZOOM_CLIENT_ID` and so on; what is absent takes the example value."""
    names = [entry.name for entry in fields(App) if entry.name != "name"]
    given = {
        part: {name: environ.get(f"SANDBOX_{part.upper()}_{name.upper()}") for name in names}
        for part in SERVICES
    }
    return {
        part: replace(example_app(part), **{name: value for name, value in values.items() if value})
        for part, values in given.items()
    }


def refuse_real(environ: Mapping[str, str], *, part: str, client_id: str, hosts: tuple[str, ...]) -> None:
    """Raise `SandboxError` where the environment holds keys or addresses of the real service of this part."""
    prefix, label = part.upper(), part.capitalize()
    configured = environ.get(f"{prefix}_CLIENT_ID") or _content(environ.get(f"{prefix}_CLIENT_ID_FILE", ""))
    if configured and configured != client_id:
        raise SandboxError(
            f"The sandbox does not start beside real {label} keys: "
            f"{prefix}_CLIENT_ID is not the sandbox's own. Unset it, or run without --parts {part}."
        )
    for name in (f"{prefix}_OAUTH_URL", f"{prefix}_CONNECT_URL", f"{prefix}_API_URL"):
        host = (urlsplit(environ.get(name, "")).hostname or "").rstrip(".")
        if any(host == real or host.endswith(f".{real}") for real in hosts):
            raise SandboxError(
                f"The sandbox does not start beside the real {label}: {name} leads to {host}. "
                f"Point it at the sandbox, or run without --parts {part}."
            )


def _content(name: str) -> str:
    """Return what the file called *name* says, or nothing where there is no such file."""
    if not name:
        return ""
    try:
        return Path(os.fspath(name)).read_text(encoding="utf-8").strip()
    except OSError:
        return ""
