"""How TimeTuna logs: one line an event, with the request's id, and nothing of people or secrets in it."""

import logging
import time
import traceback
from collections.abc import Iterator
from contextvars import ContextVar
from pathlib import PurePath
from types import TracebackType
from typing import Any

from timetuna.lib.text import log_value

SPOKEN_BY_CODE = (AttributeError, ImportError, NameError, NotImplementedError)
"""What these say is made of names in the code. Other messages may repeat what somebody typed."""
_CHAIN, _FRAMES = 5, 12
_Raised = tuple[type[BaseException], BaseException, TracebackType | None] | tuple[None, None, None]

request_id: ContextVar[str] = ContextVar("request_id", default="-")


class LineFormatter(logging.Formatter):
    """Render a record as one line; what came from outside cannot start a second one."""

    converter = staticmethod(time.gmtime)
    default_msec_format = "%s.%03dZ"

    def format(self, record: logging.LogRecord) -> str:
        """Return `time level logger request message`, a traceback folded into the same line."""
        line = f"{self.formatTime(record)} {record.levelname} {record.name} {request_id.get()} "
        line += log_value(record.getMessage(), max_length=2_000)
        if record.exc_info:
            line += " | " + log_value(self.formatException(record.exc_info), max_length=8_000)
        return line

    def formatException(self, ei: _Raised) -> str:  # noqa: N802 - logging calls it so
        """Return the exception and what it came from: types and places in the code, the innermost place first.

        Without messages, unless they are made of code: they may repeat a form's field or a row's content.
        """
        return " < ".join(map(_described, _chain(ei[1])))


def _chain(error: BaseException | None) -> Iterator[BaseException]:
    """Yield the exception and its causes, as far as a traceback would show them."""
    for _ in range(_CHAIN):
        if error is None:
            return
        yield error
        error = error.__cause__ or (None if error.__suppress_context__ else error.__context__)


def _described(error: BaseException) -> str:
    said = f" ({error})" if isinstance(error, SPOKEN_BY_CODE) else ""
    frames = traceback.extract_tb(error.__traceback__)[::-1][:_FRAMES]
    places = ", ".join(f"{_short(frame.filename)}:{frame.lineno} {frame.name}" for frame in frames)
    return f"{type(error).__module__}.{type(error).__qualname__}{said} at {places}"


def _short(path: str) -> str:
    return "/".join(PurePath(path).parts[-2:])


def route_of(request: Any) -> str:
    """Return the pattern that the request's address matched, "-" for none; the address may carry a booking's link."""
    match = request.resolver_match
    return match.route if match else "-"


def logging_config(level: str) -> dict[str, Any]:
    """Return the dictConfig for the given level. Lines go to standard error."""
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"line": {"()": "timetuna.logs.LineFormatter"}},
        "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line"}},
        "root": {"handlers": ["stderr"], "level": level},
        "loggers": {
            # httpx2 and httpcore2 log whole addresses, which may carry codes.
            "httpx2": {"level": "WARNING"},
            "httpcore2": {"level": "WARNING"},
            # Django's own lines repeat the address, which may carry a booking's link.
            "django.request": {"level": "CRITICAL"},
            "django.security": {"level": "CRITICAL"},
        },
    }
