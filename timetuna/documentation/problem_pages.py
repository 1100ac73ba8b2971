"""What each code of a problem means and what a program does about it: the page to which its `type` leads."""

from collections.abc import Mapping
from dataclasses import dataclass

from django.utils import translation

from timetuna.api.problems import PROBLEMS, ProblemCode

_MEANT: Mapping[ProblemCode, tuple[str, str]] = {
    ProblemCode.MALFORMED: (
        "the body is no JSON, or a header cannot be read",
        (
            "Look at the body as it is sent: it has to be one JSON object in UTF-8. `detail` names the header if "
            "it is one."
        ),
    ),
    ProblemCode.UNAUTHORIZED: (
        "there is no key, or none of this server",
        (
            "Send `Authorization: Bearer tt_live_…` with a key from **Settings → Developers** of this server. A "
            "key is told from a mistyped one by its last signs, so copy it whole."
        ),
    ),
    ProblemCode.KEY_EXPIRED: (
        "its day has come",
        "Make another key in **Settings → Developers** and put it in the place of this one.",
    ),
    ProblemCode.KEY_REVOKED: (
        "its owner has revoked it",
        "Ask whoever gave you the key. A revoked key never opens anything again; a new one may.",
    ),
    ProblemCode.SCOPE: (
        "the key may not do this",
        (
            "`WWW-Authenticate` names the scope that is missing. What a key may do is chosen when it is made: "
            "make another."
        ),
    ),
    ProblemCode.NOT_FOUND: (
        "there is nothing of yours at this address",
        (
            "Look at the id, and at whose key it is: what is somebody else’s, or of a page that the key does not "
            "have, is answered in the same way."
        ),
    ),
    ProblemCode.METHOD_NOT_ALLOWED: (
        "`Allow` says what the address takes",
        "Send one of the methods that `Allow` names.",
    ),
    ProblemCode.TIMEOUT: (
        "the body did not arrive in time",
        "Send it again, at once and whole. A body has 20 seconds to arrive.",
    ),
    ProblemCode.SLOT_TAKEN: (
        "somebody else was faster, or a calendar is busy",
        (
            "Nothing was booked. Ask for the page’s times again and offer another; `reasons` says to the page’s "
            "hosts what stands in the way."
        ),
    ),
    ProblemCode.NOT_OFFERED: (
        "the page is not open then",
        "Take a start from the page’s times. Its owner’s program may pass over its hours with `force`.",
    ),
    ProblemCode.TOO_SOON: (
        "nearer than the page's notice, or over",
        "Take a later start. Its owner’s program may pass over the notice with `force`.",
    ),
    ProblemCode.TOO_LATE: (
        "beyond its horizon",
        "Take an earlier start: the page says how far ahead it can be booked, in `horizon`.",
    ),
    ProblemCode.PAGE_GONE: (
        "the page takes no bookings",
        "It is switched off, or no way to meet works right now. Its host sees why in the page’s editor.",
    ),
    ProblemCode.LINK_OVER: (
        "the one-off link is used up, over or taken back",
        "Make another one-off link, or book without one if the page is open to everybody.",
    ),
    ProblemCode.NEEDS_APPROVAL_PENDING: (
        "it is a request that waits for its host",
        "Approve or decline it first, or wait until its host has.",
    ),
    ProblemCode.NOT_POSSIBLE: (
        "it cannot be done as things stand; `detail` says why",
        (
            "Read the booking again before deciding: it has ended, is cancelled, or has too many of something "
            "already."
        ),
    ),
    ProblemCode.IDEMPOTENCY_IN_PROGRESS: (
        "the same request is still worked on: send it again in a moment",
        (
            "Wait as long as `Retry-After` says and send the same request with the same key: you get the first "
            "one’s answer."
        ),
    ),
    ProblemCode.LENGTH_REQUIRED: (
        "the body came without a `Content-Length`",
        "Send the body with its `Content-Length`, and not in chunks: nobody can tell otherwise whether it is whole.",
    ),
    ProblemCode.CHANGED_MEANWHILE: (
        "`If-Match` names another state",
        "Nothing was changed. Read it again, look at what is new, and send the change with its new `ETag`.",
    ),
    ProblemCode.TOO_LARGE: (
        "the body is too large; `limit` says how many bytes it may have",
        "Send less at once: `limit` is what a body may have, in bytes. How long each field may be is in the reference.",
    ),
    ProblemCode.UNSUPPORTED_MEDIA_TYPE: (
        "the body has to be `application/json`",
        "Send `Content-Type: application/json`, and the body as JSON.",
    ),
    ProblemCode.VALIDATION: (
        "`errors` says what is wrong where",
        (
            "Each of `errors` has a `pointer` into the body, or `?name` for a parameter, and a sentence. A field "
            "or parameter that nobody knows is refused, too, so look for slips in names."
        ),
    ),
    ProblemCode.IDEMPOTENCY_MISMATCH: (
        "the key was used for another request",
        (
            "Take a new `Idempotency-Key` for each new intention, and the old one only to repeat the very same "
            "request."
        ),
    ),
    ProblemCode.FLOOD: (
        "too many bookings or mails for one person; `Retry-After`",
        "It protects people from being mailed without end. Wait as long as `Retry-After` says, in seconds.",
    ),
    ProblemCode.RATE_LIMIT: (
        "too many requests; `Retry-After`",
        (
            "Wait as long as `Retry-After` says, in seconds; `RateLimit` tells with each answer how many are "
            "left. To hear of changes, take webhooks instead of asking often."
        ),
    ),
    ProblemCode.SERVER_ERROR: (
        "something went wrong here; nothing was done",
        (
            "Send the same request with the same `Idempotency-Key` again. If it stays, tell whoever runs the "
            "server the `request_id`: it finds the line in the log."
        ),
    ),
    ProblemCode.BUSY: (
        "the server is very busy: try again",
        "Wait a few seconds and send the same request with the same `Idempotency-Key`.",
    ),
}


@dataclass(frozen=True, slots=True)
class ProblemPage:
    """meaning: as the table in docs/api.md has it.  advice: Markdown."""

    code: str
    status: int
    title: str
    meaning: str
    advice: str

    @property
    def text(self) -> str:
        """As Markdown."""
        return (
            f"# {self.title}\n\n`{self.code}`, answered with status {self.status}: {self.meaning}.\n\n"
            f"## What to do\n\n{self.advice}\n\n"
            f"All codes, and how a problem is written: [the API’s problems](/docs/api#problems).\n"
        )


def problem_pages() -> Mapping[str, ProblemPage]:
    """By code, in English, as all documentation is."""
    with translation.override("en"):
        return {
            str(code): ProblemPage(str(code), int(status), str(title), *_MEANT[code])
            for code, (status, title) in PROBLEMS.items()
        }
