"""Cal.com, read once: https://cal.com/docs/api-reference/v2 (API v2, as of November 2026); or out of its files.

Each endpoint has a version of its own, which the header `cal-api-version` asks for.
"""

from collections.abc import Callable
from urllib.parse import urlencode

from timetuna.lib.http import HttpClient, Json, part, text
from timetuna.lib.text import spoken
from timetuna.providers.base import LoginField
from timetuna.providers.bundle import (
    Bundle,
    BundleSource,
    ExportReader,
    OutsideBooking,
    OutsidePage,
    OutsidePerson,
    OutsideSchedule,
    Tell,
    nameless,
)
from timetuna.providers.calcom import shapes
from timetuna.providers.calcom.files import read_export
from timetuna.providers.errors import ProviderError
from timetuna.providers.paging import PatientReader, ReadRefused, ReadService
from timetuna.providers.registry import Config

SERVICE = ReadService(
    label="Cal.com", credential="key", where=spoken("Cal.com, Settings, Developer, API keys.")
)
MOST_BOOKINGS, MOST_TEAMS = 1_000, 50
_A_PAGE = 100
_EVENT_TYPES, _SCHEDULES, _BOOKINGS = (
    {"cal-api-version": version} for version in ("2024-06-14", "2024-06-11", "2024-08-13")
)


class CalCom(BundleSource, ExportReader):
    """Everything we do with Cal.com. Only GET is ever sent."""

    def __init__(self, config: Config, http: HttpClient) -> None:
        self._base, self._http = config["api_url"].rstrip("/"), http

    def credential(self) -> LoginField:
        return LoginField(
            "token",
            spoken("API key"),
            kind="password",
            help=spoken(
                "At Cal.com: Settings, Developer, API keys, Add. It begins with cal_. It is used for this one reading "
                "and is not kept; you can revoke it there afterwards."
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

    def read_file(self, content: bytes) -> Bundle:
        return read_export(content)


class _Reading:
    def __init__(self, reader: PatientReader) -> None:
        self.reader = reader
        self.lost: list[str] = []
        self.left_out = 0

    def everything(self) -> Bundle:
        self.reader.begin("your account")
        me = part(self.reader.get("/v2/me"), "data")
        account = shapes.outside_id(me.get("id"))
        if not account:
            raise self.reader.unreadable()
        self.reader.begin("your hours")
        schedules = self._each(self._data("/v2/schedules", _SCHEDULES), shapes.schedule)
        pages = self._pages(text(me, "username"))
        bookings = self._bookings()
        if self.left_out:
            self.lost.append(nameless(self.left_out, SERVICE.label))
        return Bundle(
            product="calcom",
            account=account,
            owner=OutsidePerson(name=shapes.line(me, "name"), email=shapes.address(text(me, "email"))),
            time_zone=shapes.line(me, "timeZone"),
            schedules=self._with_default(schedules, shapes.outside_id(me.get("defaultScheduleId"))),
            pages=pages,
            bookings=bookings,
            lost=tuple(self.lost),
        )

    def _with_default(self, found: tuple[OutsideSchedule, ...], default: str) -> tuple[OutsideSchedule, ...]:
        if default and not any(one.is_default for one in found):
            return tuple(shapes.as_default(one) if one.id == default else one for one in found)
        return found

    def _pages(self, username: str) -> tuple[OutsidePage, ...]:
        self.reader.begin("your event types")
        query = f"?{urlencode({'username': username})}" if username else ""
        rows = self._data(f"/v2/event-types{query}", _EVENT_TYPES)
        own = self._each(rows, lambda row: shapes.page(row, handle=username))
        return (*own, *self._team_pages())

    def _team_pages(self) -> tuple[OutsidePage, ...]:
        """Those of teams, which come with a plan that is paid."""
        self.reader.begin("your teams")
        found: list[OutsidePage] = []
        try:
            teams = self._data("/v2/teams", {})[:MOST_TEAMS]
        except ReadRefused as error:
            if error.status == 401:  # noqa: PLR2004 - then the key has ended meanwhile
                raise
            self.lost.append(spoken("Cal.com does not let this key see teams, so their pages are left out."))
            return ()
        for number, team in enumerate(teams, 1):
            if not (team_id := shapes.outside_id(team.get("id"))):
                continue
            people = {
                shapes.outside_id(row.get("userId")): shapes.person(part(row, "user"))
                for row in self._data(f"/v2/teams/{team_id}/memberships", {})
            }
            rows = self._data(f"/v2/teams/{team_id}/event-types", _EVENT_TYPES)
            slug = f"team/{text(team, 'slug')}"
            found += self._each(rows, self._of_team(slug, people))
            self.reader.count(number)
        return tuple(found)

    @staticmethod
    def _of_team(slug: str, people: dict[str, OutsidePerson]) -> "Callable[[Json], OutsidePage | None]":
        return lambda row: shapes.page(row, handle=slug, people=people)

    def _bookings(self) -> tuple[OutsideBooking, ...]:
        self.reader.begin("your bookings to come")
        rows: list[Json] = []
        query = {"status": "upcoming", "sortStart": "asc", "take": str(_A_PAGE)}

        def following(page: Json) -> str | None:
            told = part(page, "pagination")
            asked = f"/v2/bookings?{urlencode(query | {'skip': str(len(rows))})}"
            return asked if told.get("hasNextPage") is True and self.reader.rows(page, "data") else None

        for page in self.reader.pages(f"/v2/bookings?{urlencode(query)}", following, headers=_BOOKINGS):
            fresh = self.reader.rows(page, "data")
            known = {text(row, "uid") for row in rows}
            if any(text(row, "uid") in known for row in fresh if text(row, "uid")):
                raise ProviderError(
                    spoken(
                        "Cal.com gave the same bookings twice and may have kept others back, so nothing was taken "
                        "over. Try again in a few minutes."
                    ),
                    code="repeats",
                )
            rows += fresh
            self.reader.count(len(rows))
            if len(rows) > MOST_BOOKINGS:
                self.lost.append(
                    spoken(
                        "Your bookings beyond the next %(most)s are left out. Import again later for the rest."
                    )
                    % {"most": MOST_BOOKINGS}
                )
                break
        return self._each(rows[:MOST_BOOKINGS], shapes.booking)

    def _data(self, path: str, headers: dict[str, str]) -> list[Json]:
        """The rows of a list that comes whole."""
        answer = self.reader.get(path, headers=headers)
        if text(answer, "status") not in {"success", ""}:
            raise self.reader.unreadable()
        return self.reader.rows(answer, "data")

    def _each(self, rows: list[Json], read: Callable[[Json], shapes.T | None]) -> tuple[shapes.T, ...]:
        found = [read(row) for row in rows]
        known = tuple(one for one in found if one is not None)
        self.left_out += len(found) - len(known)
        return known
