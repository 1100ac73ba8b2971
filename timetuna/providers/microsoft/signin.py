"""What the numbers of Microsoft's sign-in mean (AADSTS codes, https://learn.microsoft.com/entra/identity-platform/reference-error-codes)."""

from timetuna.lib.text import spoken

LABEL = "Microsoft 365 / Outlook"
ENDED = spoken(
    "Microsoft ended the connection. That happens when access is withdrawn in the Microsoft account, "
    "when the password was changed, and when the connection was not used for 90 days. Connect "
    "%(label)s again."
) % {"label": LABEL}
_AGAIN = spoken("Then connect %(label)s again.") % {"label": LABEL}
_APPROVAL = spoken(
    "Your organisation lets nobody connect this app without an administrator’s approval. Ask the "
    "administrator to approve it in Microsoft Entra (Enterprise applications → Permissions → Grant "
    "admin consent). %(again)s"
) % {"again": _AGAIN}
_RULES = spoken(
    "A rule of your organisation (Conditional Access) does not let this server in. Ask your "
    "administrator to allow this app. %(again)s"
) % {"again": _AGAIN}
_ANOTHER_STEP = spoken("Microsoft asks for another step of signing in. Connect %(label)s again.") % {
    "label": LABEL
}
DEAD = {
    65001: (
        spoken(
            "Microsoft has no consent for this app any more: yours, or your administrator’s where your "
            "organisation asks for it. Ask the administrator to approve the app where you cannot consent "
            "yourself. %(again)s"
        )
        % {"again": _AGAIN}
    ),
    65004: spoken(
        "The consent was declined at Microsoft. Connect %(label)s again and accept what is asked for."
    )
    % {"label": LABEL},
    90093: _APPROVAL,
    90094: _APPROVAL,
    90095: _APPROVAL,
    50057: spoken("Your administrator has disabled this Microsoft account."),
    50105: spoken("Your administrator has not assigned this app to you. Ask them to. %(again)s")
    % {"again": _AGAIN},
    50076: _ANOTHER_STEP,
    50078: _ANOTHER_STEP,
    50079: _ANOTHER_STEP,
    50158: _ANOTHER_STEP,
    53000: _RULES,
    53001: _RULES,
    53002: _RULES,
    53003: _RULES,
}
# An app that is not known, a wrong or expired secret, another redirect address, one organisation's app for all.
OPERATOR = frozenset({700016, 7000215, 7000222, 7000218, 50011, 50194, 90002})
