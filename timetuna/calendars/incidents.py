"""What is wrong with a host's calendars, as their mails and pages say it."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from django.db.models import Q, QuerySet
from django.urls import reverse
from django.utils.text import capfirst
from django.utils.translation import gettext, gettext_lazy, ngettext

from timetuna.calendars.hooks import Banner, Wants, banners_beside, wants_of, wrong_beside
from timetuna.calendars.models import Calendar, CalendarAccount
from timetuna.calendars.queries import kinds_of_provider, listing
from timetuna.l10n import datetimes
from timetuna.l10n.lists import in_words, listed, quoted
from timetuna.l10n.retold import retold
from timetuna.lib.text import find_zone

_UTC = ZoneInfo("UTC")
_MOST_NAMED = 2
_MANY = gettext_lazy("Pages on which they take time offer no times once what is known of them is too old.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Failing:
    """A calendar that cannot be read. counts_until: how long what is known of it goes on to count; None: no longer.

    every: it stands for all calendars of an account that could not be listed.
    """

    name: str
    since: datetime
    problem: str
    counts_until: datetime | None
    every: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Trouble:
    """An account of which something cannot be read, and its host should know.

    needs_host: nothing but connecting it again helps.  action: the words of the button that leads there.
    limited: when a grant that was limited from the start ended or ends.
    """

    account: CalendarAccount
    label: str
    calendars: tuple[Failing, ...]
    zone: ZoneInfo
    limited: datetime | None

    @property
    def needs_host(self) -> bool:
        return self.account.needs_reconnect

    @property
    def action(self) -> str:
        if self.needs_host:
            return gettext("Reconnect %(service)s") % {"service": self.label}
        return gettext("Look at your calendars")

    @property
    def unlisted(self) -> bool:
        """Whether not even the list of its calendars could be read."""
        return any(one.every for one in self.calendars)

    def names(self) -> str:
        """The calendars, as people say them: “Work” and “Family”."""
        return in_words([quoted(one.name) for one in self.calendars])

    def since(self) -> str:
        return said(min(one.since for one in self.calendars), self.zone) if self.calendars else ""

    def lines(self, *, now: datetime) -> list[str]:
        return [
            gettext("%(calendar)s: %(fate)s")
            % {"calendar": quoted(one.name), "fate": _fate(one, self.zone, now)}
            for one in self.calendars
        ]

    def not_offered(self) -> str:
        """What guests cannot choose meanwhile; "" for nothing."""
        return listed(kinds_of_provider(self.account.provider), gettext("or"))


def troubles(host_id: int, *, now: datetime) -> list[Trouble]:
    """Return what the host should know now, account by account: what they were told of, and what keeps pages shut.

    Three queries of this app, and what the pages are asked. A failure of a minute that costs nothing is not in it.
    """
    accounts = CalendarAccount.objects.filter(host_id=host_id).select_related("host").order_by("id")
    wants = wants_of(host_id)
    rows = list(_failing(wants).filter(account__host_id=host_id))
    found = (
        _trouble(account, [row for row in rows if row.account_id == account.pk], wants, now)
        for account in accounts
    )
    return [one for one in found if one.calendars or one.needs_host]


def trouble_of(account: CalendarAccount, *, now: datetime) -> Trouble:
    wants = wants_of(account.host_id)
    rows = _counting(wants).filter(account=account, failing_since__isnull=False)
    return _trouble(account, rows, wants, now)


def said(moment: datetime, zone: ZoneInfo) -> str:
    """In the host's zone: "Tuesday 24 November, 10:02"."""
    there = moment.astimezone(zone)
    return gettext("%(day)s, %(time)s") % {"day": datetimes.day(there.date()), "time": datetimes.clock(there)}


def _counting(wants: Wants) -> QuerySet[Calendar]:
    return Calendar.objects.filter(Q(blocks=True) | Q(pk__in=wants.chosen)).defer("busy", "cursor")


def _failing(wants: Wants) -> QuerySet[Calendar]:
    unknown = Q(failures__gt=0, read_at__isnull=True)
    return _counting(wants).filter(Q(told_at__isnull=False) | unknown, failing_since__isnull=False)


def _trouble(account: CalendarAccount, rows: Iterable[Calendar], wants: Wants, now: datetime) -> Trouble:
    found = listing(account.provider)
    return Trouble(
        account=account,
        label=found.label if found else account.provider,
        calendars=tuple(_of(row, wants, now) for row in rows),
        zone=find_zone(account.host.time_zone) or _UTC,
        limited=account.grant_expires_at,
    )


def _of(row: Calendar, wants: Wants, now: datetime) -> Failing:
    until = wants.counts_until(row)
    return Failing(
        name=row.name,
        since=row.failing_since or now,
        problem=retold(row.problem),
        counts_until=until if until and until > now else None,
        every=row.is_every(),
    )


def _fate(one: Failing, zone: ZoneInfo, now: datetime) -> str:
    if one.counts_until is None:
        return gettext(
            "nothing is known of it now, so pages on which it takes time offer no times until it can be read."
        )
    there, today = one.counts_until.astimezone(zone), now.astimezone(zone).date()
    until = said(there, zone)
    if there.date() == today:
        until = gettext("%(time)s today") % {"time": datetimes.clock(there)}
    return gettext(
        "the busy times that were read last go on to count until %(until)s. After that, pages on which it takes time "
        "offer no times until it can be read again."
    ) % {"until": until}


def banners(host_id: int, *, now: datetime) -> list[Banner]:
    """One query where all is well."""
    wrong = Q(needs_reconnect=True) | Q(calendars__failing_since__isnull=False)
    rows = CalendarAccount.objects.filter(wrong, host_id=host_id).order_by().values_list("pk")
    beside = wrong_beside(host_id)
    if not (rows if beside is None else rows.union(beside)).exists():
        return []
    return [*(_banner(one, now) for one in troubles(host_id, now=now)), *banners_beside(host_id)]


def _banner(trouble: Trouble, now: datetime) -> Banner:
    account = trouble.account
    if trouble.calendars:
        title, lines = _unread(trouble), _meanwhile(trouble, now)
    else:
        title, lines = _ended(trouble), [retold(account.needs_reconnect_reason)]
        if meetings := trouble.not_offered():
            lines.append(gettext("Until then, guests are not offered %(meetings)s.") % {"meetings": meetings})
    return Banner(
        title=title,
        lines=tuple(lines),
        link=f"{reverse('settings_providers')}#{account.provider}-{account.pk}",
        action=trouble.action,
    )


def _unread(trouble: Trouble) -> str:
    count = len(trouble.calendars)
    named = {
        "count": count,
        "account": trouble.account.called or trouble.label,
        "calendars": trouble.names(),
        "since": trouble.since(),
    }
    if count > _MOST_NAMED:
        return gettext("%(count)d calendars of %(account)s cannot be read since %(since)s.") % named
    sentence = ngettext(
        "%(calendars)s cannot be read since %(since)s.",
        "%(calendars)s cannot be read since %(since)s.",
        count,
    )
    return sentence % named


def _meanwhile(trouble: Trouble, now: datetime) -> list[str]:
    """What pages do, where it is one calendar of this one, which the title names."""
    if len(trouble.calendars) > 1:
        return [str(_MANY)]
    return [capfirst(_fate(trouble.calendars[0], trouble.zone, now))]


def _ended(trouble: Trouble) -> str:
    """The account has no name where its provider has not said any."""
    named = {"service": trouble.label, "account": trouble.account.called}
    if not named["account"]:
        return gettext("%(service)s has to be connected again.") % named
    return gettext("%(service)s (%(account)s) has to be connected again.") % named
