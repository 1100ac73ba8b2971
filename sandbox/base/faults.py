"""The catalogue of everything that can be made to go wrong, and the box of what is switched on."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from sandbox.base.state import ActiveFault, Store

EVERYTHING = ("token", "revoke", "compliance", "v2")
TOKEN = ("token",)
V2 = ("v2",)
CREATE = ("v2.create",)
PROFILE = ("v2.users_me",)
COMPLIANCE = ("compliance",)


@dataclass(frozen=True)
class Fault:
    """One thing that can go wrong: what a person reads, when it strikes, and where.

    `stage` is `now` (done at once), `slow`, `before` (answers instead of Zoom), `after` (Zoom did its work),
    `shape` (changes the JSON of the answer), `rule` (changes how Zoom behaves), `event` (webhooks) or `smtp`.
    """

    words: str
    stage: str
    on: tuple[str, ...] = ()
    args: Mapping[str, Any] = field(default_factory=dict)


FAULTS: dict[str, Fault] = {
    # Done at once
    "expire_access_token": Fault("Every access token expires now", "now"),
    "revoke_grant": Fault("Every grant is revoked now, and no event is sent", "now"),
    # Any call
    "slow": Fault("The answer is slow", "slow", EVERYTHING, {"seconds": 4}),
    "reset_before": Fault("The connection is reset before anything is done", "before", CREATE),
    "reset_after": Fault("The meeting is made, then the connection is reset", "after", CREATE),
    "dropped_after": Fault(
        "The meeting is made, then the connection closes without an answer", "after", CREATE
    ),
    "truncated": Fault("The answer breaks off in the middle of its body", "after", EVERYTHING),
    "http_500_html": Fault("500 with a page of HTML", "before", V2),
    "http_502_html": Fault("502 with a page of HTML", "before", V2),
    "http_503_html": Fault("503 with a page of HTML", "before", V2),
    "http_502_after": Fault("The meeting is made, then a gateway answers 502", "after", CREATE),
    "not_json": Fault("200 with text that is no JSON", "before", V2),
    "huge_body": Fault("200 with eight megabytes of JSON", "before", V2),
    "redirect": Fault("A redirect to another host", "before", V2, {"location": "https://elsewhere.example/"}),
    "error_200": Fault("200 with a body shaped like an error", "before", V2),
    "xml_errors": Fault("Error bodies are XML whatever Accept says", "rule", V2),
    "extra_fields": Fault("Answers carry fields nobody has heard of", "shape", EVERYTHING),
    # Token endpoint
    "rotate_drop": Fault(
        "A refresh rotates the tokens, then the connection drops", "after", ("token.refresh",)
    ),
    "token_500_html": Fault("The token endpoint answers 500 with HTML", "before", TOKEN),
    "token_502_html": Fault("The token endpoint answers 502 with HTML", "before", TOKEN),
    "token_429": Fault("The token endpoint answers 429", "before", TOKEN),
    "token_missing_scope": Fault(
        "The token answer lacks a scope", "shape", TOKEN, {"scope": "meeting:write:meeting"}
    ),
    "token_without_refresh": Fault("The token answer lacks refresh_token", "shape", TOKEN),
    "expires_in": Fault("expires_in says 3600 instead of 3599", "shape", TOKEN, {"seconds": 3600}),
    "old_error_texts": Fault(
        "Token errors read invalid_request, as they once did", "shape", TOKEN, {"status": 400}
    ),
    "bare_error": Fault("Token errors lack their reason", "shape", TOKEN),
    "invalid_client": Fault("The token endpoint knows the app no more", "before", TOKEN, {"status": 400}),
    "invalid_grant": Fault("The token endpoint refuses code or token", "before", TOKEN, {"status": 400}),
    "old_access_dies": Fault("A refresh kills the access token before it", "rule", ("token.refresh",)),
    # API
    "unauthorized": Fault(
        "401, the access token is not accepted", "before", V2, {"message": "Invalid access token."}
    ),
    "rate_limit_second": Fault("429, the limit of this second", "before", V2, {"reset_in": 1}),
    "rate_limit_daily": Fault("429, the account's limit of this day", "before", V2, {"retry_after": ""}),
    "rate_limit_user": Fault(
        "429, this user's hundred meetings of the day, without headers", "before", CREATE
    ),
    "rate_limit_concurrent": Fault("429, too many requests at once", "before", V2),
    "users_me_fails": Fault(
        "The profile cannot be read",
        "before",
        PROFILE,
        {"status": 400, "code": 200, "message": "No permission."},
    ),
    "no_display_name": Fault("The profile lacks display_name", "shape", PROFILE),
    "no_names": Fault("The profile lacks every name", "shape", PROFILE),
    "no_user_id": Fault("The profile lacks the user's id", "shape", PROFILE),
    "cannot_host": Fault("3161, this user may not host meetings", "before", CREATE),
    "validation_300": Fault(
        "300, the passcode breaks the account's rules",
        "before",
        CREATE,
        {"field": "password", "message": "Password does not meet the account's requirements."},
    ),
    "create_4711": Fault("4711, the token lacks the scope", "before", CREATE),
    "user_missing": Fault("1001, the user does not exist", "before", V2),
    "no_password": Fault("The meeting has no passcode", "shape", CREATE),
    "empty_password": Fault("The meeting's passcode is an empty text", "shape", CREATE),
    "join_url_without_pwd": Fault("The join link does not carry the passcode", "shape", CREATE),
    "join_url_missing": Fault("The meeting has no join link", "shape", CREATE),
    "join_url_javascript": Fault("The join link is a javascript: address", "shape", CREATE),
    "join_url_http": Fault("The join link is plain http", "shape", CREATE),
    "no_uuid": Fault("The meeting has no uuid", "shape", CREATE),
    "id_as_text": Fault("The meeting's id is a text", "shape", CREATE),
    "start_time_shifted": Fault("The meeting comes back an hour later", "shape", CREATE, {"minutes": 60}),
    "start_time_missing": Fault("The meeting comes back without a start", "shape", CREATE),
    "unknown_timezone_error": Fault("An unknown time zone is refused, not guessed", "rule", CREATE),
    # Consent
    "preapproval": Fault("An administrator must approve the app first", "before", ("authorize",)),
    "lenient_scope": Fault("A scope parameter is tolerated at authorize", "rule", ("authorize",)),
    "decline_without_redirect": Fault(
        "After Decline the person is left on Zoom's page", "rule", ("consent",)
    ),
    "decline_without_state": Fault("After Decline the redirect lacks the state", "rule", ("consent",)),
    # Data compliance
    "compliance_404": Fault("The compliance call is gone", "before", COMPLIANCE),
    "compliance_500": Fault("The compliance call fails", "before", COMPLIANCE),
    "compliance_timeout": Fault("The compliance call hangs", "slow", COMPLIANCE, {"seconds": 30}),
    # Events: they apply to the next removal
    "event_duplicate": Fault("The event comes twice", "event", (), {"duplicate": 2}),
    "event_late": Fault(
        "The event comes an hour late", "event", (), {"event_time_offset": -3600, "timestamp_offset": -3600}
    ),
    "event_held": Fault("The event is held back until it is let go", "event", (), {"hold": True}),
    "event_lost": Fault("The event never comes", "event", (), {"lost": True}),
    "event_bad_signature": Fault(
        "The event is signed with another key", "event", (), {"bad_signature": True}
    ),
    "event_no_signature": Fault("The event is not signed", "event", (), {"no_signature": True}),
    "event_reindented": Fault("The event is re-indented after signing", "event", (), {"reindent": True}),
    "event_emoji": Fault("The event carries a fish and umlauts", "event", (), {"emoji": True}),
    "event_legacy": Fault("The event has the shape of 2019", "event", (), {"shape": "legacy"}),
    "event_other_client": Fault("The event is for another app", "event", (), {"other_client": True}),
    "event_without_user": Fault("The event names no user", "event", (), {"without_user": True}),
    "retry_4xx": Fault("Events answered with 3xx or 4xx are sent again as well", "rule", ("event",)),
    "stale_retries": Fault("Repeated events keep their first timestamp", "rule", ("event",)),
    # Mail
    "smtp_421": Fault("The mail server turns connections away", "smtp", ("connect",)),
    "smtp_451": Fault("The mail server refuses for now", "smtp", ("rcpt",)),
    "smtp_550": Fault("The mail server does not know the recipient", "smtp", ("rcpt",), {"to": ""}),
    "smtp_slow": Fault("The mail server takes its time", "smtp", ("data",), {"seconds": 4}),
    "smtp_drop": Fault("The mail is kept, but the connection drops before the 250", "smtp", ("data",)),
}


class UnknownFaultError(Exception):
    """No fault has this name, or its arguments make no sense."""


class FaultBox:
    """The switched-on faults of one sandbox, out of its catalogue."""

    def __init__(self, store: Store, catalogue: Mapping[str, Fault] = FAULTS) -> None:
        self._store = store
        self._catalogue = catalogue

    def switch_on(self, name: str, *, times: int | None, args: dict[str, Any]) -> None:
        """Switch *name* on for *times* strikes, or (None) until it is switched off."""
        if name not in self._catalogue:
            raise UnknownFaultError(f"There is no fault called {name}.")
        if times is not None and times < 1:
            raise UnknownFaultError("A fault strikes at least once; send null to keep it until switched off.")
        with self._store.lock:
            self._store.data.faults.append(ActiveFault(name, times, args))

    def switch_off(self, name: str) -> None:
        """Switch *name* off."""
        with self._store.lock:
            rows = self._store.data.faults
            rows[:] = [row for row in rows if row.name != name]

    def clear(self) -> None:
        """Switch everything off."""
        with self._store.lock:
            self._store.data.faults.clear()

    def take(
        self, stage: str, *, kind: str, name: str = "", to: str = ""
    ) -> tuple[str, dict[str, Any]] | None:
        """Use up one strike of the first fault of *stage* for *kind*; return its name and arguments.

        Where the fault is meant for one recipient, it strikes only when *to* is that one.
        """
        with self._store.lock:
            rows = self._store.data.faults
            for row in rows:
                if self._is(row, stage, kind, to) and name in {"", row.name}:
                    return self._strike(row)
        return None

    def take_all(self, stage: str, *, kind: str) -> list[tuple[str, dict[str, Any]]]:
        """Use up one strike of every fault of *stage* that applies to *kind*."""
        with self._store.lock:
            rows = [row for row in self._store.data.faults if self._is(row, stage, kind, "")]
            return [self._strike(row) for row in rows]

    def rules(self, name: str, *, kind: str) -> bool:
        """Use up one strike of the rule *name*, and say whether it was on."""
        return self.take("rule", kind=kind, name=name) is not None

    def _strike(self, row: ActiveFault) -> tuple[str, dict[str, Any]]:
        if row.times is not None:
            row.times -= 1
            if row.times < 1:
                self._store.data.faults.remove(row)
        return row.name, {**self._catalogue[row.name].args, **row.args}

    def _is(self, row: ActiveFault, stage: str, kind: str, to: str) -> bool:
        """Say whether the fault strikes calls of *kind*; `on` in its arguments overrides the catalogue."""
        fault = self._catalogue.get(row.name)
        if fault is None or fault.stage != stage:
            return False
        if row.args.get("to") and str(row.args["to"]).lower() != to.lower():
            return False
        chosen = row.args.get("on")
        places = (str(chosen),) if chosen else fault.on
        return not places or any(kind == place or kind.startswith(place + ".") for place in places)
