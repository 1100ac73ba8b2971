"""/settings/password and /reset-password: changing the password, getting a first one, and a new one by mail."""

from dataclasses import dataclass
from typing import Any

from allauth.account.adapter import get_adapter
from allauth.account.models import EmailAddress
from allauth.account.utils import url_str_to_user_pk
from allauth.account.views import PasswordChangeView, PasswordResetFromKeyView, PasswordResetView
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from timetuna.accounts.forms import ChangePasswordForm, NewPasswordForm, ResetPasswordForm
from timetuna.accounts.passwords import remember_device, too_often
from timetuna.accounts.permissions import is_somebody_else, signed_in
from timetuna.accounts.rate_limits import TooManyMails
from timetuna.accounts.views.refused import RefusedFormView
from timetuna.web.forms import Screen, show


class Password(RefusedFormView, PasswordChangeView):
    """Asks for the current password; all other sessions end."""

    template_name = "accounts/password.html"
    form_class = ChangePasswordForm

    def form_valid(self, form: ChangePasswordForm) -> HttpResponse:
        """Store it; this device stays one that is known."""
        response: HttpResponse = super().form_valid(form)
        remember_device(self.request, response, form.user)
        return response

    def get_default_success_url(self) -> str:
        return reverse("profile")


@login_required
@require_http_methods(["GET", "POST"])
def first_password(request: HttpRequest) -> HttpResponse:
    """Mail a link to a host without a password: an open browser alone must not be enough to set one."""
    user = signed_in(request)
    if user.has_usable_password():
        return redirect("account_change_password")
    if request.method != "POST":
        return render(request, "accounts/first_password.html")
    form = ResetPasswordForm({"email": user.email})
    try:
        if form.is_valid():
            form.save(request)
    except TooManyMails as error:
        messages.error(request, too_often(str(error), error.seconds).messages[0])
        return redirect("account_set_password")
    return redirect("account_reset_password_done")


@dataclass(frozen=True, slots=True)
class SignOutFirstScreen(Screen):
    """A link for another account than the one that is signed in."""

    template = "accounts/reset_password_other.html"
    next: str


class ResetPassword(RefusedFormView, PasswordResetView):
    """Asks for the address; the answer is the same for every address."""

    template_name = "accounts/reset_password.html"
    form_class = ResetPasswordForm


class NewPassword(RefusedFormView, PasswordResetFromKeyView):
    """The page behind the link."""

    template_name = "accounts/reset_password_from_key.html"
    form_class = NewPasswordForm

    def dispatch(self, request: HttpRequest, uidb36: str, key: str, **kwargs: Any) -> HttpResponseBase:
        """Refuse while somebody else is signed in: opening a link must not sign them out."""
        if is_somebody_else(request, _user_id(uidb36)):
            return show(request, SignOutFirstScreen(request.path))
        response: HttpResponseBase = super().dispatch(request, uidb36, key, **kwargs)
        return response

    def form_valid(self, form: NewPasswordForm) -> HttpResponse:
        """Store it. The link came by mail, so the address is verified as well, and the device is its owner's."""
        response: HttpResponse = super().form_valid(form)
        remember_device(self.request, response, form.user)
        address = EmailAddress.objects.filter(user=self.reset_user, email=self.reset_user.email).first()
        if address and not address.verified:
            get_adapter().confirm_email(self.request, address)
        return response


def _user_id(uidb36: str) -> int | None:
    try:
        number: int = url_str_to_user_pk(uidb36)
    except ValueError:
        return None
    return number
