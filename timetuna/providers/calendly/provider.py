"""Calendly, read once: https://developer.calendly.com (API v2, as of November 2026).

What its API does not tell: buffers, notice and the window of an event type, calendars, mails and payments.
"""

from datetime import UTC, datetime
from urllib.parse import urlencode, urlsplit

from timetuna.lib.http import HttpClient, Json, part, text
from timetuna.lib.text import spoken
from timetuna.providers.base import LoginField
from timetuna.providers.bundle import (
    Bundle,
    BundleSource,
    OutsideBooking,
    OutsidePage,
    OutsidePerson,
    OutsideSchedule,
    Tell,
    nameless,
)
from timetuna.providers.calendly import shapes
from timetuna.providers.paging import PatientReader, ReadRefused, ReadService
from timetuna.providers.registry import Config

SERVICE = ReadService(
    label="Calendly",
    credential="token",
    where=spoken("Calendly, Integrations, API and webhooks, Personal access tokens."),
)
MOST_BOOKINGS, MOST_PAGES = 1_000, 300
_A_PAGE = 100
NOT_TOLD = spoken(
    "Calendly does not share buffers, notice, how far ahead guests can book, reminders and payments. "
    "Imported pages start with TimeTuna’s defaults for these."
)


class Calendly(BundleSource):
    """Everything we do with Calendly. Only GET is ever sent."""

    def __init__(self, config: Config, http: HttpClient) -> None:
        self._base, self._http = config["api_url"].rstrip("/"), http

    def credential(self) -> LoginField:
        return LoginField(
            "token",
            spoken("Personal access token"),
            kind="password",
            help=spoken(
                "At Calendly: Integrations & apps, API and webhooks, Personal access tokens, Generate new token. It "
                "is used for this one reading and is not kept; you can revoke it there afterwards."
            ),
            secret=True,
        )

    def read(self, credential: str, *, tell: Tell) -> Bundle:
        reader = PatientReader(
            service=SERVICE,
            base=self._base,
            headers={"Authorization": f"Bearer {credential}"},
            http=self._http,
            tell=tell,
        )
        return _Reading(reader).everything()


class _Reading:
    def __init__(self, reader: PatientReader) -> None:
        self.reader = reader
        self.lost = [NOT_TOLD]
        self.left_out = 0

    def everything(self) -> Bundle:
        self.reader.begin("your account")
        me = part(self.reader.get("/users/me"), "resource")
        user, organization = text(me, "uri"), text(me, "current_organization")
        if not user:
            raise self.reader.unreadable()
        schedules = self._schedules(user)
        pages = self._pages(user, organization)
        bookings = self._bookings(user)
        if self.left_out:
            self.lost.append(nameless(self.left_out, SERVICE.label))
        return Bundle(
            product="calendly",
            account=user,
            owner=OutsidePerson(name=shapes.line(me, "name"), email=shapes.address(text(me, "email"))),
            time_zone=shapes.line(me, "timezone"),
            schedules=schedules,
            pages=pages,
            bookings=bookings,
            lost=tuple(self.lost),
        )

    def _schedules(self, user: str) -> tuple[OutsideSchedule, ...]:
        self.reader.begin("your hours")
        page = self.reader.get(f"/user_availability_schedules?{urlencode({'user': user})}")
        found = [shapes.schedule(row) for row in self.reader.rows(page, "collection")]
        return tuple(self._known(found))

    def _pages(self, user: str, organization: str) -> tuple[OutsidePage, ...]:
        self.reader.begin("your event types")
        rows = self._list("/event_types", {"user": user}, most=MOST_PAGES)
        shared = [row for row in rows if shapes.is_shared(row)]
        people = self._people(organization) if shared else {}
        self.reader.begin("who hosts your event types", total=len(shared))
        hosts: dict[str, tuple[OutsidePerson, ...]] = {}
        for number, row in enumerate(shared, 1):
            hosts[text(row, "uri")] = self._hosts(row, people)
            self.reader.count(number)
        found = [shapes.page(row, hosts.get(text(row, "uri"), ())) for row in rows]
        return tuple(self._known(found))

    def _people(self, organization: str) -> dict[str, OutsidePerson]:
        """Colleagues by their uri; nobody where the token may not see them."""
        self.reader.begin("your colleagues")
        try:
            rows = self._list("/organization_memberships", {"organization": organization})
        except ReadRefused:
            self.lost.append(
                spoken("Calendly does not let this token see your colleagues, so shared pages name nobody.")
            )
            return {}
        return {text(part(row, "user"), "uri"): shapes.person(part(row, "user")) for row in rows}

    def _hosts(self, row: Json, people: dict[str, OutsidePerson]) -> tuple[OutsidePerson, ...]:
        try:
            rows = self._list("/event_type_memberships", {"event_type": text(row, "uri")})
        except ReadRefused:
            return ()
        members = [part(one, "member") for one in rows]
        named = (people.get(text(one, "uri")) or shapes.person(one) for one in members)
        return tuple(one for one in named if one.email)

    def _bookings(self, user: str) -> tuple[OutsideBooking, ...]:
        self.reader.begin("your bookings to come")
        now = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%S.000000Z")
        asked = {"user": user, "status": "active", "sort": "start_time:asc", "min_start_time": now}
        rows = self._list("/scheduled_events", asked, most=MOST_BOOKINGS)
        self.reader.begin("your bookings to come", total=len(rows))
        found = []
        for number, row in enumerate(rows, 1):
            found.append(shapes.booking(row, self._invitees(row)))
            self.reader.count(number)
        return tuple(self._known(found))

    def _invitees(self, row: Json) -> list[Json]:
        path = urlsplit(text(row, "uri")).path
        if not shapes.is_path(path):
            return []
        return self._list(f"/scheduled_events/{path.rpartition('/')[2]}/invitees", {"status": "active"})

    def _list(self, path: str, query: dict[str, str], *, most: int = MOST_BOOKINGS) -> list[Json]:
        rows: list[Json] = []
        first = f"{path}?{urlencode(query | {'count': str(_A_PAGE)})}"

        def following(page: Json) -> str | None:
            token = text(part(page, "pagination"), "next_page_token")
            return f"{first}&{urlencode({'page_token': token})}" if token else None

        for page in self.reader.pages(first, following):
            rows += self.reader.rows(page, "collection")
            if len(rows) > most:
                self.lost.append(
                    spoken(
                        "There is more than can be taken over at once: %(step)s beyond %(most)s are left out. Import "
                        "again "
                        "later for the rest."
                    )
                    % {"step": self.reader.step.step, "most": most}
                )
                return rows[:most]
        return rows

    def _known(self, found: list[shapes.T | None]) -> list[shapes.T]:
        known = [one for one in found if one is not None]
        self.left_out += len(found) - len(known)
        return known
