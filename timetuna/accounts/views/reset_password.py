"""/reset-password: a new password by mail."""

from dataclasses import dataclass
from typing import Any

from allauth.account.adapter import get_adapter
from allauth.account.models import EmailAddress
from allauth.account.utils import url_str_to_user_pk
from allauth.account.views import PasswordResetFromKeyView, PasswordResetView
from django.http import HttpRequest, HttpResponse, HttpResponseBase

from timetuna.accounts.devices import remember_device
from timetuna.accounts.forms import NewPasswordForm, ResetPasswordForm
from timetuna.accounts.permissions import is_somebody_else
from timetuna.accounts.views.refused import RefusedFormView
from timetuna.web.screens import Screen, show


@dataclass(frozen=True, slots=True)
class SignOutFirstScreen(Screen):
    """A link for another account than the one that is signed in."""

    template = "accounts/reset_password_other.html"
    next: str


class ResetPassword(RefusedFormView, PasswordResetView):
    """Asks for the address; the answer is the same for every address."""

    template_name = "accounts/reset_password.html"

    def get_form_class(self) -> type[ResetPasswordForm]:
        """Return our form."""
        return ResetPasswordForm


class NewPassword(RefusedFormView, PasswordResetFromKeyView):
    """The page behind the link."""

    template_name = "accounts/reset_password_from_key.html"

    def get_form_class(self) -> type[NewPasswordForm]:
        """Return our form."""
        return NewPasswordForm

    def dispatch(self, request: HttpRequest, uidb36: str, key: str, **kwargs: Any) -> HttpResponseBase:
        """Refuse while somebody else is signed in: opening a link must not sign them out."""
        if is_somebody_else(request, _user_id(uidb36)):
            return show(request, SignOutFirstScreen(request.path))
        response: HttpResponseBase = super().dispatch(request, uidb36, key, **kwargs)
        return response

    def form_valid(self, form: NewPasswordForm) -> HttpResponse:
        """Store it. The link came by mail, so the address is verified as well, and the device is its owner's."""
        response: HttpResponse = super().form_valid(form)
        remember_device(self.request, form.user)
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
