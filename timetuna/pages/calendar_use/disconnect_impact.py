"""What a host's pages lose when an account is disconnected: said before they do it."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

from timetuna.calendars.models import Calendar, CalendarAccount
from timetuna.calendars.queries import Target, comes_with_event, conference_kinds, event_kinds_of, targets
from timetuna.lib.text import in_words
from timetuna.pages.models import BookingPage

_MOST_NAMES = 3
_Writes = BookingPage.Writes


def losses_of(host_id: int) -> Mapping[int, list[str]]:
    """Return it by account's id, in sentences; in six queries, however many there are."""
    pages = BookingPage.objects.filter(host_id=host_id).order_by("title", "id")
    there = _There(
        pages=tuple(pages.prefetch_related("meeting_types", "page_calendars")),
        calendars=tuple(Calendar.objects.filter(account__host_id=host_id).defer("busy", "cursor")),
        targets=tuple(targets(host_id)),
        accounts=tuple(CalendarAccount.objects.filter(host_id=host_id)),
    )
    return {account.pk: there.without(account) for account in there.accounts}


@dataclass(frozen=True, slots=True, kw_only=True)
class _There:
    """Everything of a host that the question touches. targets: calendars that can be written to, the default first."""

    pages: tuple[BookingPage, ...]
    calendars: tuple[Calendar, ...]
    targets: tuple[Target, ...]
    accounts: tuple[CalendarAccount, ...]

    def without(self, account: CalendarAccount) -> list[str]:
        gone = {row.pk: row for row in self.calendars if row.account_id == account.pk}
        found = [self._blocking(gone), self._writing(gone), *self._meeting(account, gone)]
        return [sentence for sentence in found if sentence]

    def _blocking(self, gone: Mapping[int, Calendar]) -> str:
        everywhere = {pk for pk, row in gone.items() if row.blocks}
        names: set[str] = set()
        touched = []
        for page in self.pages:
            chosen = {row.calendar_id for row in page.page_calendars.all()}
            lost = chosen & gone.keys() if page.own_calendars else everywhere
            names |= {gone[pk].name for pk in lost}
            touched += [page.title] if lost else []
        if not touched:
            return ""
        return f"Guests can then book {_titles(touched)} whatever is in {_titles(sorted(names))}."

    def _writing(self, gone: Collection[int]) -> str:
        lost = [page.title for page in self.pages if (to := self._target(page)) and to.id in gone]
        return f"New bookings of {_titles(lost)} no longer go to its calendar." if lost else ""

    def _meeting(self, account: CalendarAccount, gone: Collection[int]) -> Iterable[str]:
        same = [one for one in self.accounts if one.provider == account.provider]
        for kind, label in conference_kinds().items():
            on = [page for page in self.pages if _has_on(page, kind)]
            if comes_with_event(kind):
                lost = [page.title for page in on if self._carries(page, kind, but=())]
                kept = [page.title for page in on if self._carries(page, kind, but=gone)]
                lost = [title for title in lost if title not in kept]
            else:
                lost = [page.title for page in on] if kind == account.provider and len(same) == 1 else []
            if lost:
                yield f"{label} is then no meeting type of {_titles(lost)}."

    def _carries(self, page: BookingPage, kind: str, *, but: Collection[int]) -> bool:
        return kind in event_kinds_of(self._target(page, but=but))

    def _target(self, page: BookingPage, *, but: Collection[int] = ()) -> Target | None:
        left = [one for one in self.targets if one.id not in but]
        if page.writes == _Writes.DEFAULT:
            return next(iter(left), None)
        chosen = page.write_calendar_id if page.writes == _Writes.CHOSEN else None
        return next((one for one in left if one.id == chosen), None)


def _has_on(page: BookingPage, kind: str) -> bool:
    return any(row.kind == kind and row.enabled for row in page.meeting_types.all())


def _titles(names: list[str]) -> str:
    """Return names in quotation marks, the first few of many."""
    shown = [f"“{name}”" for name in names[:_MOST_NAMES]]
    more = len(names) - len(shown)
    return in_words([*shown, f"{more} more"] if more else shown)
