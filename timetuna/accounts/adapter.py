"""What django-allauth asks us: who may sign up, what is safe, what mails and messages say."""

from collections.abc import Callable
from contextlib import nullcontext
from typing import Any
from urllib.parse import urlencode

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.models import EmailAddress
from allauth.core import context as allauth_context
from django.conf import settings
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.core.signing import dumps
from django.db import transaction
from django.forms import BaseForm
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import get_language, gettext_lazy

from timetuna.accounts.actions.forget_unverified import forget_unverified
from timetuna.accounts.actions.note_email_change import note_email_change
from timetuna.accounts.actions.store_host import store_host
from timetuna.accounts.emails import send, speaking_to
from timetuna.accounts.models import User
from timetuna.accounts.notices import FOR_ANYBODY, NOTICES, RESET_LINK, RESETS, Context, Notice
from timetuna.accounts.passwords import Attempt
from timetuna.accounts.rate_limits import LastLink, TooManyMails, count_account_mail, count_reset_mail
from timetuna.lib.mail import clean_address
from timetuna.rate_limits.limits import client_address
from timetuna.web.forms import in_full, is_own_path

UNDO_SALT = "accounts.email-change"
LONGEST_PATH = 2_000
"""What an app asks a host for at /oauth/authorize is this long."""
_SENTENCES = {
    "account/messages/email_confirmed.txt": gettext_lazy("Your email address is confirmed."),
    "account/messages/email_confirmation_failed.txt": gettext_lazy(
        "This address belongs to another account by now."
    ),
    "account/messages/email_deleted.txt": gettext_lazy("Your email address stays as it was."),
    "account/messages/password_changed.txt": gettext_lazy(
        "Your password is changed. All other devices were signed out."
    ),
}


class AccountAdapter(DefaultAccountAdapter):
    """Accounts by mail address and password."""

    error_messages = DefaultAccountAdapter.error_messages | {
        "account_inactive": gettext_lazy("This account is switched off. Ask whoever runs this server."),
        "duplicate_email": gettext_lazy("This is your email address already."),
        "email_password_mismatch": gettext_lazy("This email address and password do not match. Try again."),
        "email_taken": gettext_lazy("This address belongs to another account by now."),
        "enter_current_password": gettext_lazy("This is not your current password."),
        "incorrect_password": gettext_lazy("This is not your password."),
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:  # noqa: ARG002
        return bool(settings.SIGNUP_OPEN)

    def get_client_ip(self, request: HttpRequest) -> str:
        """As everywhere else."""
        return client_address(request)

    def authenticate(self, request: HttpRequest, **credentials: Any) -> User | None:
        """Try a password. Raises ValidationError where it comes too early after wrong ones."""
        attempt = Attempt.begin(request, email=credentials.get("email", ""))
        user: User | None = super().authenticate(request, **credentials)
        attempt.end(right=user is not None)
        return user

    def is_safe_url(self, url: str) -> bool:
        """Own paths only."""
        return is_own_path(url)

    def is_ajax(self, request: HttpRequest) -> bool:  # noqa: ARG002
        """Answer with pages only: one way in is less to guard than two."""
        return False

    def clean_email(self, email: str) -> str:
        """Accept one plain address, in lower case."""
        try:
            return clean_address(email).lower()
        except ValueError as error:
            raise ValidationError(str(error)) from None

    def save_user(self, request: HttpRequest, user: User, form: BaseForm, commit: bool = True) -> User:  # noqa: ARG002, FBT001, FBT002
        """Store a new host; an unverified account with the same address makes room. Raises EmailTaken."""
        data = form.cleaned_data
        user.email = data.get("email") or user.email
        user.name, user.time_zone = data["name"], data["time_zone"]
        user.language = get_language() or ""  # of the form, which is the browser's
        if data.get("password1"):
            user.set_password(data["password1"])
        else:
            user.set_unusable_password()
        with transaction.atomic():
            forget_unverified(user.email)
            store_host(user)
        return user

    def confirm_email(self, request: HttpRequest, email_address: EmailAddress) -> bool:
        """Confirm; whoever only claimed this address has to make room."""
        with transaction.atomic():
            forget_unverified(email_address.email, keep=email_address.user)
            confirmed: bool = super().confirm_email(request, email_address)
        return confirmed

    def add_message(
        self,
        request: HttpRequest,
        level: int,
        message_template: str | None = None,
        message_context: dict[str, Any] | None = None,  # noqa: ARG002
        extra_tags: str = "",
        message: str | None = None,
    ) -> None:
        """Our sentences come from allauth's template; most of what it announces the next page says anyway."""
        text = message or _SENTENCES.get(message_template or "")
        if text:
            messages.add_message(request, level, text, extra_tags=extra_tags)

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """Enqueue the mail that we have for allauth's template, if we have one. Raises TooManyMails."""
        write = NOTICES.get(template_prefix)
        if write is None:
            return
        owner = context.get("user")
        with speaking_to(owner) if isinstance(owner, User) and owner.language else nullcontext():
            self._send(write, template_prefix, email, context)

    def _send(
        self, write: Callable[[Context], Notice], template_prefix: str, email: str, context: dict[str, Any]
    ) -> None:
        if template_prefix in RESETS:
            _send_reset(write(context), to=email, with_link=template_prefix == RESET_LINK)
            return
        if template_prefix in FOR_ANYBODY:
            count_account_mail(allauth_context.request, email)
        if template_prefix == "account/email/email_changed":
            context |= {"undo_url": _undo_url(context)}
        send(write(context), to=email)

    def send_account_already_exists_mail(self, email: str) -> None:
        """Tell the owner, and nobody else, that there is an account."""
        onward = self.onward(allauth_context.request)
        self.send_mail("account/email/account_already_exists", email, {"onward": onward})

    def get_email_confirmation_url(self, request: HttpRequest, emailconfirmation: Any) -> str:
        """Build the link from the base address; it leads on to where the sign-up was meant to lead, in any browser."""
        path, onward = reverse("account_confirm_email", args=[emailconfirmation.key]), self.onward(request)
        return in_full(f"{path}?{urlencode({'next': onward})}" if onward else path)

    def onward(self, request: HttpRequest) -> str:
        """The path of ours that a page is asked to lead to; "" for none."""
        url: str = request.POST.get("next") or request.GET.get("next", "")
        return url if len(url) <= LONGEST_PATH and self.is_safe_url(url) else ""

    def get_reset_password_from_key_url(self, key: str) -> str:
        """Build the link from the base address. `key` is "user-token"."""
        user, _, token = key.partition("-")
        return in_full(reverse("account_reset_password_from_key", kwargs={"uidb36": user, "key": token}))


def _send_reset(notice: Notice, *, to: str, with_link: bool) -> None:
    """Enqueue it. Where it would have to wait, an owner whose mailbox holds no link that works gets one all the same.

    Raises TooManyMails then, too: what the page says, and what it costs, is the same for every address.
    """
    last = LastLink(to)
    try:
        count_reset_mail(allauth_context.request, to)
    except TooManyMails:
        if last.note():
            _send_all_the_same(notice, to=to, last=last, kept=with_link and last.owned)
        raise
    send(notice, to=to)
    last.note()


def _send_all_the_same(notice: Notice, *, to: str, last: LastLink, kept: bool) -> None:
    try:
        with transaction.atomic():
            send(notice, to=to)
            transaction.set_rollback(not kept)
    except Exception:
        last.take_back()
        raise


def _undo_url(context: dict[str, Any]) -> str:
    user = User.objects.get(email=context["to_email"])
    change = note_email_change(user, former=context["from_email"])
    token = dumps(change.pk, salt=UNDO_SALT)
    return in_full(reverse("undo_email", args=[token]))
