"""Whose figures somebody may see: those of pages whose bookings they see, and everywhere else of their own meetings."""

from dataclasses import dataclass

from django.db.models import Exists, F, OuterRef, Q

from timetuna.accounts.models import User
from timetuna.bookings.listing import Mine
from timetuna.bookings.models import BookingHost
from timetuna.bookings.permissions import hosts_seen_by
from timetuna.db.each import IsAmong
from timetuna.insights.models import DayFigure
from timetuna.pages.permissions import Action, pages_for


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """What there is for somebody to see, and what of it they ask for; ids are of these only.

    whole: the pages of which they see every booking.  titles: of all pages they may ask for, in order, by id.
    hosts, teams: the names of those they may ask for, by id.  of_team: the pages of each team.
    """

    user: int
    whole: frozenset[int]
    titles: dict[int, str]
    hosts: dict[int, str]
    teams: dict[int, str]
    of_team: dict[int, frozenset[int]]
    page: int | None = None
    host: int | None = None
    team: int | None = None

    def pages(self) -> frozenset[int]:
        """Of which all that is booked is asked for, or of one host."""
        wanted = self.whole & self.of_team.get(self.team, frozenset()) if self.team else self.whole
        return wanted & {self.page} if self.page else wanted

    def rows(self) -> list[Q]:
        """Of the days, each booking once: in parts, each of which an index has, where all of them have none."""
        return [Q(self._of_pages(), host=self.host), self._own()]

    def rows_by_host(self) -> list[Q]:
        """Of the days, each booking once for each host whom it concerns, likewise."""
        hosts = Q(host=self.host) if self.host else Q(host__isnull=False)
        return [Q(self._of_pages()) & hosts, self._own()]

    def rows_of_looks(self) -> Q:
        """Of the days on which pages were opened, whoever was met then."""
        return Q(self._of_pages(), host=None, clock=DayFigure.Clock.MADE)

    def _of_pages(self) -> IsAmong:
        return IsAmong(F("page_id"), sorted(self.pages()))

    def bookings_among(self, bookings: Mine) -> Mine:
        """The bookings that these days count."""
        hosting = BookingHost.objects.filter(booking=OuterRef("pk"))
        of_pages = Q(page__in=self.pages())
        if self.host:
            of_pages &= Q(Exists(hosting.filter(host=self.host)))
        found: Mine = bookings.filter(
            of_pages | (self._elsewhere() & Q(Exists(hosting.filter(host=self.user))))
        )
        return found

    def _own(self) -> Q:
        return self._elsewhere() & Q(host=self.user)

    def _elsewhere(self) -> Q:
        """Where they see their own meetings only, if these are among what is asked for."""
        if self.team or (self.host and self.host != self.user) or self.page in self.whole:
            return Q(pk=None)
        if self.page:
            return Q(page=self.page)
        return Q(page=None) | ~Q(IsAmong(F("page_id"), sorted(self.whole)))


def scope_of(user: User) -> Scope:
    """All there is, in three queries."""
    seen = (
        pages_for(user, to=Action.SEE)
        .order_by("title", "pk")
        .values_list("pk", "title", "team", "team__name")
    )
    rows = list(seen)
    whole = frozenset(pages_for(user, to=Action.BOOKINGS).values_list("pk", flat=True))
    teams = {team: name for pk, _, team, name in rows if team and pk in whole}
    return Scope(
        user=user.pk,
        whole=whole,
        titles={pk: title for pk, title, _, _ in rows},
        hosts=hosts_seen_by(user) | {user.pk: user.name},
        teams=dict(sorted(teams.items(), key=lambda one: one[1])),
        of_team={team: frozenset(pk for pk, _, of, _ in rows if of == team) for team in teams},
    )
