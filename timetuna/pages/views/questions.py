"""The questions of a page: one is added, changed, moved or deleted."""

from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext

from timetuna.pages.actions.delete_question import delete_question
from timetuna.pages.actions.move_question import QuestionStays, move_question
from timetuna.pages.forms.question import QuestionForm
from timetuna.pages.models import BookingPage, Question
from timetuna.pages.permissions import page_or_404, question_or_404
from timetuna.pages.public import PublicPage
from timetuna.pages.queries import questions_of, values
from timetuna.pages.views.editor import framing
from timetuna.web.forms import Screen, row_number, show
from timetuna.web.saving import answer_form


@dataclass(frozen=True, slots=True)
class QuestionScreen(Screen):
    """question: None for a new one, and then `number`, its own, is empty."""

    template = "pages/question.html"
    page: BookingPage
    question: Question | None
    form: QuestionForm
    number: str = ""


@dataclass(frozen=True, slots=True)
class QuestionsScreen(Screen):
    """The list after a move. said: why it stayed as it was."""

    template = "pages/_questions.html"
    page: PublicPage
    questions: list[Question]
    said: str
    editable: bool = True


@framing
@login_required
def new_question(request: HttpRequest, page_id: int) -> HttpResponse:
    page = page_or_404(request, page_id)

    def build(data: Any, _files: Any) -> QuestionForm:
        return QuestionForm(page_or_404(request, page_id), None, data)

    return answer_form(
        request, build, screen=lambda form: QuestionScreen(page, None, form), back=_list(page.pk)
    )


@framing
@login_required
def edit_question(request: HttpRequest, page_id: int, question_id: int) -> HttpResponse:
    row = question_or_404(request, page_id, question_id)

    def build(data: Any, _files: Any) -> QuestionForm:
        question = question_or_404(request, page_id, question_id)
        return QuestionForm(question.page, question, data)

    return answer_form(
        request,
        build,
        screen=lambda form: QuestionScreen(row.page, row, form, str(row.pk)),
        back=_list(page_id),
    )


@login_required
def move(request: HttpRequest, page_id: int, question_id: int) -> HttpResponse:
    """Up or down by one, or to the place that is named."""
    row = question_or_404(request, page_id, question_id)
    said = ""
    if request.method == "POST" and (wanted := request.POST.get("to", "")):
        try:
            move_question(row, by={"up": -1, "down": 1}.get(wanted, 0), to=row_number(wanted))
        except QuestionStays as error:
            said = str(error)
    if request.headers.get("HX-Request"):
        return show(request, QuestionsScreen(values(row.page), questions_of(page_id), said))
    if said:
        messages.error(request, said)
    return HttpResponseRedirect(_list(page_id))


@login_required
def remove(request: HttpRequest, page_id: int, question_id: int) -> HttpResponse:
    """The browser has asked before."""
    row = question_or_404(request, page_id, question_id)
    if request.method != "POST":
        return redirect("pages_question", page_id, question_id)
    delete_question(row)
    messages.success(request, gettext("“%(label)s” is not asked any more.") % {"label": row.label})
    return HttpResponseRedirect(_list(page_id))


def _list(page_id: int) -> str:
    return reverse("pages_guests", args=[page_id], fragment="questions")
