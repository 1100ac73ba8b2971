"""The questions of a page: one is added, changed, moved or deleted."""

from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect
from django.urls import reverse

from timetuna.pages.actions.delete_question import delete_question
from timetuna.pages.actions.move_question import QuestionStays, move_question
from timetuna.pages.forms.question import QuestionForm
from timetuna.pages.models import BookingPage, Question
from timetuna.pages.permissions import page_or_404, question_or_404
from timetuna.web.forms import Screen
from timetuna.web.saving import answer_form


@dataclass(frozen=True, slots=True)
class QuestionScreen(Screen):
    """question: None for a new one."""

    template = "pages/question.html"
    page: BookingPage
    question: Question | None
    form: QuestionForm


@login_required
def new_question(request: HttpRequest, page_id: int) -> HttpResponse:
    page = page_or_404(request, page_id)

    def build(data: Any, _files: Any) -> QuestionForm:
        return QuestionForm(page_or_404(request, page_id), None, data)

    return answer_form(
        request, build, screen=lambda form: QuestionScreen(page, None, form), back=_list(page.pk)
    )


@login_required
def edit_question(request: HttpRequest, page_id: int, question_id: int) -> HttpResponse:
    row = question_or_404(request, page_id, question_id)

    def build(data: Any, _files: Any) -> QuestionForm:
        question = question_or_404(request, page_id, question_id)
        return QuestionForm(question.page, question, data)

    return answer_form(
        request, build, screen=lambda form: QuestionScreen(row.page, row, form), back=_list(page_id)
    )


@login_required
def move(request: HttpRequest, page_id: int, question_id: int) -> HttpResponse:
    """Up or down by one."""
    row = question_or_404(request, page_id, question_id)
    if request.method == "POST":
        try:
            move_question(row, up=request.POST.get("to") == "up")
        except QuestionStays as error:
            messages.error(request, str(error))
    return HttpResponseRedirect(_list(page_id))


@login_required
def remove(request: HttpRequest, page_id: int, question_id: int) -> HttpResponse:
    """The browser has asked before."""
    row = question_or_404(request, page_id, question_id)
    if request.method != "POST":
        return redirect("pages_question", page_id, question_id)
    delete_question(row)
    messages.success(request, f"“{row.label}” is not asked any more.")
    return HttpResponseRedirect(_list(page_id))


def _list(page_id: int) -> str:
    return reverse("pages_guests", args=[page_id], fragment="questions")
