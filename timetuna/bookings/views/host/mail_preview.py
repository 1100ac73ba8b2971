"""How a page's mails will look, while their host still writes them."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import wraps

from csp.constants import SELF, UNSAFE_INLINE
from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import get_language
from django.views.decorators.clickjacking import xframe_options_sameorigin
from django.views.decorators.http import require_POST

from timetuna.accounts.permissions import signed_in
from timetuna.bookings.notifications.channels.mail import letter
from timetuna.bookings.notifications.sample import sample_booking, send_sample
from timetuna.bookings.notifications.telling import ORGANIZER, audience_of
from timetuna.lib.mail import Letter
from timetuna.pages.actions.save_notifications import MAIL_KINDS
from timetuna.pages.forms.notifications import NotificationsForm
from timetuna.pages.models import BookingPage
from timetuna.pages.permissions import page_or_404
from timetuna.web.csp import NOTHING, policy
from timetuna.web.forms import Screen, show

# The mail's own styles stand on its elements, as mail programs need them; nothing in it runs or loads.
_framed = policy(NOTHING | {"style-src": [UNSAFE_INLINE], "img-src": [SELF], "frame-ancestors": [SELF]})
_FORM_INVALID = 422


TypedView = Callable[[HttpRequest, BookingPage, NotificationsForm], HttpResponse]


@dataclass(frozen=True, slots=True)
class MailNoteScreen(Screen):
    """There is no mail to show: what is wrong with the form, or where a test went."""

    template = "bookings/mail_note.html"
    form: NotificationsForm
    email: str = ""


@dataclass(frozen=True, slots=True)
class MailPreviewScreen(Screen):
    template = "bookings/mail_preview.html"
    mail: Letter


def _with_what_is_typed(view: TypedView) -> Callable[[HttpRequest, int], HttpResponse]:
    """Hand the view the page and its tab as it is typed; one that is wrong is answered with what is wrong."""

    @require_POST
    @login_required
    @xframe_options_sameorigin
    @_framed
    @wraps(view)
    def answer(request: HttpRequest, page_id: int) -> HttpResponse:
        page = page_or_404(request, page_id)
        form = NotificationsForm(page, request.POST)
        if form.is_valid():
            return view(request, page, form)
        return show(request, MailNoteScreen(form), status=_FORM_INVALID)

    return answer


@_with_what_is_typed
def mail_preview(request: HttpRequest, page: BookingPage, form: NotificationsForm) -> HttpResponse:
    """The mail that `preview` names ("reminder.guest"), with what is typed, in the guest's chosen language."""
    kind, to_host = _wanted(request)
    with sample_booking(page, form.values(), language=_language(request)) as booking:
        audience = ORGANIZER if to_host else audience_of(booking.booker)
        mail = letter(booking, kind=kind, audience=audience)
    return show(request, MailPreviewScreen(replace(mail, ics=b"", method="")))


@_with_what_is_typed
def mail_test(request: HttpRequest, page: BookingPage, form: NotificationsForm) -> HttpResponse:
    """The mail that `preview` names, to who asks for it, with what is typed; one in a few seconds at most."""
    (kind, _), reader = _wanted(request), signed_in(request)
    text = form.values().texts[kind]
    send_sample.enqueue(
        key=f"sample-mail:{page.pk}:{reader.pk}:{int(timezone.now().timestamp()) // 5}",
        page_id=page.pk,
        to=reader.pk,
        kind=kind,
        subject=text.subject,
        message=text.message,
        language=_language(request),
    )
    return show(request, MailNoteScreen(form, reader.email))


def _wanted(request: HttpRequest) -> tuple[str, bool]:
    """The kind of mail, and whether it is the host's."""
    kind, _, audience = request.POST.get("preview", "").partition(".")
    return kind if kind in MAIL_KINDS else MAIL_KINDS[0], audience == ORGANIZER


def _language(request: HttpRequest) -> str:
    """One there is, or what the host reads."""
    wanted = request.POST.get("preview_language") or request.GET.get("preview_language", "")
    return wanted if wanted in dict(settings.LANGUAGES) else get_language() or settings.LANGUAGE_CODE
