"""A sentence is sent to the operator's text model, and what comes back is read into a plan. Nothing else is sent."""

from datetime import timedelta

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_noop

from timetuna import __version__
from timetuna.accounts.models import User
from timetuna.drafts.models import PageDraft
from timetuna.drafts.plan import TASK, read_plan, schema
from timetuna.jobs import queue
from timetuna.jobs.queue import job
from timetuna.lib.http import Budget, HttpClient
from timetuna.pages.meeting_types.base import meeting_kinds
from timetuna.providers.completion import ChatCompletions, CompletionError, CompletionTrouble, TextModel
from timetuna.rate_limits.limits import Limit, spend

A_DAY = Limit("page drafts", (5, 600), (20, 86_400), strict=True)
KEPT_FOR = timedelta(days=7)
_BUDGET = Budget(read_seconds=60.0, total_seconds=60.0)
_LARGEST = 200_000
_TRIES_FOR = timedelta(minutes=1)
_WORDS = {
    CompletionTrouble.BUSY: gettext_noop(
        "The text model has too much to do just now. Try again in a few minutes."
    ),
    CompletionTrouble.AWAY: gettext_noop(
        "The text model does not answer. Try again later, or make the page by hand."
    ),
    CompletionTrouble.REFUSED: gettext_noop(
        "The text model refuses this server. Whoever runs it can look at its settings."
    ),
    CompletionTrouble.UNREADABLE: gettext_noop(
        "What the text model answered is no page. Use other words, or make it by hand."
    ),
}
State = PageDraft.State


def ask_for_draft(host: User, sentence: str) -> PageDraft | float:
    """Write it down to be answered; or how many seconds to wait, because they have asked so often."""
    if wait := spend(A_DAY, str(host.pk)):
        return wait
    with transaction.atomic():
        draft = PageDraft.objects.create(host=host, sentence=sentence)
        write_draft.enqueue(key=f"drafts.write:{draft.pk}", draft_id=draft.pk)
    return draft


@job("drafts.write")
def write_draft(draft_id: int) -> None:
    """Asked twice changes nothing. A model that is busy or away is asked again for a minute."""
    draft = PageDraft.objects.filter(pk=draft_id, state=State.WAITING).first()
    if draft is None:
        return
    kinds = [kind.slug for kind in meeting_kinds()]
    try:
        answer = model().complete(schema(kinds), draft.sentence, task=TASK)
    except CompletionError as error:
        may_pass = error.trouble in {CompletionTrouble.BUSY, CompletionTrouble.AWAY}
        if may_pass and timezone.now() - draft.created_at < _TRIES_FOR:
            raise queue.Retry(_WORDS[error.trouble]) from error
        _end(draft, state=State.FAILED, problem=_WORDS[error.trouble])
        return
    plan = read_plan(answer, meeting_types=kinds)
    if plan:
        _end(draft, state=State.READY, plan=plan)
    else:
        _end(draft, state=State.FAILED, problem=_WORDS[CompletionTrouble.UNREADABLE])


def model() -> TextModel:
    """The operator's, who has set its address: that may be on their own network."""
    http = HttpClient(
        user_agent=f"TimeTuna/{__version__}", budget=_BUDGET, max_bytes=_LARGEST, allow_private=True
    )
    return ChatCompletions(
        url=settings.MODEL_URL, model=settings.MODEL_NAME, key=settings.MODEL_KEY, http=http
    )


def _end(draft: PageDraft, **columns: object) -> None:
    PageDraft.objects.filter(pk=draft.pk, state=State.WAITING).update(**columns)


@job("drafts.forget", every=timedelta(hours=6))
def forget_drafts() -> None:
    """Of which no page was made."""
    PageDraft.objects.filter(created_at__lt=timezone.now() - KEPT_FOR).delete()
