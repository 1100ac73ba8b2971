"""One message that was sent to a webhook, and sending again what did not arrive."""

from dataclasses import dataclass

import orjson
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext, ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from timetuna.accounts.permissions import signed_in
from timetuna.web.forms import INCOMPLETE, Screen, show
from timetuna.webhooks.actions.deliver import replay as send_again
from timetuna.webhooks.body import content_for
from timetuna.webhooks.forms import ReplayForm
from timetuna.webhooks.permissions import delivery_or_404, webhook_or_404
from timetuna.webhooks.queries import failed_since
from timetuna.webhooks.views.webhook import DeliveryLine, delivery_line, said_to
from timetuna.webhooks.views.webhooks import host_of

AT_ONCE = 1_000


@dataclass(frozen=True, slots=True, kw_only=True)
class DeliveryScreen(Screen):
    """body: what is sent, with lines for people; the bytes that are signed have none.  erased: its guest is gone."""

    template = "webhooks/delivery.html"
    id: str
    host: str
    one: DeliveryLine
    body: str
    erased: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplayScreen(Screen):
    """count: how many would be sent again.  since: as the form has it, and in words."""

    template = "webhooks/replay.html"
    id: str
    host: str
    since: str
    question: str


@never_cache
@require_safe
@login_required
def delivery(request: HttpRequest, hook_id: str, delivery_id: str) -> HttpResponse:
    """With every attempt."""
    hook = webhook_or_404(request, hook_id)
    row = delivery_or_404(hook, delivery_id)
    said = said_to(signed_in(request), now=timezone.now())
    body = orjson.dumps(orjson.loads(content_for(hook, row.event)), option=orjson.OPT_INDENT_2).decode()
    screen = DeliveryScreen(
        id=hook.public_id,
        host=host_of(hook),
        one=delivery_line(row, said),
        body=body,
        erased="guest_erased" in row.event.data,
    )
    return show(request, screen)


@require_POST
@login_required
def replay(request: HttpRequest, hook_id: str, delivery_id: str) -> HttpResponse:
    hook = webhook_or_404(request, hook_id)
    send_again(delivery_or_404(hook, delivery_id), now=timezone.now())
    messages.success(request, gettext("It is sent again."))
    return redirect("webhook", hook_id)


@require_POST
@login_required
def replay_failed(request: HttpRequest, hook_id: str) -> HttpResponse:
    """Say how many it would be; with sure=1 send them."""
    hook, now, form = webhook_or_404(request, hook_id), timezone.now(), ReplayForm(request.POST)
    if not form.is_valid():
        messages.error(request, str(INCOMPLETE))
        return redirect("webhook", hook_id)
    rows = list(failed_since(hook, now - form.age())[:AT_ONCE])
    count = len(rows)
    if count and request.POST.get("sure") != "1":
        asked = ngettext(
            "%(count)d message was not delivered %(since)s. Send it again?",
            "%(count)d messages were not delivered %(since)s. Send them again?",
            count,
        ) % {"count": count, "since": form.since_in_words()}
        since = str(form.cleaned_data["since"])
        return show(request, ReplayScreen(id=hook_id, host=host_of(hook), since=since, question=asked))
    for row in rows:
        send_again(row, now=now)
    said = ngettext("%(count)d message is sent again.", "%(count)d messages are sent again.", count)
    messages.success(request, said % {"count": count})
    return redirect("webhook", hook_id)
