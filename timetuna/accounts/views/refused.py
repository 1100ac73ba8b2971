"""How a form that was not accepted is answered."""

import math
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.forms import BaseForm
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from timetuna.accounts.passwords import WAIT, too_often
from timetuna.accounts.rate_limits import TooManyMails
from timetuna.rate_limits.limits import wait_in_words
from timetuna.web.forms import Screen, show

UNPROCESSABLE, TOO_MANY = 422, 429


@dataclass(frozen=True, slots=True)
class WaitScreen(Screen):
    """Something was asked for too often."""

    template = "429.html"
    wait: str


class RefusedFormView:
    """Shows the same page again, nothing typed lost, with the status that says so."""

    shown_form: BaseForm | None = None

    def get_form(self, *args: Any, **kwargs: Any) -> BaseForm:
        """Keep the form: what is refused after it was accepted is said in it, too."""
        self.shown_form = super().get_form(*args, **kwargs)  # type: ignore[misc]
        return self.shown_form

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Do what was asked, or say why a mail has to wait."""
        try:
            response: HttpResponse = super().post(request, *args, **kwargs)  # type: ignore[misc]
        except TooManyMails as error:
            return self._mail_refused(request, too_often(str(error), error.seconds))
        return response

    def form_invalid(self, form: Any) -> HttpResponse:
        """Answer 422, or 429 with `Retry-After` where it came too early."""
        context = self.get_context_data(form=form)  # type: ignore[attr-defined]
        return as_refused(self.render_to_response(context), form)  # type: ignore[attr-defined]

    def _mail_refused(self, request: HttpRequest, error: ValidationError) -> HttpResponse:
        if self.shown_form is None or not self.shown_form.is_bound:
            messages.error(request, error.messages[0])
            return redirect(request.path)
        self.shown_form.add_error(None, error)
        return self.form_invalid(self.shown_form)


def as_refused(response: HttpResponse, form: BaseForm) -> HttpResponse:
    """Give the page the status of a form that was not accepted: 429 with `Retry-After` where it came too early."""
    errors = [error for errors in form.errors.as_data().values() for error in errors]
    waits = [error.params["seconds"] for error in errors if error.code == WAIT and error.params]
    response.status_code = UNPROCESSABLE
    return _too_early(response, max(waits)) if waits else response


def too_many(request: HttpRequest, seconds: float) -> HttpResponse:
    """Answer 429 with a page that says for how long to wait."""
    return _too_early(show(request, WaitScreen(wait_in_words(seconds))), seconds)


def _too_early(response: HttpResponse, seconds: float) -> HttpResponse:
    response.status_code = TOO_MANY
    response["Retry-After"] = str(math.ceil(seconds))
    return response
