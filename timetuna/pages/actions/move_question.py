"""Puts a question in another place among those of its page."""

from collections.abc import Sequence

from django.db import transaction
from django.utils.translation import gettext

from timetuna.pages.models import Question
from timetuna.pages.slugs import lock_addresses


class QuestionStays(Exception):  # noqa: N818 - it names what happened
    """The message says why."""


def move_question(question: Question, *, by: int = 0, to: int | None = None) -> None:
    """Move it by so many places, or to the one that is counted from 0; beyond either end is that end.

    Raises QuestionStays where one would stand before what it depends on.
    """
    with transaction.atomic():
        lock_addresses(question.page.host_id, question.page.team_id)
        rows = list(Question.objects.filter(page=question.page_id))
        place = next((place for place, row in enumerate(rows) if row.pk == question.pk), None)
        if place is None:
            return
        wanted = min(max(0, place + by if to is None else to), len(rows) - 1)
        rows.insert(wanted, rows.pop(place))
        _refuse_backwards(rows)
        for position, row in enumerate(rows):
            row.position = position
        Question.objects.bulk_update(rows, ["position"])


def _refuse_backwards(rows: Sequence[Question]) -> None:
    places = {row.key: place for place, row in enumerate(rows)}
    for place, row in enumerate(rows):
        if row.when_key and places.get(row.when_key, place) > place:
            first = rows[places[row.when_key]]
            raise QuestionStays(
                gettext("“%(question)s” is asked depending on “%(first)s”, which has to stand before it.")
                % {"question": row.label, "first": first.label}
            )
