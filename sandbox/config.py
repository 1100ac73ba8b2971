"""What the sandbox is told when it starts."""

import os
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from urllib.parse import urlsplit

CLIENT_ID = "sandbox-zoom-client"
CLIENT_SECRET = "sandbox-zoom-secret"
WEBHOOK_TOKEN = "sandbox-zoom-webhook"
CALLBACK_PATH = "/api/calendar-accounts/zoom/callback"
WEBHOOK_PATH = "/api/webhooks/zoom/deauthorize"
OUTSIDE = frozenset(path.parent.name for path in Path(__file__).parent.glob("*/standin.py"))
"""The stand-ins beside Zoom's, each a package in here."""
PARTS = frozenset({"zoom", "mailbox"}) | OUTSIDE


class SandboxError(Exception):
    """The sandbox cannot run; the message is a sentence for the person who started it."""


@dataclass(frozen=True)
class ZoomApp:
    """The app as it is registered with the sandbox; an empty URL follows from the product's address."""

    client_id: str = CLIENT_ID
    client_secret: str = CLIENT_SECRET
    webhook_token: str = WEBHOOK_TOKEN
    redirect_uri: str = ""
    webhook_url: str = ""


@dataclass(frozen=True)
class OutsideApp:
    """The product's app as it is registered with a stand-in beside Zoom's."""

    client_id: str
    client_secret: str
    redirect_uri: str = ""


@dataclass(frozen=True)
class SandboxConfig:
    """Where the sandbox listens, what it keeps and which app it knows; port 0 means any free one."""

    host: str = "127.0.0.1"
    http_port: int = 0
    smtp_port: int = 0
    state_dir: Path | None = None
    public_url: str = ""
    app_url: str = "http://localhost:8000"
    join_base: str = "https://us05web.zoom.example"
    parts: frozenset[str] = PARTS
    zoom_app: ZoomApp = field(default_factory=ZoomApp)
    apps: Mapping[str, OutsideApp] = field(default_factory=dict)

    def __post_init__(self) -> None:
        unknown = self.parts - PARTS
        if unknown or not self.parts:
            raise SandboxError(
                f"The parts are {', '.join(sorted(PARTS))}; {', '.join(sorted(unknown)) or 'none'} is not one of them."
            )

    @property
    def redirect_uri(self) -> str:
        """The one address that consent may lead back to."""
        return self.zoom_app.redirect_uri or self.app_url.rstrip("/") + CALLBACK_PATH

    def app_of(self, part: str) -> OutsideApp:
        """Return the app that the stand-in of this part knows, with its redirect address."""
        app = self.apps.get(part) or OutsideApp(f"sandbox-{part}-client", f"sandbox-{part}-secret")
        callback = self.app_url.rstrip("/") + CALLBACK_PATH.replace("zoom", part)
        return replace(app, redirect_uri=app.redirect_uri or callback)

    @property
    def webhook_url(self) -> str:
        """Where `app_deauthorized` is sent."""
        return self.zoom_app.webhook_url or self.app_url.rstrip("/") + WEBHOOK_PATH


def zoom_app_from(environ: Mapping[str, str]) -> ZoomApp:
    """Read the registered app from `SANDBOX_ZOOM_*`; what is absent takes the sandbox's example value."""
    return ZoomApp(
        client_id=environ.get("SANDBOX_ZOOM_CLIENT_ID") or CLIENT_ID,
        client_secret=environ.get("SANDBOX_ZOOM_CLIENT_SECRET") or CLIENT_SECRET,
        webhook_token=environ.get("SANDBOX_ZOOM_WEBHOOK_TOKEN") or WEBHOOK_TOKEN,
        redirect_uri=environ.get("SANDBOX_ZOOM_REDIRECT_URI", ""),
        webhook_url=environ.get("SANDBOX_ZOOM_WEBHOOK_URL", ""),
    )


def outside_apps_from(environ: Mapping[str, str]) -> dict[str, OutsideApp]:
    """Read the apps from `SANDBOX_GOOGLE_*` and so on; what is absent takes the sandbox's example value."""
    return {
        part: OutsideApp(
            environ.get(f"SANDBOX_{part.upper()}_CLIENT_ID") or f"sandbox-{part}-client",
            environ.get(f"SANDBOX_{part.upper()}_CLIENT_SECRET") or f"sandbox-{part}-secret",
            environ.get(f"SANDBOX_{part.upper()}_REDIRECT_URI", ""),
        )
        for part in OUTSIDE
    }


def refuse_real_zoom(environ: Mapping[str, str], *, client_id: str) -> None:
    """Raise `SandboxError` where the environment holds keys or addresses of the real Zoom."""
    refuse_real(environ, part="zoom", client_id=client_id, hosts=("zoom.us",))


def refuse_real(environ: Mapping[str, str], *, part: str, client_id: str, hosts: tuple[str, ...]) -> None:
    """Raise `SandboxError` where the environment holds keys or addresses of the real service of this part."""
    prefix, label = part.upper(), part.capitalize()
    configured = environ.get(f"{prefix}_CLIENT_ID") or _content(environ.get(f"{prefix}_CLIENT_ID_FILE", ""))
    if configured and configured != client_id:
        raise SandboxError(
            f"The sandbox does not start beside real {label} keys: "
            f"{prefix}_CLIENT_ID is not the sandbox's own. Unset it, or run without --parts {part}."
        )
    for name in (f"{prefix}_OAUTH_URL", f"{prefix}_API_URL"):
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
