"""How a page's mails will look, while their host still writes them."""

from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING, cast

from csp.constants import SELF, UNSAFE_INLINE
from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.clickjacking import xframe_options_sameorigin
from django.views.decorators.http import require_POST

from timetuna.bookings.notifications.audiences import GUEST, HOST
from timetuna.bookings.notifications.compose import letter
from timetuna.bookings.notifications.sample_booking import sample_booking
from timetuna.bookings.notifications.send_sample import send_sample
from timetuna.pages.actions.save_notifications import MAIL_KINDS
from timetuna.pages.forms.notifications import NotificationsForm
from timetuna.pages.models import BookingPage
from timetuna.pages.permissions import page_or_404
from timetuna.pages.queries import MailText
from timetuna.web.csp import NOTHING, policy

if TYPE_CHECKING:
    from timetuna.bookings.notifications.booking_messages import Kind

# The mail's own styles stand on its elements, as mail programs need them; nothing in it runs or loads.
_framed = policy(NOTHING | {"style-src": [UNSAFE_INLINE], "img-src": [SELF], "frame-ancestors": [SELF]})
_FORM_INVALID = 422


@require_POST
@login_required
@xframe_options_sameorigin
@_framed
def mail_preview(request: HttpRequest, page_id: int) -> HttpResponse:
    """Return the mail that `preview` names ("reminder.guest"), with what is typed, in the guest's chosen language."""
    page = page_or_404(request, page_id)
    kind, audience = _wanted(request.POST.get("preview", ""))
    form = NotificationsForm(page, request.POST)
    if not form.is_valid():
        return render(request, "bookings/mail_note.html", {"form": form}, status=_FORM_INVALID)
    with sample_booking(page, form.values(), language=_language(request)) as booking:
        mail = letter(booking, kind=cast("Kind", kind), audience=audience)
    shown = {"mail": replace(mail, ics=b"", method="")}
    return render(request, "bookings/mail_preview.html", shown)


@require_POST
@login_required
@xframe_options_sameorigin
@_framed
def mail_test(request: HttpRequest, page_id: int) -> HttpResponse:
    """Send the mail that `preview` names to the host, with what is typed; one in a few seconds at most."""
    page = page_or_404(request, page_id)
    kind, _ = _wanted(request.POST.get("preview", ""))
    form = NotificationsForm(page, request.POST)
    if not form.is_valid():
        return render(request, "bookings/mail_note.html", {"form": form}, status=_FORM_INVALID)
    text = form.values().texts[kind]
    _enqueue_sample(page, kind, text, language=_language(request), now=timezone.now())
    return render(request, "bookings/mail_note.html", {"form": form, "email": page.host.email})


def _enqueue_sample(page: BookingPage, kind: str, text: MailText, *, language: str, now: datetime) -> None:
    send_sample.enqueue(
        key=f"sample-mail:{page.pk}:{int(now.timestamp()) // 5}",
        page_id=page.pk,
        kind=kind,
        subject=text.subject,
        message=text.message,
        language=language,
    )


def _wanted(name: str) -> tuple[str, str]:
    kind, _, audience = name.partition(".")
    return kind if kind in MAIL_KINDS else MAIL_KINDS[0], HOST if audience == HOST else GUEST


def _language(request: HttpRequest) -> str:
    """Return the language the guest of the example reads: one there is, or English."""
    wanted = request.POST.get("preview_language", "")
    return wanted if wanted in dict(settings.LANGUAGES) else settings.LANGUAGE_CODE
