"""The steps that a new host begins with: which there are, and how far they are."""

from dataclasses import dataclass
from enum import StrEnum

from django.urls import reverse
from django.utils.translation import gettext, gettext_lazy

from timetuna.accounts.models import User
from timetuna.calendars.models import Calendar, CalendarAccount
from timetuna.calendars.queries import listings
from timetuna.pages.meeting_types import FIRST
from timetuna.pages.meeting_types.base import meeting_kind
from timetuna.pages.models import BookingPage, FirstSteps, MeetingType


class StepName(StrEnum):
    HOURS = "hours"
    CALENDAR = "calendar"
    MEETING = "meeting"
    SHARE = "share"


class StepState(StrEnum):
    TODO = "todo"
    DONE = "done"
    SKIPPED = "skipped"


_TITLES = {
    StepName.HOURS: gettext_lazy("Your hours"),
    StepName.CALENDAR: gettext_lazy("Your calendar"),
    StepName.MEETING: gettext_lazy("How you meet"),
    StepName.SHARE: gettext_lazy("Share your page"),
}


_STATES = {
    StepState.TODO: gettext_lazy("(to do)"),
    StepState.DONE: gettext_lazy("(done)"),
    StepState.SKIPPED: gettext_lazy("(skipped)"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class FirstStep:
    """said: what has become of it, in a few words."""

    name: StepName
    number: int
    state: StepState
    said: str

    def title(self) -> str:
        return str(_TITLES[self.name])

    def url(self) -> str:
        return reverse("first_step", args=[self.name.value])

    def state_in_words(self) -> str:
        """For screen readers, beside the title."""
        return str(_STATES[self.state])

    def is_done(self) -> bool:
        return self.state is StepState.DONE


@dataclass(frozen=True, slots=True)
class Beginning:
    """How far a host is. page: the first of their own, to which the steps belong; None before there is one."""

    steps: tuple[FirstStep, ...]
    page: BookingPage | None
    put_away: bool

    def next(self) -> FirstStep | None:
        """What is to be done next; what was skipped is not asked for again by itself."""
        return next((step for step in self.steps if step.state is StepState.TODO), None)

    def is_over(self) -> bool:
        """Whether everything is done or skipped."""
        return self.next() is None

    def is_shown(self) -> bool:
        """Whether its host is led to them."""
        return not (self.put_away or self.is_over())

    def is_left(self) -> bool:
        """Whether something of it was skipped or put away."""
        return any(not step.is_done() for step in self.steps)

    def step(self, name: StepName) -> FirstStep:
        return next(step for step in self.steps if step.name is name)


def beginning_of(host: User) -> Beginning:
    """Asked where each thing is kept; only what is kept nowhere is what the host has said. Five queries at most."""
    row = FirstSteps.objects.filter(host=host).first() or FirstSteps(host=host)
    pages = BookingPage.objects.filter(host=host, team=None).select_related("host", "team")
    page = pages.order_by("created_at", "pk").first()
    chosen = _chosen_types(page)
    done = {
        StepName.HOURS: gettext("Guests find them on “%(page)s”.") % {"page": page.title} if page else "",
        StepName.CALENDAR: _of_calendar(host),
        StepName.MEETING: f"{', '.join(chosen)}."
        if chosen
        else _said(row, StepName.MEETING, gettext("You call your guests.")),
        StepName.SHARE: _said(row, StepName.SHARE, gettext("Your address is shared.")),
    }
    steps = tuple(
        FirstStep(name=name, number=number, state=_state(row, name, done=bool(done[name])), said=done[name])
        for number, name in enumerate(StepName, 1)
    )
    return Beginning(steps, page, row.put_away)


def _of_calendar(host: User) -> str:
    """What has become of the calendar; one that was connected just now has not been read yet."""
    known = Calendar.objects.filter(account__host=host, blocks=True).order_by("-is_primary", "pk")
    if calendar := known.values_list("name", flat=True).first():
        return gettext("“%(calendar)s” is connected.") % {"calendar": calendar}
    with_calendars = [one.slug for one in listings() if one.has_calendars]
    connected = CalendarAccount.objects.filter(host=host, provider__in=with_calendars).exists()
    return gettext("It is connected.") if connected else ""


def _said(row: FirstSteps, name: StepName, text: str) -> str:
    """Where nothing but their word tells that it is done."""
    return text if row.states.get(name) == StepState.DONE else ""


def _state(row: FirstSteps, name: StepName, *, done: bool) -> StepState:
    if done:
        return StepState.DONE
    return StepState.SKIPPED if row.states.get(name) == StepState.SKIPPED else StepState.TODO


def _chosen_types(page: BookingPage | None) -> list[str]:
    """What guests read of the ways to meet that the host has chosen: asking for a number is what a page begins with."""
    rows = MeetingType.objects.filter(page=page, enabled=True) if page else MeetingType.objects.none()
    found = [(row.kind, row.detail) for row in rows]
    if found == [(FIRST.slug, "")]:
        return []
    return [meeting_kind(kind).title for kind, _ in found]
