"""What is refused before any of the product's rooms was asked: a sentence for people, a problem for programs."""

from http import HTTPStatus

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext
from django.views import defaults

from timetuna.web.problems import failed, for_programs, reads_problems

PLAIN = "text/plain; charset=utf-8"


def refusal(request: HttpRequest, status: int, sentence: str) -> HttpResponse:
    """As whoever asks there reads it."""
    if reads_problems(request):
        return _problem(status, sentence)
    return HttpResponse(sentence, status=status, content_type=PLAIN)


def explained(path: str, status: int, sentence: str) -> tuple[str, bytes]:
    """The same before there is a request: the media type and the body."""
    if not for_programs(path):
        return PLAIN, sentence.encode()
    response = _problem(status, sentence)
    return response["Content-Type"], response.content


def _problem(status: int, sentence: str) -> HttpResponse:
    if status != HTTPStatus.REQUEST_ENTITY_TOO_LARGE:
        return failed(status, sentence)
    most: int = settings.DATA_UPLOAD_MAX_MEMORY_SIZE
    return failed(status, gettext("The body may have %(most)d bytes at most.") % {"most": most}, limit=most)


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """As Django's handler400: a name of the server that is not its own, and what cannot be read."""
    if for_programs(request.path):
        sentence = gettext(
            "The request cannot be read, or names another server than this one in its Host header."
        )
        return failed(HTTPStatus.BAD_REQUEST, sentence)
    return defaults.bad_request(request, exception)


def nothing_there() -> HttpResponse:
    """For programs, where no room has anything."""
    return failed(
        HTTPStatus.NOT_FOUND, gettext("There is nothing at this address. The API is below /api/v1.")
    )
