"""The page that a draft has come to, as its host has confirmed it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import transaction

from timetuna.accounts.models import User
from timetuna.drafts.models import PageDraft
from timetuna.pages.actions.create_page import create_page
from timetuna.pages.actions.replace_hours import replace_hours
from timetuna.pages.forms.question import free_key, with_ids
from timetuna.pages.models import BookingPage, Question, Schedule


@dataclass(frozen=True, slots=True, kw_only=True)
class ConfirmedPage:
    """What the form has taken. hours: weekday, first and last minute; none are the host's usual ones."""

    title: str
    description: str
    minutes: Sequence[int]
    meeting_types: Mapping[str, str]
    hours: Sequence[tuple[int, int, int]]
    questions: Sequence[Mapping[str, Any]]
    confirm: bool


def make_page(draft_id: int, host: User, wanted: ConfirmedPage) -> BookingPage | None:
    """All of it or nothing; None where the draft is gone: sent twice makes one page."""
    with transaction.atomic():
        if not PageDraft.objects.filter(pk=draft_id, host=host).delete()[0]:
            return None
        page = create_page(
            host,
            title=wanted.title,
            description=wanted.description,
            minutes=wanted.minutes,
            meeting_types=wanted.meeting_types,
        )
        page.approval = wanted.confirm
        if wanted.hours:
            page.schedule = Schedule.objects.create(host=host, page=page, time_zone=page.schedule.time_zone)
            replace_hours(page.schedule, wanted.hours)
        page.save(update_fields=["approval", "schedule"])
        _ask(page, wanted.questions)
    return page


def _ask(page: BookingPage, questions: Sequence[Mapping[str, Any]]) -> None:
    keys: set[str] = set()
    for position, one in enumerate(questions):
        key = free_key(one["label"], keys)
        keys.add(key)
        Question.objects.create(
            page=page,
            key=key,
            kind=one["kind"],
            label=one["label"],
            required=one["required"],
            options=with_ids(one["options"], []),
            position=position,
        )
