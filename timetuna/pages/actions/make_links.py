"""A host makes links to one of their pages: one, or one for each of many people."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

from django.db import transaction
from django.utils.formats import number_format
from django.utils.translation import gettext

from timetuna.accounts.activity import Deed, note
from timetuna.accounts.models import User
from timetuna.pages.links import good, set_token
from timetuna.pages.models import BookingLink, BookingPage
from timetuna.pages.slugs import lock_addresses

MOST_AT_ONCE, MOST_GOOD = 100, 1_000


class TooManyLinks(Exception):  # noqa: N818 - it is an answer
    """`str()` is a sentence for the host."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkRules:
    """What a link lets its holder do, by the columns of `BookingLink`."""

    uses: int | None = 1
    gives_back: bool = True
    expires_at: datetime | None = None
    lengths: Sequence[int] = ()
    first: date | None = None
    last: date | None = None
    person_id: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkFor:
    """Whom one link is for: what its host calls it, and what the form is filled in with."""

    label: str = ""
    prefill: Mapping[str, str] = field(default_factory=dict)


def make_links(
    page: BookingPage, people: Sequence[LinkFor], rules: LinkRules, *, by: User, now: datetime
) -> list[BookingLink]:
    """All of them or none, in the order of the people. Raises TooManyLinks."""
    with transaction.atomic():
        lock_addresses(page.host_id, page.team_id)
        there = BookingLink.objects.filter(good(now=now), page=page).count()
        if there + len(people) > MOST_GOOD:
            numbers = {"most": MOST_GOOD, "there": there}
            raise TooManyLinks(
                gettext(
                    "A page can have %(most)s links that are good at a time, and this one has %(there)s. "
                    "Take back some that nobody needs any more."
                )
                % {name: number_format(number, force_grouping=True) for name, number in numbers.items()}
            )
        made = [_made(page, one, rules, by, now) for one in people]
        if made:
            note(Deed.LINKS_MADE, **page.about(), which="a link" if len(made) == 1 else f"{len(made)} links")
    return made


def _made(page: BookingPage, whom: LinkFor, rules: LinkRules, by: User, now: datetime) -> BookingLink:
    link = BookingLink(
        page=page,
        label=whom.label,
        prefill=dict(whom.prefill),
        uses=rules.uses,
        gives_back=rules.gives_back,
        expires_at=rules.expires_at,
        lengths=sorted(rules.lengths),
        first=rules.first,
        last=rules.last,
        person_id=rules.person_id,
        made_by=by,
        made_at=now,
        changed_at=now,
    )
    set_token(link)
    link.save(force_insert=True)
    return link
