"""Reading all that somebody has at a service: list after list, page after page, as slowly as the service asks.

What is cut off, is no JSON or fails for a moment is asked for again; what stays so ends the reading in a sentence. No
sentence and no log has the credential in it.
"""

import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import ClassVar

from timetuna.lib.http import HttpClient, HttpError, Json, Response, parse_retry_after
from timetuna.lib.text import spoken
from timetuna.providers.bundle import Progress, Tell
from timetuna.providers.errors import ProviderError
from timetuna.providers.rest import FORBIDDEN, NOT_FOUND, SERVER_ERROR, SUCCESS, TOO_MANY, UNAUTHORIZED

MOST_BYTES = 5_000_000
MOST_PAGES = 200
PAUSES = (1.0, 4.0, 10.0)
"""Seconds before each further try of a call that failed."""
LONGEST_PAUSE, PATIENCE = timedelta(minutes=5), timedelta(minutes=30)
"""At once, and in all, for a service that asks for pauses: 50 calls a minute need a minute's wait for each 50."""
_MINUTE = 60.0


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadService:
    """label: what it is called.  credential: what opens it, as in "token".  where: it is found there."""

    label: str
    credential: str
    where: str


class ReadRefused(ProviderError):  # noqa: N818 - it names what happened
    """The service does not let this credential read this. status: its answer's."""

    def __init__(self, message: str, *, status: int) -> None:
        super().__init__(message, code=f"http:{status}", permanent=True)
        self.status = status


class _Again(Exception):  # noqa: N818 - it is an order
    """Worth another try. `str()` is the sentence if there is none."""


@dataclass(kw_only=True)
class PatientReader:
    """Reads for one import. step: what is read at the moment, for whoever waits and for sentences.

    waited: how much of its patience has gone.
    """

    service: ReadService
    base: str
    headers: Mapping[str, str] = field(repr=False)
    http: HttpClient
    tell: Tell
    step: Progress = field(default_factory=lambda: Progress("your account"))
    waited: float = 0.0
    pauses: ClassVar[tuple[float, ...]] = PAUSES

    def __post_init__(self) -> None:
        """Paths hold ids of people, and stay out of the log."""
        self.http = replace(self.http, log_paths=False, max_bytes=MOST_BYTES)

    def sleep(self, seconds: float) -> None:
        """Wait, for the service to be well again or to let us ask."""
        time.sleep(seconds)

    def begin(self, step: str, *, total: int = 0) -> None:
        self.step = Progress(step, total=total)
        self.tell(self.step)

    def count(self, done: int) -> None:
        self.step = replace(self.step, done=done)
        self.tell(self.step)

    def get(self, path: str, *, headers: Mapping[str, str] | None = None) -> Json:
        """Return the answer's object. path: below `base`. Raises ProviderError, ReadRefused."""
        for pause in (*self.pauses, None):
            try:
                return self._try(path, headers or {})
            except _Again as again:
                if pause is None:
                    raise ProviderError(str(again), code="not-read") from None
                self.sleep(pause)
        raise AssertionError("the last try returns or raises")

    def pages(
        self, path: str, following: Callable[[Json], str | None], *, headers: Mapping[str, str] | None = None
    ) -> Iterator[Json]:
        """Yield each page of a list. following: of a page the path of the next one, None at the end.

        Raises ProviderError, also in the middle, and for a list that leads back into itself.
        """
        seen: set[str] = set()
        next_path: str | None = path
        while next_path is not None:
            if next_path in seen or len(seen) == MOST_PAGES:
                raise ProviderError(
                    spoken("%(label)s gave a list of %(step)s that does not end, so nothing was taken over.")
                    % {"label": self.service.label, "step": self.step.step},
                    code="endless",
                )
            seen.add(next_path)
            page = self.get(next_path, headers=headers)
            yield page
            next_path = following(page)

    def rows(self, page: Json, name: str) -> list[Json]:
        """The rows of a list. Raises ProviderError where it is none, or holds something else."""
        found = page.get(name)
        if not isinstance(found, list) or not all(isinstance(one, dict) for one in found):
            raise self.unreadable()
        return found

    def unreadable(self) -> ProviderError:
        return ProviderError(self._not_whole(), code="protocol")

    def _try(self, path: str, headers: Mapping[str, str]) -> Json:
        sent = {"Accept": "application/json", **self.headers, **headers}
        while True:
            try:
                response = self.http.request("GET", self.base.rstrip("/") + path, headers=sent)
            except HttpError as error:
                raise _Again(
                    self._not_whole()
                    if error.kind in {"protocol", "reset", "encoding"}
                    else spoken(
                        "%(label)s cannot be reached at the moment. Nothing was taken over; try again in a few "
                        "minutes."
                    )
                    % {"label": self.service.label}
                ) from None
            if response.status != TOO_MANY:
                return self._answer(response)
            self._wait(response)

    def _answer(self, response: Response) -> Json:
        if response.status in SUCCESS:
            found = response.fields()
            if not found:
                raise _Again(self._not_whole())
            return found
        if response.status >= SERVER_ERROR:
            raise _Again(
                spoken(
                    "%(label)s has a problem at the moment (answer %(status)s). Nothing was taken over; try "
                    "again "
                    "in a few minutes."
                )
                % {"label": self.service.label, "status": response.status}
            )
        raise ReadRefused(self._refusal(response.status), status=response.status)

    def _refusal(self, status: int) -> str:
        label, credential = self.service.label, self.service.credential
        if status == UNAUTHORIZED:
            return spoken(
                "%(label)s does not accept this %(credential)s. Copy it once more, whole: %(where)s"
            ) % {"label": label, "credential": credential, "where": self.service.where}
        if status == FORBIDDEN:
            return spoken(
                "%(label)s does not let this %(credential)s read %(step)s. Either the %(credential)s lacks that right, "
                "or your plan there does not have it."
            ) % {"label": label, "credential": credential, "step": self.step.step}
        if status == NOT_FOUND:
            return spoken("%(label)s does not know %(step)s by the address that TimeTuna asks.") % {
                "label": label,
                "step": self.step.step,
            }
        return spoken("%(label)s refused to give %(step)s (answer %(status)s).") % {
            "label": label,
            "step": self.step.step,
            "status": status,
        }

    def _wait(self, response: Response) -> None:
        """Sleep as long as the service asks. Raises ProviderError where that is more than anybody waits for."""
        seconds = max(_asked_pause(response), 0.0)
        self.waited += seconds
        if seconds > LONGEST_PAUSE.total_seconds() or self.waited > PATIENCE.total_seconds():
            raise ProviderError(
                spoken(
                    "%(label)s asks for longer pauses than TimeTuna waits. Nothing was taken over; try again in "
                    "an hour."
                )
                % {"label": self.service.label},
                code="http:429",
            )
        self.tell(replace(self.step, waits_seconds=round(seconds) or 1))
        self.sleep(seconds)
        self.tell(self.step)

    def _not_whole(self) -> str:
        return spoken(
            "%(label)s gave an answer about %(step)s that is not whole or cannot be read. Nothing was taken "
            "over; try again in a few minutes."
        ) % {"label": self.service.label, "step": self.step.step}


def _asked_pause(response: Response) -> float:
    """In seconds; a minute where the service does not say."""
    now = datetime.now(UTC)
    until = parse_retry_after(response.headers.get("retry-after", ""), now=now)
    if until is not None:
        return (until - now).total_seconds()
    for name in ("x-ratelimit-reset", "ratelimit-reset"):
        told = response.headers.get(name, "").strip()
        if told.isascii() and told.isdigit() and len(told) <= 4:  # noqa: PLR2004 - seconds; a moment has ten digits
            return float(told)
    return _MINUTE
