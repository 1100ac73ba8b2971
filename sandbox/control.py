"""A small client of the sandbox's control API, for tests and scripts."""

import ssl
import time
from types import TracebackType
from typing import Any, Self

import httpx

Json = dict[str, Any]
# The control API is plain HTTP on this machine; reading the system's certificates for it takes a while.
_NO_TLS = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)


class SandboxControl:
    """Steers a sandbox that runs at *base_url*; every method is one HTTP call."""

    def __init__(self, base_url: str) -> None:
        self._client = httpx.Client(
            base_url=base_url.rstrip("/") + "/_control/", timeout=30, trust_env=False, verify=_NO_TLS
        )

    def close(self) -> None:
        """Let the connection go."""
        self._client.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, problem: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def ask(self, path: str, **query: str) -> Json:
        """Return what a stand-in beside Zoom's says: `ask("google/state")`."""
        return self._get(path, **query)

    def tell(self, path: str, **wishes: Any) -> Json:
        """Have such a stand-in do something: `tell("google/event", …)`."""
        return self._post(path, **wishes)

    def state(self) -> Json:
        """Return everything the sandbox knows but tokens and secrets."""
        return self._get("state")

    def secrets(self) -> list[str]:
        """Return every token, code and secret there is, to look for where they must not be."""
        found = self._get("secrets")
        return [*found["secrets"], *found["codes"]]

    def violations(self) -> list[Json]:
        """Return the rules that were broken: rows of `rule`, `detail`, `time`, `call`."""
        rows: list[Json] = self.state()["violations"]
        return rows

    def calls(self, kind: str = "") -> list[Json]:
        """Return the calls that came in, of one kind (`v2.create`) or a family of kinds (`token`)."""
        rows: list[Json] = self.state()["calls"]
        return [row for row in rows if not kind or row["kind"] == kind or row["kind"].startswith(kind + ".")]

    def meetings(self) -> list[Json]:
        """Return the meetings, oldest first."""
        rows: list[Json] = self.state()["meetings"]
        return rows

    def fault(self, name: str, *, times: int | None = 1, **args: Any) -> Json:
        """Switch a fault on for *times* strikes, or (None) until switched off."""
        return self._post("fault", name=name, times=times, args=args)

    def clear_faults(self) -> None:
        """Switch every fault off."""
        self._post("faults/clear")

    def reset(self) -> None:
        """Forget everything, mail included."""
        self._post("reset")

    def decide(self, decision: str, *, user: str = "robin") -> None:
        """Decide future consents: `allow`, `deny`, or `ask` to show the page again."""
        self._post("consent-decision", decision=decision, user=user)

    def remove_app(self, user: str = "robin", **options: Any) -> list[int | None]:
        """Remove the app at Zoom; return the statuses with which the app answered the event."""
        statuses: list[int | None] = self._post("remove-app", user=user, **options)["statuses"]
        return statuses

    def deliver_held(self, *, newest_first: bool = False) -> list[int | None]:
        """Deliver the events held back by `hold`; return the app's statuses."""
        statuses: list[int | None] = self._post("deliver-held", newest_first=newest_first)["statuses"]
        return statuses

    def url_validation(self, **options: Any) -> Json:
        """Send `endpoint.url_validation`; return `ok`, `problem`, `status`, `seconds`."""
        return self._post("url-validation", **options)

    def clock(self, offset_seconds: float) -> Json:
        """Set the sandbox's clock to so many seconds from now."""
        return self._post("clock", offset_seconds=offset_seconds)

    def app(self, **changes: Any) -> Json:
        """Change the registered app: `extra_scopes`, `redirect_uri`, `webhook_url` and so on."""
        return self._post("app", **changes)

    def user(self, user: str = "robin", **changes: Any) -> Json:
        """Change a user: `can_host`, `passcode_required`, `display_name` and so on."""
        return self._post("user", user=user, **changes)

    def marketplace_add(self, user: str = "robin") -> str:
        """Return the address a start from the Marketplace leads to: a code, and no state."""
        return str(self._post("marketplace-add", user=user)["location"])

    def note_disconnect(self, user: str = "robin") -> None:
        """Make any further use of this user's grants a violation."""
        self._post("note-disconnect", user=user)

    def mail(self, to: str = "") -> list[Json]:
        """Return the mails, oldest first, of one recipient or all."""
        rows: list[Json] = self._get("mail", to=to)["mails"]
        return rows

    def wait_for_mail(self, to: str = "", *, count: int = 1, seconds: float = 10) -> list[Json]:
        """Return the mails once there are *count*; `TimeoutError` where they do not come in time."""
        deadline = time.monotonic() + seconds
        while True:
            rows = self.mail(to)
            if len(rows) >= count:
                return rows
            if time.monotonic() > deadline:
                raise TimeoutError(f"{len(rows)} of {count} mails for {to or 'anybody'} came in {seconds} s.")
            time.sleep(0.05)

    def clear_mail(self) -> None:
        """Throw all mail away."""
        self._post("mail/clear")

    def _get(self, path: str, **query: str) -> Json:
        return _content(self._client.get(path, params=query))

    def _post(self, path: str, **wishes: Any) -> Json:
        return _content(self._client.post(path, json=wishes))


def _content(response: httpx.Response) -> Json:
    content: Json = response.json()
    if response.is_error:
        raise ValueError(content.get("error", f"The sandbox answered {response.status_code}."))
    return content
