"""/settings/email: changing the mail address, and taking the change back."""

from dataclasses import dataclass
from typing import Any

from allauth.account.views import EmailView
from django.contrib.auth import update_session_auth_hash
from django.core.signing import BadSignature, loads
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from timetuna.accounts.actions.note_email_change import UNDO_WITHIN
from timetuna.accounts.actions.restore_email import restore_email
from timetuna.accounts.adapter import UNDO_SALT
from timetuna.accounts.devices import remember_device
from timetuna.accounts.forms import ChangeEmailForm
from timetuna.accounts.models import EmailChange
from timetuna.accounts.permissions import signed_in
from timetuna.accounts.queries import pending_address
from timetuna.accounts.views.refused import RefusedFormView
from timetuna.accounts.views.verify_email import GONE
from timetuna.web.screens import Screen, show


class Email(RefusedFormView, EmailView):
    """The address now, the one it changes to, and a form for a new one; the button's name says which is meant."""

    template_name = "accounts/email.html"

    def get_form_class(self) -> type[ChangeEmailForm]:
        """Return our form."""
        return ChangeEmailForm

    def form_valid(self, form: ChangeEmailForm) -> HttpResponse:
        """Send the link, and end all other sessions: a new salt under the same password makes them void."""
        with transaction.atomic():  # an address that cannot be mailed now is not noted either
            response: HttpResponse = super().form_valid(form)
        user = signed_in(self.request)
        user.set_password(form.cleaned_data["password"])
        user.save(update_fields=["password"])
        update_session_auth_hash(self.request, user)
        remember_device(self.request, user)
        return response

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Add the address that waits for its confirmation."""
        context: dict[str, Any] = super().get_context_data(**kwargs)
        return context | {"pending": pending_address(signed_in(self.request))}


@dataclass(frozen=True, slots=True)
class UndoEmailScreen(Screen):
    """The way back to a former address."""

    template = "accounts/undo_email.html"
    email: str


class EmailUndoneScreen(UndoEmailScreen):
    """What became of it."""

    template = "accounts/undo_email_done.html"


@never_cache
@require_http_methods(["GET", "POST"])
def undo(request: HttpRequest, token: str) -> HttpResponse:
    """Show the button to the owner of the former address; on POST give them their account back."""
    try:
        number = loads(token, salt=UNDO_SALT, max_age=UNDO_WITHIN)
        change = EmailChange.objects.get(pk=number)
    except (BadSignature, EmailChange.DoesNotExist):
        return render(request, "accounts/undo_email_gone.html", status=GONE)
    if request.method != "POST":
        return show(request, UndoEmailScreen(change.former))
    if not restore_email(change):
        return render(request, "accounts/undo_email_gone.html", status=GONE)
    return show(request, EmailUndoneScreen(change.former))
