"""/settings/email and /verify-email: changing the mail address, taking the change back, and confirming an address."""

from dataclasses import dataclass
from typing import Any

from allauth.account.adapter import get_adapter
from allauth.account.internal.flows.email_verification import verify_email_and_resume
from allauth.account.models import EmailConfirmationHMAC
from allauth.account.stages import EmailVerificationStage, LoginStageController
from allauth.account.utils import perform_login
from allauth.account.views import EmailView
from django.conf import settings
from django.contrib.auth import update_session_auth_hash
from django.core.signing import BadSignature, loads
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.decorators import method_decorator
from django.views import View
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from timetuna.accounts.actions.note_email_change import UNDO_WITHIN
from timetuna.accounts.actions.restore_email import restore_email
from timetuna.accounts.adapter import UNDO_SALT
from timetuna.accounts.forms import ChangeEmailForm, VerifyEmailForm
from timetuna.accounts.models import EmailChange, User
from timetuna.accounts.passwords import remember_device
from timetuna.accounts.permissions import is_somebody_else, signed_in
from timetuna.accounts.queries import pending_address
from timetuna.accounts.views.refused import RefusedFormView, as_refused
from timetuna.web.forms import Screen, show

GONE = 410


@method_decorator(never_cache, name="dispatch")
class VerifyEmail(View):
    """The page behind the link. Opening it changes nothing: mail programs open links by themselves.

    In the browser that signed up a button is enough. Anywhere else the password is asked too, so that nobody can
    make the owner of an address confirm an account that a stranger has prepared with a password of their own.
    """

    def get(self, request: HttpRequest, key: str) -> HttpResponse:
        confirmation = EmailConfirmationHMAC.from_key(key)
        if confirmation is None:
            return _gone(request)
        user: User = confirmation.email_address.user
        return _page(request, confirmation, form=None if _known_here(request, user) else _form(request, user))

    def post(self, request: HttpRequest, key: str) -> HttpResponse:
        confirmation = EmailConfirmationHMAC.from_key(key)
        if confirmation is None:
            return _gone(request)
        user: User = confirmation.email_address.user
        if _known_here(request, user):
            _address, response = verify_email_and_resume(request, confirmation)
            return response or redirect(get_adapter().onward(request) or settings.LOGIN_REDIRECT_URL)
        form = _form(request, user)
        if not form.is_valid():
            return as_refused(_page(request, confirmation, form=form), form)
        if request.user.is_authenticated:
            get_adapter().logout(request)
        if (
            confirmation.confirm(request) is None
        ):  # another account has proved to own the address in the meantime
            return redirect(settings.LOGIN_URL)
        onward = get_adapter().onward(request) or None
        answer: HttpResponse = perform_login(request, user, redirect_url=onward, email=user.email)
        return answer


def _form(request: HttpRequest, user: User) -> VerifyEmailForm:
    return VerifyEmailForm(request.POST if request.method == "POST" else None, user=user, request=request)


def _known_here(request: HttpRequest, user: User) -> bool:
    if request.user.is_authenticated:
        return not is_somebody_else(request, user.pk)
    stage = LoginStageController.enter(request, EmailVerificationStage.key)
    return bool(stage and stage.login.user and stage.login.user.pk == user.pk)


@dataclass(frozen=True, slots=True)
class VerifyEmailScreen(Screen):
    """A link that confirms an address. form: what this browser has to give first."""

    template = "accounts/verify_email.html"
    email: str
    form: VerifyEmailForm | None
    has_password: bool


def _page(request: HttpRequest, confirmation: Any, *, form: VerifyEmailForm | None) -> HttpResponse:
    address = confirmation.email_address
    return show(
        request, VerifyEmailScreen(address.email, form, has_password=address.user.has_usable_password())
    )


def _gone(request: HttpRequest) -> HttpResponse:
    return render(request, "accounts/verify_email_gone.html", status=GONE)


class Email(RefusedFormView, EmailView):
    """The address now, the one it changes to, and a form for a new one; the button's name says which is meant."""

    template_name = "accounts/email.html"
    form_class = ChangeEmailForm

    def form_valid(self, form: ChangeEmailForm) -> HttpResponse:
        """Send the link, and end all other sessions: a new salt under the same password makes them void."""
        with transaction.atomic():  # an address that cannot be mailed now is not noted either
            response: HttpResponse = super().form_valid(form)
        user = signed_in(self.request)
        user.set_password(form.cleaned_data["password"])
        user.save(update_fields=["password"])
        update_session_auth_hash(self.request, user)
        remember_device(self.request, response, user)
        return response

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
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
