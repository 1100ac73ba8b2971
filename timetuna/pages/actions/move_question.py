"""Puts a question before the one above it, or behind the one below."""

from django.db import transaction

from timetuna.pages.models import Question
from timetuna.pages.slugs import lock_addresses


class QuestionStays(Exception):  # noqa: N818 - it names what happened
    """The message says why."""


def move_question(question: Question, *, up: bool) -> None:
    """Nothing happens at either end. Raises QuestionStays where one would stand before what it depends on."""
    with transaction.atomic():
        lock_addresses(question.page.host_id, question.page.team_id)
        rows = list(Question.objects.filter(page=question.page_id))
        place = next((place for place, row in enumerate(rows) if row.pk == question.pk), 0)
        upper = place - 1 if up else place
        if upper < 0 or upper + 1 >= len(rows):
            return
        first, second = rows[upper], rows[upper + 1]
        if second.when_key == first.key:
            raise QuestionStays(
                f"“{second.label}” is asked depending on “{first.label}”, which has to stand before it."
            )
        rows[upper], rows[upper + 1] = second, first
        for position, row in enumerate(rows):
            row.position = position
        Question.objects.bulk_update(rows, ["position"])
