"""What the APIs of online services have in common: calls with JSON, lists in pages, what a refusal means.

Each service says in an `OnlineService` what it is called, and which words its errors are known by.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any, ClassVar
from urllib.parse import quote, urlencode, urlsplit

from timetuna.lib.http import (
    Body,
    HttpClient,
    HttpError,
    Json,
    Response,
    parse_retry_after,
    part,
    parts,
    text,
)
from timetuna.lib.text import single_line, spoken
from timetuna.providers.base import Profile
from timetuna.providers.errors import AccessTokenRefused, NeedsReconnect, ProviderError

BAD_REQUEST, UNAUTHORIZED, FORBIDDEN, NOT_FOUND, NOT_ALLOWED = 400, 401, 403, 404, 405
CONFLICT, GONE, TOO_MANY, SERVER_ERROR = 409, 410, 429, 500
SUCCESS, NO_CONTENT = range(200, 300), 204
ID = re.compile(r"[\x21-\x7e]{1,1024}")
NAME_LENGTH, EMAIL_LENGTH = 200, 320
_COLOR = re.compile("#[0-9a-f]{6}")
_WORD = re.compile("[A-Za-z0-9_.]{1,80}")
_MINUTE = timedelta(minutes=1)


def color(value: str) -> str:
    """As "#rrggbb", or an empty text where it is none."""
    return value.lower() if _COLOR.fullmatch(value.lower()) else ""


class Refused(ProviderError):  # noqa: N818 - it names what happened
    """The service answered with an error status. absent: what was asked for is not there."""

    def __init__(
        self, message: str, *, code: str, status: int, permanent: bool, absent: bool = False
    ) -> None:
        super().__init__(message, code=code, permanent=permanent)
        self.status = status
        self.absent = absent


@dataclass(frozen=True, slots=True, kw_only=True)
class OnlineService:
    """What a service is called in sentences, and the words in its errors that say more than the status.

    company: who answers.  name: what answers.  label: what hosts connect; allow: what they do at its consent page.
    sharing: where a calendar's sharing is to be seen.  meetings: its online meetings; no_meetings: the word in an
    error's text, and our code, where a calendar cannot have them.
    words: reads out of an error (`{"error": …}`) the words it is known by, the most telling first.
    scope, limits, absent: words for a permission that is missing, a limit, a thing that is not there.
    own: the error for words that mean something at this service only.
    """

    slug: str
    company: str
    name: str
    label: str
    allow: str
    sharing: str
    meetings: str
    no_meetings: tuple[str, str]
    words: Callable[[Json], list[str]]
    own: Callable[[set[str]], ProviderError | None]
    scope: frozenset[str]
    limits: frozenset[str] = frozenset()
    absent: frozenset[str] = frozenset()

    def unreachable(self, error: HttpError, *, creates: bool) -> ProviderError:
        unknown = error.sent and creates
        return ProviderError(
            spoken(
                "%(name)s did not answer, and may or may not have made the event; this is looked up and tried again."
            )
            % {"name": self.name}
            if unknown
            else spoken("%(name)s could not be reached; this is tried again.") % {"name": self.name},
            code=f"network:{error.kind}",
            outcome_unknown=unknown,
        )

    def unreadable(
        self, what: str = "with something that cannot be read", *, creates: bool = False
    ) -> ProviderError:
        """For a good status with an answer that is not whole."""
        return ProviderError(
            spoken("%(name)s answered %(what)s; this is tried again.") % {"name": self.name, "what": what},
            code="protocol",
            outcome_unknown=creates,
        )

    def refusal(self, response: Response, *, creates: bool = False) -> ProviderError | NeedsReconnect:
        """Return the error to raise for an answer that is none.

        creates: something new may have been made although no good answer came.
        """
        status, found = response.status, self._words(response)
        if status == UNAUTHORIZED:
            return AccessTokenRefused(
                spoken("%(company)s does not accept the access token any more.") % {"company": self.company},
                code=f"{self.slug}:401",
            )
        if self.scope & {*found}:
            return NeedsReconnect(
                spoken(
                    "%(company)s was not given a permission that is needed. Connect %(label)s again and %(allow)s."
                )
                % {"company": self.company, "label": self.label, "allow": self.allow},
                code=f"{self.slug}:scope",
            )
        if status == TOO_MANY or (status == FORBIDDEN and self.limits & {*found}):
            return ProviderError(
                spoken(
                    "%(company)s’s limit of requests is reached; this is tried again when %(company)s allows it."
                )
                % {"company": self.company},
                code=f"{self.slug}:429",
                retry_after=_when(response) or datetime.now(UTC) + _MINUTE,
            )
        return self.own({*found}) or self._other(response, found, creates=creates)

    def _other(self, response: Response, found: list[str], *, creates: bool) -> ProviderError:
        status, absent = response.status, response.status in {NOT_FOUND, GONE} or bool(self.absent & {*found})
        if status >= SERVER_ERROR and not absent:
            return ProviderError(
                spoken("%(name)s has a problem at the moment; this is tried again.") % {"name": self.name},
                code=f"http:{status}",
                retry_after=_when(response),
                outcome_unknown=creates,
            )
        reason = next(iter(found), "")
        code, no_meetings = f"{self.slug}:{reason or status}", False
        if status == BAD_REQUEST and not absent:
            no_meetings = self.no_meetings[0] in text(_error(response), "message").lower()
            code = self.no_meetings[1] if no_meetings else code
        return Refused(
            self._refused(status, reason, absent=absent, no_meetings=no_meetings),
            code="gone" if absent else code,
            status=status,
            permanent=absent or status in {FORBIDDEN, BAD_REQUEST},
            absent=absent,
        )

    def _refused(self, status: int, reason: str, *, absent: bool, no_meetings: bool) -> str:
        said = spoken("%(name)s did not answer as it should; this is tried again.")
        if absent:
            said = spoken("%(company)s does not know this calendar any more.")
        elif status == FORBIDDEN:
            said = spoken("%(company)s refused: this account may not do that with this calendar.")
            said = f"{said} {spoken('Look at its sharing %(sharing)s.')}"
        elif status == CONFLICT:
            said = spoken("%(company)s knows this event already; this is tried again.")
        elif no_meetings:
            said = spoken("%(company)s refused: this calendar cannot have %(meetings)s meetings.")
        elif status == BAD_REQUEST:
            said = spoken("%(company)s did not accept the details of this request (%(reason)s).")
        return said % {
            "name": self.name,
            "company": self.company,
            "sharing": self.sharing,
            "meetings": self.meetings,
            "reason": reason or status,
        }

    def profile(self, user_id: str, email: str, name: str) -> Profile:
        """Raises ProviderError."""
        if not ID.fullmatch(user_id) or "@" not in email:
            raise self.unreadable("without saying whose account this is")
        email, name = single_line(email, max_length=EMAIL_LENGTH), single_line(name, max_length=NAME_LENGTH)
        return Profile(user_id=user_id, account_id="", email=email, display_name=name or email[:NAME_LENGTH])

    def _words(self, response: Response) -> list[str]:
        return [word for word in self.words(_error(response)) if _WORD.fullmatch(word)]


class JsonApi:
    """Calls a service with ready access tokens, at its own address only. Nothing is repeated in here.

    rows: what the rows of a list are called.  prefer: what every call prefers (RFC 7240).
    """

    service: ClassVar[OnlineService]
    rows: ClassVar[str]
    most_pages: ClassVar[int]
    most_bytes: ClassVar[int]
    prefer: ClassVar[str] = ""

    def __init__(self, base: str, *, http: HttpClient) -> None:
        self._base = base.rstrip("/")
        # A calendar's id is often somebody's mail address, and it stands in the path.
        self._http = replace(http, log_paths=False, max_bytes=self.most_bytes)

    def call(
        self,
        method: str,
        address: str,
        *,
        credential: str,
        body: Any = None,
        creates: bool = False,
        prefer: str = "",
    ) -> Json:
        """Make a call and return the answer's object. Raises ProviderError (often Refused), NeedsReconnect.

        address: a path with its query (see `with_query`), or a link that the service gave.  prefer: beside what is
        always preferred.
        """
        preferred = ", ".join(filter(None, (self.prefer, prefer)))
        headers = {"Authorization": f"Bearer {credential}", "Accept": "application/json"}
        headers |= {"Prefer": preferred} if preferred else {}
        sent = None if body is None else Body.json(body)
        try:
            response = self._http.request(method, self._whole(address), headers=headers, body=sent)
        except HttpError as error:
            raise self.service.unreachable(error, creates=creates) from None
        if response.status == NO_CONTENT:
            return {}
        if response.status not in SUCCESS:
            raise self.service.refusal(response, creates=creates)
        found = response.fields()
        if not found:
            raise self.service.unreadable(creates=creates)
        return found

    def pages(self, address: str, *, credential: str, prefer: str = "") -> Iterator[Json]:
        """Each with its rows. Raises as `call` does, also in the middle of the list."""
        following: Any = self._whole(address)
        seen: set[str] = set()
        for _ in range(self.most_pages):
            seen.add(following)
            page = self.call("GET", following, credential=credential, prefer=prefer)
            rows = page.get(self.rows)
            if not isinstance(rows, list) or len(rows) != len(parts(page, self.rows)):
                raise self.service.unreadable("with a list that is not whole")
            yield page
            following = self.following(page, following)
            if following is None:
                return
            if not isinstance(following, str) or following in seen:
                raise self.service.unreadable("with a list that does not end")
        raise self.service.unreadable("with more than can be read")

    def following(self, page: Json, address: str) -> Any:
        """Where the next page is; None at the end, anything else where that cannot be read."""
        raise NotImplementedError

    def leads_here(self, link: str) -> bool:
        """Whether a link that was given or kept leads to the service; the access token goes nowhere else."""
        try:
            found, home = urlsplit(link), urlsplit(self._base)
        except ValueError:
            return False
        same = (found.scheme, found.netloc) == (home.scheme, home.netloc)
        return same and found.path.startswith(f"{home.path}/") and "\\" not in link

    def _whole(self, address: str) -> str:
        if address.startswith("/"):
            return self._base + address
        if self.leads_here(address):
            return address
        raise self.service.unreadable("with a link that leads elsewhere")


def with_query(path: str, query: Mapping[str, str]) -> str:
    """Spaces are written as %20, which all of OData's expressions survive."""
    return f"{path}?{urlencode(query, quote_via=quote)}"


def _error(response: Response) -> Json:
    return part(response.fields(), "error")


def _when(response: Response) -> datetime | None:
    return parse_retry_after(response.headers.get("retry-after", ""), now=datetime.now(UTC))
