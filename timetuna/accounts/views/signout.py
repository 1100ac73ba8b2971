"""/signout."""

from allauth.account.views import LogoutView


class SignOut(LogoutView):
    """Asks on GET, signs out on POST."""

    template_name = "accounts/signout.html"
