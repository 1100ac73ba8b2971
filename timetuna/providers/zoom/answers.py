"""Zoom's good answers, checked at the door: only what is needed is taken, everything else may come or be missing."""

import logging
import re
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

from timetuna.lib.text import single_line
from timetuna.providers.base import CreatedConference, Profile
from timetuna.providers.errors import ProviderError

log = logging.getLogger(__name__)

_ID = re.compile(r"[\x21-\x7e]{1,128}")
_LINK = re.compile(r"[\x21-\x7e]{1,2000}")
_NAME_LENGTH, _EMAIL_LENGTH, _PASSCODE_LENGTH = 200, 320, 64
_TOLERANCE = timedelta(minutes=1)


def read_profile(body: dict[str, Any]) -> Profile:
    """Return the profile; `id` and `email` have to be there. Raises ProviderError."""
    user_id, email = _text(body, "id"), single_line(_text(body, "email"), max_length=_EMAIL_LENGTH)
    if not _ID.fullmatch(user_id) or not email:
        raise ProviderError("Zoom's answer does not say whose account this is.", code="protocol")
    account_id = _text(body, "account_id")
    parts = f"{_text(body, 'first_name')} {_text(body, 'last_name')}"
    return Profile(
        user_id=user_id,
        account_id=account_id if _ID.fullmatch(account_id) else "",
        email=email,
        display_name=_line(_text(body, "display_name")) or _line(parts) or email[:_NAME_LENGTH],
    )


def read_conference(body: dict[str, Any], *, start: datetime) -> CreatedConference:
    """Return what was made: link, number, and the passcode where the link does not carry it.

    `start_url`, the host's own key, is not looked at. Raises ProviderError with `outcome_unknown`: a meeting exists.
    """
    join_url = _text(body, "join_url")
    if not _is_link(join_url):
        raise ProviderError(
            "Zoom answered without a join link that can be used.", code="protocol", outcome_unknown=True
        )
    _compare_start(_text(body, "start_time"), start)
    carried = bool(parse_qs(urlsplit(join_url).query).get("pwd"))
    passcode = "" if carried else single_line(_text(body, "password"), max_length=_PASSCODE_LENGTH)
    return CreatedConference(reference=_reference(body.get("id")), join_url=join_url, passcode=passcode)


def _is_link(url: str) -> bool:
    """Nothing is assumed about the host name: there are vanity names and other domains of Zoom."""
    if not _LINK.fullmatch(url):
        return False
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    return parts.scheme == "https" and bool(parts.hostname) and "@" not in parts.netloc and "\\" not in url


def _reference(value: Any) -> str:
    """Return the meeting's number, which comes as int64 or as text; "" where it cannot be read."""
    text = str(value) if isinstance(value, int | str) and not isinstance(value, bool) else ""
    return text if text.isascii() and text.isdigit() and len(text) <= _PASSCODE_LENGTH else ""


def _compare_start(answered: str, start: datetime) -> None:
    """Zoom schedules "now" when it does not understand a time, and calls that a success."""
    try:
        moment = datetime.fromisoformat(answered)
    except ValueError:
        log.warning("zoom made a meeting without a readable start")
        return
    moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    if abs(moment - start) > _TOLERANCE:
        log.warning(
            "zoom made a meeting at another time: %s minutes off", round((moment - start) / _TOLERANCE)
        )


def _text(body: dict[str, Any], name: str) -> str:
    value = body.get(name)
    return value if isinstance(value, str) else ""


def _line(text: str) -> str:
    return single_line(text, max_length=_NAME_LENGTH)
