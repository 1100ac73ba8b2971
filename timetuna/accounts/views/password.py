"""/settings/password: changing the password, or getting a first one."""

from allauth.account.views import PasswordChangeView
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from timetuna.accounts.devices import remember_device
from timetuna.accounts.forms import ChangePasswordForm, ResetPasswordForm
from timetuna.accounts.passwords import too_often
from timetuna.accounts.permissions import signed_in
from timetuna.accounts.rate_limits import TooManyMails
from timetuna.accounts.views.refused import RefusedFormView


class Password(RefusedFormView, PasswordChangeView):
    """Asks for the current password; all other sessions end."""

    template_name = "accounts/password.html"

    def get_form_class(self) -> type[ChangePasswordForm]:
        """Return our form."""
        return ChangePasswordForm

    def form_valid(self, form: ChangePasswordForm) -> HttpResponse:
        """Store it; this device stays one that is known."""
        response: HttpResponse = super().form_valid(form)
        remember_device(self.request, form.user)
        return response

    def get_default_success_url(self) -> str:
        """Return to the profile."""
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
