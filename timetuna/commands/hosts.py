"""`timetuna hosts`: who has an account, and what becomes of it when somebody leaves."""

import argparse
import json
import sys
from collections.abc import Callable, Iterator
from typing import Any

from allauth.account.models import EmailAddress
from django.db.models import Count, Exists, OuterRef, Q, QuerySet
from django.utils import timezone

from timetuna.accounts.actions.change_role import LastOwner, change_role
from timetuna.accounts.actions.set_active import set_active
from timetuna.accounts.models import Membership, User
from timetuna.availability.interval import minute_of
from timetuna.bookings.actions.delete_host import HasBookings, bookings_to_come, delete_host
from timetuna.bookings.actions.leave import Choice, Fate, settle_all
from timetuna.bookings.models import BookingHost
from timetuna.calendars.models import CalendarAccount
from timetuna.commands.database import database_answers
from timetuna.lib.text import single_line
from timetuna.processes.ending import Refusal

_FATES = {"keep": Fate.KEEP, "turn": Fate.TURN, "cancel": Fate.CANCEL}
COLUMNS = ("email", "handle", "state", "pages", "bookings to come", "last sign-in")


def run(options: argparse.Namespace) -> int:
    """Do what is asked to the host with that address or public address."""
    with database_answers():
        if options.action == "list":
            _list(as_json=options.json)
            return 0
        host = _host(options.who)
        try:
            _DO[options.action](host, options)
        except LastOwner as error:
            team = f"{error.team.name} (/{error.team.handle})"
            raise Refusal(
                f"{host.name} is the only owner of the team {team}. Make somebody else in it an owner first, in its "
                f"settings or with `timetuna hosts make-owner WHO --team {error.team.handle}`."
            ) from None
    return 0


def _make_owner(host: User, options: argparse.Namespace) -> None:
    """Where the only owner of a team has left for good."""
    rows = Membership.objects.select_related("team", "user")
    member = rows.filter(user=host, team__handle=(options.team or "").lower()).first()
    if member is None or not host.is_active:
        raise Refusal(
            f"Name with --team the address of a team that {host.name} is in; they must not be switched off."
        )
    change_role(member, role=Membership.Role.OWNER)
    print(f"{host.name} is an owner of {member.team.name} now.")


def _host(who: str | None) -> User:
    if not who:
        raise Refusal("Say who: their mail address, or the first part of their public address.")
    found = User.objects.filter(Q(email=who.lower()) | Q(handle=who.lower())).first()
    if found is None:
        raise Refusal(f"Nobody here has the address {who}. `timetuna hosts list` shows everybody.")
    return found


def _list(*, as_json: bool) -> None:
    rows = [_line(host) for host in _hosts().iterator()]
    if as_json:
        print(json.dumps(rows, indent=2, ensure_ascii=False))
        return
    for line in _table([COLUMNS, *([_cell(row[name]) for name in COLUMNS] for row in rows)]):
        print(line)


def _hosts() -> QuerySet[User]:
    coming = BookingHost.objects.filter(
        host=OuterRef("pk"), active=True, end_minute__gt=minute_of(timezone.now())
    )
    counted = coming.order_by().values("host").annotate(number=Count("pk")).values("number")
    verified = EmailAddress.objects.filter(user=OuterRef("pk"), verified=True)
    return User.objects.order_by("email").annotate(
        verified=Exists(verified), pages=Count("booking_pages", distinct=True), coming=counted
    )


def _line(host: Any) -> dict[str, Any]:
    state = "unverified" if not host.verified else "active"
    return {
        "email": host.email,
        "name": host.name,
        "handle": host.handle,
        "state": state if host.is_active else "disabled",
        "pages": host.pages,
        "bookings to come": host.coming or 0,
        "last sign-in": host.last_login.isoformat(timespec="minutes") if host.last_login else None,
    }


def _cell(value: object) -> str:
    return single_line("never" if value is None else str(value), max_length=60)


def _table(rows: list[Any]) -> Iterator[str]:
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for row in rows:
        yield "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()


def _disable(host: User, options: argparse.Namespace) -> None:
    choice = _choice(host, options)
    changed = set_active(host, active=False)
    print(f"{host.name} is {'now' if changed else 'already'} switched off: signed out, and no new bookings.")
    _settle(host, choice)
    if count := len(bookings_to_come(host.pk, now=timezone.now())):
        print(
            f"{_bookings(count)} to come {'stands' if count == 1 else 'stand'}: guests are reminded, and can cancel by "
            "the link in their mail."
        )


def _enable(host: User, _options: argparse.Namespace) -> None:
    changed = set_active(host, active=True)
    print(f"{host.name} is {'now' if changed else 'already'} switched on, and can sign in and be booked.")


def _hand_over(host: User, options: argparse.Namespace) -> None:
    to = _host(options.to)
    if to == host or not to.is_active:
        raise Refusal("Name with --to somebody else, who is not switched off.")
    found = settle_all(host, Choice(Fate.HAND, to.pk), now=timezone.now())
    if not (found.handed or found.left):
        print(f"{host.name} has no bookings to come.")
        return
    print(
        f"{_bookings(found.handed)} went from {host.name} to {to.name}. Everybody who takes part gets a mail."
    )
    if found.left:
        when = ", ".join(f"{booking.start_at:%Y-%m-%d %H:%M}" for booking, _ in found.left)
        print(f"{to.name} has no time for the rest, which {host.name} keeps (UTC): {when}.")


def _choice(host: User, options: argparse.Namespace) -> Choice:
    """What becomes of each of their bookings that are to come."""
    if options.bookings != "hand-over":
        return Choice(_FATES[options.bookings])
    to = _host(options.to)
    if to == host or not to.is_active:
        raise Refusal("Name with --to somebody else, who is not switched off.")
    return Choice(Fate.HAND, to.pk)


def _settle(host: User, choice: Choice) -> None:
    if choice.fate is Fate.KEEP:
        return
    found = settle_all(host, choice, now=timezone.now())
    done = found.handed or found.cancelled
    if not (done or found.left):
        return
    what = "called off" if choice.fate is Fate.CANCEL else "handed over"
    print(f"{_bookings(done)} {'was' if done == 1 else 'were'} {what}. Everybody who takes part gets a mail.")
    for booking, why in found.left:
        print(f"The one at {booking.start_at:%Y-%m-%d %H:%M} (UTC) stays: {why}")


def _delete(host: User, options: argparse.Namespace) -> None:
    choice = _choice(host, options)
    if choice.fate is Fate.KEEP:
        _refuse_with_bookings(host)
    if not options.yes:
        _ask(host)
    _settle(host, choice)
    _refuse_with_bookings(host)
    try:
        delete_host(host)
    except HasBookings:  # somebody was faster
        _refuse_with_bookings(host)
    print(f"{host.name} is deleted. The address /{host.handle} stays reserved.")


def _refuse_with_bookings(host: User) -> None:
    if starts := bookings_to_come(host.pk, now=timezone.now()):
        raise Refusal(
            f"{host.name} has {_bookings(len(starts)).lower()} to come, the last on {starts[-1]:%Y-%m-%d}. Say what "
            "becomes of them, and guests hear of it: `--bookings hand-over --to somebody`, `--bookings turn` (to "
            "whoever's turn it is on the page), or `--bookings cancel`. `timetuna hosts disable` keeps new ones away "
            "meanwhile."
        )


def _ask(host: User) -> None:
    counts = {
        "page": host.booking_pages.count(),
        "past booking": host.bookings.count(),
        "connected account": CalendarAccount.objects.filter(host=host).count(),
    }
    what = ", ".join(f"{number} {word}{'' if number == 1 else 's'}" for word, number in counts.items())
    print(f"This deletes {host.name} ({host.email}) for good, with {what}.")
    if not sys.stdin.isatty():
        raise Refusal("There is no terminal to ask on; add --yes.")
    if input("Type the mail address to go on: ").strip().lower() != host.email:
        raise Refusal("That is another address. Nothing was deleted.")


def _bookings(count: int) -> str:
    return "One booking" if count == 1 else f"{count} bookings"


_DO: dict[str, Callable[[User, argparse.Namespace], None]] = {
    "disable": _disable,
    "enable": _enable,
    "hand-over": _hand_over,
    "make-owner": _make_owner,
    "delete": _delete,
}
