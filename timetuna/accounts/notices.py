"""What the mails about an account say. No name and no text that somebody typed is in them: strangers may get them."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext

from timetuna.web.forms import in_full

Context = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Notice:
    """A mail as plain values: paragraphs, a code to type or one button, and paragraphs after it."""

    subject: str
    lines: tuple[str, ...]
    button: str = ""
    url: str = ""
    after: tuple[str, ...] = ()
    code: str = ""


def _confirm_signup(context: Context) -> Notice:
    return Notice(
        gettext("Confirm your email address"),
        (gettext("Confirm that this is your email address. Then your TimeTuna account is ready."),),
        gettext("Confirm this address"),
        context["activate_url"],
        (
            gettext(
                "The link works for three days. If you did not make an account, ignore this mail: "
                "nothing happens without this step."
            ),
        ),
    )


def _confirm_change(context: Context) -> Notice:
    return Notice(
        gettext("Confirm your new email address"),
        (gettext("Confirm that your TimeTuna account shall use this email address from now on."),),
        gettext("Use this address"),
        context["activate_url"],
        (gettext("The link works for three days. If you did not ask for this, do nothing."),),
    )


def _exists_already(context: Context) -> Notice:
    way = f"?{urlencode({'next': context['onward']})}" if context["onward"] else ""
    return Notice(
        gettext("You have a TimeTuna account already"),
        (
            gettext("Somebody, probably you, tried to make a TimeTuna account with this email address."),
            gettext("There is one already: sign in, or set a new password if you no longer know it."),
        ),
        gettext("Sign in"),
        in_full(reverse("account_login") + way),
        (
            gettext("New password: %(url)s") % {"url": in_full(reverse("account_reset_password"))},
            gettext("If this was not you, do nothing."),
        ),
    )


def _unknown(_context: Context) -> Notice:
    lines = (
        gettext("Somebody, probably you, asked for a new TimeTuna password for this email address."),
        gettext("There is no account with this address. You may have used another one."),
    )
    if not settings.SIGNUP_OPEN:
        return Notice(
            gettext("There is no account with this address"),
            lines,
            after=(gettext("If this was not you, do nothing."),),
        )
    url = in_full(reverse("account_signup"))
    after = (gettext("If this was not you, do nothing."),)
    return Notice(
        gettext("There is no account with this address"), lines, gettext("Create an account"), url, after
    )


def _reset(context: Context) -> Notice:
    return Notice(
        gettext("Set a new password"),
        (gettext("Somebody, probably you, asked for a new password for your TimeTuna account."),),
        gettext("Set a new password"),
        context["password_reset_url"],
        (
            gettext(
                "The link works for one hour, once. If this was not you, do nothing: your password stays as it is."
            ),
        ),
    )


def _password_changed(_context: Context) -> Notice:
    return Notice(
        gettext("Your password was changed"),
        (
            gettext(
                "The password of your TimeTuna account was changed just now. All other devices were signed out."
            ),
            gettext("If this was not you, set a new password at once."),
        ),
        gettext("Set a new password"),
        in_full(reverse("account_reset_password")),
    )


def _email_changed(context: Context) -> Notice:
    return Notice(
        gettext("Your email address was changed"),
        (
            gettext("Your TimeTuna account uses %(new)s from now on, no longer %(old)s.")
            % {"new": context["to_email"], "old": context["from_email"]},
            gettext(
                "If this was not you, take the account back: it returns here, its password ends, all are signed out."
            ),
        ),
        gettext("This was not me"),
        context["undo_url"],
        (gettext("The link works for seven days. If it was you, do nothing."),),
    )


NOTICES: dict[str, Callable[[Context], Notice]] = {
    "account/email/email_confirmation_signup": _confirm_signup,
    "account/email/email_confirmation": _confirm_change,
    "account/email/account_already_exists": _exists_already,
    "account/email/unknown_account": _unknown,
    "account/email/password_reset_key": _reset,
    "account/email/password_reset": _password_changed,
    "account/email/password_changed": _password_changed,
    "account/email/password_set": _password_changed,
    "account/email/email_changed": _email_changed,
}

FOR_ANYBODY = frozenset(
    {
        "account/email/email_confirmation_signup",
        "account/email/email_confirmation",
        "account/email/account_already_exists",
    }
)
"""What people are sent because somebody typed their address; the others tell an owner what has happened."""
RESET_LINK = "account/email/password_reset_key"
RESETS = frozenset({"account/email/unknown_account", RESET_LINK})
"""What people are sent because somebody asked for a new password for their address; counted apart."""
