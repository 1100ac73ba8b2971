"""/signup."""

from allauth.account.views import SignupView
from django.db import transaction
from django.http import HttpResponse

from timetuna.accounts.forms import SignUpForm
from timetuna.accounts.views.refused import RefusedFormView
from timetuna.accounts.views.social import OffersProviders


class SignUp(OffersProviders, RefusedFormView, SignupView):
    """Name, mail address, password: then a mail."""

    template_name = "accounts/signup.html"
    template_name_signup_closed = "accounts/signup_closed.html"

    def get_form_class(self) -> type[SignUpForm]:
        """Return our form."""
        return SignUpForm

    def form_valid(self, form: SignUpForm) -> HttpResponse:
        """Store the host and the mail together: one commit, whether the address was known or not."""
        with transaction.atomic():
            response: HttpResponse = super().form_valid(form)
        return response
