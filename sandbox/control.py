"""A small client of the sandbox's control API, for tests and scripts."""

import ssl
import time
from datetime import date, datetime
from types import TracebackType
from typing import Any, ClassVar, Self

import httpx2

Json = dict[str, Any]
# The control API is plain HTTP on this machine; reading the system's certificates for it takes a while.
_NO_TLS = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)


class SandboxControl:
    """Steers a sandbox that runs at *base_url*; every method is one HTTP call."""

    def __init__(self, base_url: str) -> None:
        self._client = httpx2.Client(
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
        """Return what a stand-in says: `ask("google/state")`."""
        return self._get(path, **query)

    def tell(self, path: str, **wishes: Any) -> Json:
        """Have a stand-in do something: `tell("google/event", …)`."""
        return self._post(path, **wishes)

    def state(self) -> Json:
        """Return what the stand-ins share: calls, violations, faults, the clock."""
        return self._get("state")

    def secrets(self) -> list[str]:
        """Return every token, code and secret there is, to look for where they must not be."""
        found = self._get("secrets")
        return [*found["secrets"], *found["codes"]]

    def violations(self) -> list[Json]:
        """Return the rules that were broken: rows of `rule`, `detail`, `time`, `call`."""
        rows: list[Json] = SandboxControl.state(self)["violations"]
        return rows

    def calls(self, kind: str = "") -> list[Json]:
        """Return the calls that came in, of one kind (`v2.create`) or a family of kinds (`token`)."""
        rows: list[Json] = SandboxControl.state(self)["calls"]
        return [row for row in rows if not kind or row["kind"] == kind or row["kind"].startswith(kind + ".")]

    def fault(self, name: str, *, times: int | None = 1, **args: Any) -> Json:
        """Switch a fault on for *times* strikes, or (None) until switched off."""
        return self._post("fault", name=name, times=times, args=args)

    def clear_faults(self) -> None:
        """Switch every fault off."""
        self._post("faults/clear")

    def reset(self) -> None:
        """Forget everything, mail included."""
        self._post("reset")

    def clock(self, offset_seconds: float) -> Json:
        """Set the sandbox's clock to so many seconds from now."""
        return self._post("clock", offset_seconds=offset_seconds)

    def mail(self, to: str = "") -> list[Json]:
        """Return the mails, oldest first, of one recipient or all."""
        rows: list[Json] = self._get("mailbox/mails", to=to)["mails"]
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
        self._post("mailbox/clear")

    def _get(self, path: str, **query: str) -> Json:
        return _content(self._client.get(path, params=query))

    def _post(self, path: str, **wishes: Any) -> Json:
        return _content(self._client.post(path, json=wishes))


class CalendarControl:
    """Steers a stand-in of calendars in a sandbox; every method is one HTTP call.

    zone: of events that name none; empty is their calendar's.
    """

    part: ClassVar[str]
    zone: ClassVar[str] = ""

    def __init__(self, sandbox: SandboxControl) -> None:
        self.sandbox = sandbox

    def tell(self, path: str, **wishes: Any) -> Json:
        """Have the stand-in do something."""
        return self.sandbox.tell(f"{self.part}/{path}", **wishes)

    def state(self) -> Json:
        """Return all but tokens and secrets."""
        return self.sandbox.ask(f"{self.part}/state")

    def decide(self, decision: str, *, account: str = "robin", without: tuple[str, ...] = ()) -> None:
        """Decide future consents: `allow` (without some permissions), `deny`, or `ask` to show the page."""
        self.tell("decide", decision=decision, account=account, without=list(without))

    def add_calendar(self, calendar: str, **fields: Any) -> Json:
        """Put a calendar into an account's list, with the fields that the stand-in has for it."""
        return self.tell("calendar", id=calendar, **fields)

    def change_calendar(self, calendar: str = "primary", *, account: str = "robin", **fields: Any) -> Json:
        """Change an entry of a list of calendars."""
        return self.tell("calendar/change", calendar=calendar, account=account, **fields)

    def remove_calendar(self, calendar: str, *, account: str = "robin") -> None:
        """Take a calendar out of an account's list."""
        self.tell("calendar/remove", calendar=calendar, account=account)

    def add_event(self, start: date, end: date, *, calendar: str = "primary", **fields: Any) -> Json:
        """Put an event into a calendar, as its host would; two datetimes, or two dates for all-day.

        Fields are the service's (`transparency`, `attendees`, `showAs`…), and `account`, and `zone` for series.
        """
        zone = str(start.tzinfo) if isinstance(start, datetime) else ""
        given = {"zone": zone if "/" in zone else self.zone} | fields
        return self.tell("event", start=start.isoformat(), end=end.isoformat(), calendar=calendar, **given)

    def remove_event(self, event: str, *, calendar: str = "primary", account: str = "robin") -> None:
        """Delete an event, as its host would."""
        self.tell("event/remove", event=event, calendar=calendar, account=account)

    def page_size(self, size: int) -> None:
        """Set how many rows a page of a list has at most."""
        self.tell("page-size", size=size)

    def note_disconnect(self, account: str = "robin") -> None:
        """Make any further use of this account's grants a violation."""
        self.tell("note-disconnect", account=account)


def _content(response: httpx2.Response) -> Json:
    content: Json = response.json()
    if response.is_error:
        raise ValueError(content.get("error", f"The sandbox answered {response.status_code}."))
    return content
