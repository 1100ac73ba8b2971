"""Takes a question off a page. What was answered to it stays with the bookings."""

from django.db import transaction

from timetuna.pages.models import Question
from timetuna.pages.slugs import lock_addresses


def delete_question(question: Question) -> None:
    """Those that were asked depending on it are asked always from now on."""
    with transaction.atomic():
        lock_addresses(question.page.host_id, question.page.team_id)
        dependent = Question.objects.filter(page=question.page_id, when_key=question.key)
        dependent.update(when_key="", when_option="")
        Question.objects.filter(pk=question.pk).delete()
