"""/verify-email: confirming an address, at sign-up and when it is changed."""

from dataclasses import dataclass
from typing import Any

from allauth.account.adapter import get_adapter
from allauth.account.internal.flows.email_verification import verify_email_and_resume
from allauth.account.models import EmailConfirmationHMAC
from allauth.account.stages import EmailVerificationStage, LoginStageController
from allauth.account.utils import perform_login
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.decorators import method_decorator
from django.views import View
from django.views.decorators.cache import never_cache

from timetuna.accounts.forms import VerifyEmailForm
from timetuna.accounts.models import User
from timetuna.accounts.permissions import is_somebody_else
from timetuna.accounts.views.refused import as_refused
from timetuna.web.screens import Screen, show

GONE = 410


@method_decorator(never_cache, name="dispatch")
class VerifyEmail(View):
    """The page behind the link. Opening it changes nothing: mail programs open links by themselves.

    In the browser that signed up a button is enough. Anywhere else the password is asked too, so that nobody can
    make the owner of an address confirm an account that a stranger has prepared with a password of their own.
    """

    def get(self, request: HttpRequest, key: str) -> HttpResponse:
        """Show the button."""
        confirmation = EmailConfirmationHMAC.from_key(key)
        if confirmation is None:
            return _gone(request)
        user: User = confirmation.email_address.user
        return _page(request, confirmation, form=None if _known_here(request, user) else _form(request, user))

    def post(self, request: HttpRequest, key: str) -> HttpResponse:
        """Confirm, and sign in."""
        confirmation = EmailConfirmationHMAC.from_key(key)
        if confirmation is None:
            return _gone(request)
        user: User = confirmation.email_address.user
        if _known_here(request, user):
            _address, response = verify_email_and_resume(request, confirmation)
            return response or redirect(settings.LOGIN_REDIRECT_URL)
        form = _form(request, user)
        if not form.is_valid():
            return as_refused(_page(request, confirmation, form=form), form)
        if request.user.is_authenticated:
            get_adapter().logout(request)
        if (
            confirmation.confirm(request) is None
        ):  # another account has proved to own the address in the meantime
            return redirect(settings.LOGIN_URL)
        answer: HttpResponse = perform_login(request, user, email=user.email)
        return answer


def _form(request: HttpRequest, user: User) -> VerifyEmailForm:
    return VerifyEmailForm(request.POST if request.method == "POST" else None, user=user, request=request)


def _known_here(request: HttpRequest, user: User) -> bool:
    """Say whether this browser has given the account's password (or the provider's word) before."""
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
