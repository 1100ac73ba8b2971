"""Forms about oneself."""

import secrets
from typing import Any

from allauth.account import forms as account
from allauth.account.adapter import get_adapter
from allauth.account.fields import PasswordField
from allauth.account.models import EmailAddress
from allauth.socialaccount.forms import SignupForm as SocialSignupForm
from django import forms
from django.db import transaction
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext, gettext_lazy

from timetuna.accounts import handles
from timetuna.accounts.actions.store_host import EmailTaken
from timetuna.accounts.models import User
from timetuna.accounts.queries import address_is_taken
from timetuna.lib.mail import clean_address
from timetuna.lib.text import find_zone

PASSWORD_HELP = gettext_lazy("At least 8 characters, and not one of the passwords everybody uses.")
_EMAIL = {
    "required": gettext_lazy("Enter your email address."),
    "invalid": gettext_lazy("Enter a plain address like name@example.org."),
}

Saved = tuple[User | None, HttpResponse | None]


class Plain(forms.Form):
    """Takes allauth's placeholders and HTML away: a label stays visible, a link stands in the page.

    It is shown with the cursor in the first field that is wrong or empty.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            field.widget.attrs.pop("placeholder", None)
            if isinstance(field, PasswordField):
                field.help_text = ""
                field.error_messages["required"] = gettext("Enter your password.")
            if isinstance(field, forms.EmailField):
                field.error_messages |= _EMAIL

    def get_context(self) -> dict[str, Any]:
        """Say which field has the cursor. Phones open no keyboard for it."""
        fields = self.visible_fields()
        empty = [one for one in fields if not one.value() or isinstance(one.field, PasswordField)]
        waiting = [one for one in fields if one.errors] or empty
        for one in (waiting or fields)[:1]:
            one.field.widget.attrs["autofocus"] = True
        return super().get_context()


class SignInForm(Plain, account.LoginForm):
    """Mail address and password."""

    def clean_login(self) -> str:
        """Look the address up as it was stored."""
        return _stored_form(super().clean_login())


class NewHost(Plain):
    """What every new host is asked, whichever way they come."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["name"] = forms.CharField(
            label=gettext("Your name"),
            help_text=gettext("Guests see it."),
            max_length=handles.LONGEST_NAME,
            widget=forms.TextInput(attrs={"autocomplete": "name"}),
            error_messages={"required": gettext("Enter your name.")},
        )
        zone = forms.HiddenInput(attrs={"data-guess-zone": ""})
        self.fields["time_zone"] = forms.CharField(required=False, max_length=64, widget=zone)
        self.order_fields(["name", "email", "password1"])

    def clean_name(self) -> str:
        return cleaned(handles.clean_name, self.cleaned_data["name"])

    def clean_time_zone(self) -> str:
        """A known zone; what the browser could not tell is UTC until the host says otherwise."""
        zone = self.cleaned_data["time_zone"]
        return zone if find_zone(zone) else "UTC"

    def validate_unique_email(self, value: str) -> str:
        """Note whether the address is taken; the answer shows nothing of it."""
        self.account_already_exists = address_is_taken(value)
        return value

    def try_save(self, request: HttpRequest) -> Saved:
        """Store the host, or send the owner of a taken address a mail; both look and last the same."""
        if self.account_already_exists:
            self._pretend(request)
        try:
            result: Saved = super().try_save(request)  # type: ignore[misc]
        except EmailTaken:
            self.account_already_exists = True
            result = super().try_save(request)  # type: ignore[misc]
        return result

    def _pretend(self, request: HttpRequest) -> None:
        """Do all the work of storing a host and leave nothing: the time it takes must not tell."""
        email, self.cleaned_data["email"] = self.cleaned_data["email"], f"{secrets.token_hex(8)}@example.org"
        self.account_already_exists = False
        with transaction.atomic():
            user = self.save(request)  # type: ignore[attr-defined]
            for _ in (
                "verified?",
                "its address",
                "its row",
            ):  # what is asked before a new host's mail is written
                User.objects.get(pk=user.pk)
            transaction.set_rollback(True)
        self.cleaned_data["email"], self.account_already_exists = email, True


class SignUpForm(NewHost, account.SignupForm):
    """Name, mail address and a password."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["password1"].help_text = PASSWORD_HELP


class SocialSignUpForm(NewHost, SocialSignupForm):
    """The last step after Google or Microsoft: the name, and the address only when the provider gave none."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.sociallogin.user.email:
            del self.fields["email"]

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or {}
        if "email" not in self.fields:
            data["email"] = self.validate_unique_email(self.sociallogin.user.email.lower())
        return data


class VerifyEmailForm(forms.Form):
    """The password chosen at sign-up: whoever only holds the link may not have made the account."""

    password = PasswordField(label=gettext_lazy("Your password"), autocomplete="current-password")

    def __init__(self, *args: Any, user: User, request: HttpRequest, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.user, self.request = user, request
        self.fields["password"].widget.attrs.pop("placeholder", None)

    def clean_password(self) -> str:
        """Check it, as slowly and as rarely as a sign-in."""
        password: str = self.cleaned_data["password"]
        user = get_adapter().authenticate(self.request, email=self.user.email, password=password)
        if user is None or user.pk != self.user.pk or not user.is_active:
            raise get_adapter().validation_error("incorrect_password")
        return password


class ResetPasswordForm(Plain, account.ResetPasswordForm):
    """The address to which a link goes."""

    def clean_email(self) -> str:
        """Find the account by the address it signs in with, never by one that somebody only wants to change to."""
        email: str = get_adapter().clean_email(self.cleaned_data["email"])
        verified = EmailAddress.objects.filter(email=email, verified=True).values("user_id")
        self.users = list(User.objects.filter(Q(email=email) | Q(pk__in=verified), is_active=True))
        return email

    def save(self, request: HttpRequest, **kwargs: Any) -> str:
        """Send the link, or the mail that says there is no account, with as many look-ups."""
        if not self.users:
            for _ in ("its own address stored", "all its addresses"):
                list(EmailAddress.objects.filter(user_id=0).values_list("email", flat=True))
        email: str = super().save(request, **kwargs)
        return email


class TypedOnce(Plain):
    """A new password, typed once."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        del self.fields["password2"]
        self.fields["password1"].label = gettext("New password")
        self.fields["password1"].help_text = PASSWORD_HELP


class NewPasswordForm(TypedOnce, account.ResetPasswordKeyForm):
    """What the page behind a mailed link asks."""


class ChangePasswordForm(TypedOnce, account.ChangePasswordForm):
    """The current password and a new one, typed once."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["oldpassword"].label = gettext("Current password")

    def clean_oldpassword(self) -> str:
        """Check it, as rarely as at a sign-in."""
        return _checked(self, "oldpassword", wrong="enter_current_password")


class ReauthenticateForm(Plain, account.ReauthenticateForm):
    """The password once more, before something that matters."""


class ChangeEmailForm(Plain, account.AddEmailForm):
    """The new address and the current password."""

    password = PasswordField(label=gettext_lazy("Your password"), autocomplete="current-password")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["email"].label = gettext("New email address")
        self.order_fields(["email", "password"])

    def clean_password(self) -> str:
        """Check it, as rarely as at a sign-in."""
        return _checked(self, "password", wrong="incorrect_password")


def _checked(form: Any, field: str, *, wrong: str) -> str:
    password: str = form.cleaned_data[field]
    if not get_adapter().reauthenticate(form.user, password):
        raise get_adapter().validation_error(wrong)
    return password


def _stored_form(email: str) -> str:
    try:
        return clean_address(email).lower()
    except ValueError:
        return email.strip().lower()  # no account has it; the answer is the same as for any unknown address


def cleaned(clean: Any, text: str) -> str:
    """What `clean` makes of the text; its ValueError becomes the field's."""
    try:
        found: str = clean(text)
    except ValueError as error:
        raise forms.ValidationError(str(error)) from None
    return found
