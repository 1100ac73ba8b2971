"""What has become of a team or a booking page, and who did it, as those read it who run them.

An action writes it in its own transaction, in one sentence of `Deed`:

    note(Deed.TAKEN_OFF, team=team, people={"person": (bob.pk, bob.name)})

Nobody's calendar and nothing of a host's own part is ever noted.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import QuerySet, TextChoices
from django.utils import timezone
from django.utils.translation import gettext, gettext_lazy, gettext_noop, ngettext

from timetuna.accounts.models import ActivityEntry, Team, User
from timetuna.db.sql import forget_some
from timetuna.l10n.datetimes import short_when, zone_or_utc
from timetuna.lib.text import fill
from timetuna.web.middleware import acts_through, who_acts

KEPT_FOR = timedelta(days=366)
ADDRESSES_KEPT_FOR = timedelta(days=44)
"""As long as invitations, which are forgotten a month after they have expired."""
SHOWN = 50
_HOST = re.compile(r"\{host\d+\}")
"""What stands for somebody in the name of what was changed, as in "Weight of {host12}"."""
_OWN_WORDS = frozenset({"Title", "Address"})
_NOBODY = gettext_lazy("somebody who has no account any more")
A_ROLE = {
    "owner": gettext_noop("an owner"),
    "admin": gettext_noop("an admin"),
    "member": gettext_noop("a member"),
}
"""As rows keep them, to be translated for who reads."""
Who = tuple[int | None, str]
"""The id of an account and its name; or None and a mail address, of who may have none."""


class Deed(TextChoices):
    """What was done, as rows keep it, with the sentence that goes on after who did it."""

    TEAM_MADE = "team_made", gettext_lazy("made the team.")
    TEAM_CHANGED = "team_changed", gettext_lazy("changed the team.")
    INVITED = "invited", gettext_lazy("invited {person} into the team.")
    INVITED_AGAIN = "invited_again", gettext_lazy("sent the invitation to {person} again.")
    UNINVITED = "uninvited", gettext_lazy("took the invitation to {person} back.")
    DECLINED = "declined", gettext_lazy("declined the invitation that had gone to {person}.")
    JOINED = "joined", gettext_lazy("joined the team as {role}.")
    ROLE_GIVEN = "role_given", gettext_lazy("made {person} {role}.")
    LEFT_TEAM = "left_team", gettext_lazy("left the team.")
    TAKEN_OFF_TEAM = "taken_off_team", gettext_lazy("took {person} off the team.")
    PAGE_MADE = "page_made", gettext_lazy("made the page.")
    PAGE_COPIED = "page_copied", gettext_lazy("made the page as a copy of “{title}”.")
    PAGE_CHANGED = "page_changed", gettext_lazy("changed the page.")
    PAGE_OFF = "page_off", gettext_lazy("switched the page off.")
    PAGE_ON = "page_on", gettext_lazy("switched the page on.")
    PAGE_PASSED_ON = "page_passed_on", gettext_lazy("had an account deleted, and {person} owns the page now.")
    PAGE_DELETED = "page_deleted", gettext_lazy("deleted the page “{title}”.")
    ASSIGNED = "assigned", gettext_lazy("put the page into the team {team_name}.")
    TAKEN_AWAY = "taken_away", gettext_lazy("took the page out of the team {team_name}.")
    ASKED = "asked", gettext_lazy("asked {person} to host the page.")
    HOSTS = "hosts", gettext_lazy("hosts the page from then on.")
    LEFT_PAGE = "left_page", gettext_lazy("no longer hosts the page.")
    LINKS_MADE = "links_made", gettext_lazy("made {which} to book the page by.")
    LINK_ENDED = "link_ended", gettext_lazy("took a link to the page back.")
    LINK_RESTORED = "link_restored", gettext_lazy("let a link that was taken back book the page again.")
    TAKEN_OFF_PAGE = "taken_off_page", gettext_lazy("took {person} off the page.")


@dataclass(frozen=True, slots=True)
class Changed:
    """What of a form was changed. before, after: "" for both where what stood there is not told."""

    what: str
    before: str = ""
    after: str = ""


@dataclass(frozen=True, slots=True)
class ActivityLine:
    """when: by the reader's clock.  page: the title of what it was done with, where several are told of; else ""."""

    at: datetime
    when: str
    who: str
    text: str
    page: str
    changes: Sequence[Changed]


def note(
    deed: Deed,
    *,
    team: int | None = None,
    page: int | None = None,
    people: Mapping[str, Who] | None = None,
    changes: Iterable[Changed] = (),
    **facts: str,
) -> None:
    """Write down what whoever is signed in does, in the caller's transaction; outside of requests it is the operator.

    team, page: ids; a page's team is named with it, so that its team sees it.  people: who is named in the sentence, or
    in the names of what was changed.
    """
    now, by = timezone.now(), who_acts()
    ActivityEntry.objects.create(
        at=now,
        who_id=by,
        by_operator=by is None and deed != Deed.DECLINED,
        deed=deed,
        via=acts_through(),
        team_id=team,
        page_id=page,
        facts=facts,
        people={word: list(who) for word, who in (people or {}).items()},
        changes=[[one.what, one.before, one.after] for one in changes],
    )
    forget_some(ActivityEntry.objects.filter(at__lt=now - KEPT_FOR))


def forget_in_activity(user: User) -> None:
    """Take their name and address out of all sentences, before the account is deleted."""
    for entry in ActivityEntry.objects.exclude(people={}).iterator():
        theirs = [word for word, (pk, name) in entry.people.items() if pk == user.pk or name == user.email]
        if theirs:
            entry.people |= {word: [None, ""] for word in theirs}
            entry.save(update_fields=["people"])


def of_team(team: Team, *, reader: User) -> list[ActivityLine]:
    """Of its pages too, the latest first."""
    return _lines(ActivityEntry.objects.filter(team=team), reader, with_page=True)


def of_page(page_id: int, *, reader: User) -> list[ActivityLine]:
    """The latest first."""
    return _lines(ActivityEntry.objects.filter(page=page_id), reader, with_page=False)


def _lines(rows: QuerySet[ActivityEntry], reader: User, *, with_page: bool) -> list[ActivityLine]:
    found = rows.select_related("who", "page").order_by("-at", "-id")[:SHOWN]
    return [_line(entry, reader, with_page=with_page) for entry in found]


def _line(entry: ActivityEntry, reader: User, *, with_page: bool) -> ActivityLine:
    people = {word: _called(pk, name, entry) for word, (pk, name) in entry.people.items()}
    who = (
        entry.who.name
        if entry.who
        else gettext("The operator")
        if entry.by_operator
        else _NOBODY.capitalize()
    )
    return ActivityLine(
        at=entry.at,
        when=short_when(entry.at, zone=zone_or_utc(reader.time_zone)),
        who=f"{who} ({entry.via})" if entry.via else who,
        text=fill(str(Deed(entry.deed).label), people | _facts(entry)),
        page=entry.page.title if with_page and entry.page else "",
        changes=[_change(what, before, after, people) for what, before, after in entry.changes],
    )


def _change(what: str, before: str, after: str, people: Mapping[str, str]) -> Changed:
    """In the language of who reads; titles and addresses are their page's own words."""
    host = _HOST.search(what)
    said = gettext(_HOST.sub("{host}", what)).replace("{host}", host[0] if host else "{host}")
    if what not in _OWN_WORDS:
        before, after = gettext(before), gettext(after)
    return Changed(fill(said, people), before, after)


def _called(pk: int | None, name: str, entry: ActivityEntry) -> str:
    """An address that was invited is not told for longer than the invitation is kept."""
    if pk is None and entry.at < timezone.now() - ADDRESSES_KEPT_FOR:
        return gettext("somebody")
    return name or str(_NOBODY)


def _facts(entry: ActivityEntry) -> dict[str, str]:
    """In the language of who reads, where they are words of ours."""
    facts = dict(entry.facts)
    if role := facts.get("role"):
        facts["role"] = gettext(role)
    if which := facts.get("which"):
        number = which.partition(" ")[0]
        count = int(number) if number.isdigit() else 1
        facts["which"] = ngettext("a link", "%(count)d links", count) % {"count": count}
    return facts
