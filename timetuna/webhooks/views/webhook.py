"""One webhook: how it goes, what was sent, and sending it again."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext, gettext_lazy, ngettext
from django.views.decorators.http import require_http_methods, require_POST

from timetuna.accounts.models import User
from timetuna.accounts.permissions import signed_in
from timetuna.l10n.datetimes import dated, zone_or_utc
from timetuna.web.forms import INCOMPLETE, Screen, show
from timetuna.webhooks.actions.change_webhook import change_webhook, renew_secret, send_test, switch_webhook
from timetuna.webhooks.body import SENTENCES, TYPES, EventType
from timetuna.webhooks.forms import ReplayForm, WebhookForm
from timetuna.webhooks.makers import in_words, maker_of
from timetuna.webhooks.models import DeliveryAttempt, EventDelivery, WebhookEndpoint
from timetuna.webhooks.permissions import webhook_or_404
from timetuna.webhooks.queries import deliveries_of, failed_since
from timetuna.webhooks.sending import NO_CIPHER
from timetuna.webhooks.views.webhooks import host_of, keep_for_once, state_of

SHOWN = 50
PROBLEMS = {
    "timeout": gettext_lazy("No answer within 15 seconds"),
    "dns": gettext_lazy("The name of the server is not known"),
    "connect": gettext_lazy("The server cannot be reached"),
    "tls": gettext_lazy("The server has no valid certificate"),
    "reset": gettext_lazy("The server closed the connection"),
    "refused_address": gettext_lazy(
        "The address is not on the public internet. Whoever runs this server allows such ones by WEBHOOK_ALLOW_PRIVATE"
    ),
    "off_limits": gettext_lazy("The address belongs to the machinery of this server"),
    "address": gettext_lazy("The address cannot be asked"),
    NO_CIPHER: gettext_lazy(
        "This server sends webhooks to https addresses alone. Whoever runs it allows others by WEBHOOK_ALLOW_HTTP"
    ),
}
Said = Callable[..., str]
"""A moment by the host's clock."""
NO_SENSE = gettext_lazy("The answer cannot be read")
_STATES = {
    EventDelivery.State.WAITING: (gettext_lazy("On its way"), ""),
    EventDelivery.State.DELIVERED: (gettext_lazy("Delivered"), "good"),
    EventDelivery.State.FAILED: (gettext_lazy("Not delivered"), "bad"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class AttemptLine:
    """One call. answer: how it begins."""

    when: str
    text: str
    answer: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DeliveryLine:
    """One event that was sent. again: when it is tried next, "" for never."""

    id: str
    what: str
    event: str
    when: str
    state: str
    tone: str
    again: str
    tries: str
    attempts: Sequence[AttemptLine]


@dataclass(frozen=True, slots=True, kw_only=True)
class WebhookScreen(Screen):
    """problem: why nothing is sent, or since when nothing gets through.  failed: whether something was not taken.

    made: by whom, and with what it ends.
    """

    template = "webhooks/webhook.html"
    id: str
    host: str
    state: str
    tone: str
    off: bool
    problem: str
    made: str
    both_until: str
    form: WebhookForm
    replay: ReplayForm
    failed: bool
    log: Sequence[DeliveryLine]


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def webhook(request: HttpRequest, hook_id: str) -> HttpResponse:
    """Show it; on POST change it."""
    hook = webhook_or_404(request, hook_id)
    form = WebhookForm(request.POST if request.method == "POST" else None, hook)
    if form.is_bound and form.is_valid():
        data = form.cleaned_data
        change_webhook(hook, url=data["url"], events=sorted(data["events"]), thin=data["thin"])
        messages.success(request, gettext("Saved."))
        return redirect("webhook", hook_id)
    screen = _screen(hook, form, signed_in(request), now=timezone.now())
    return show(request, screen, status=422 if form.is_bound else 200)


@require_POST
@login_required
def rotate(request: HttpRequest, hook_id: str) -> HttpResponse:
    hook = webhook_or_404(request, hook_id)
    keep_for_once(request, hook, renew_secret(hook, now=timezone.now()))
    return redirect("webhook_secret", hook_id)


@require_POST
@login_required
def test(request: HttpRequest, hook_id: str) -> HttpResponse:
    send_test(webhook_or_404(request, hook_id))
    messages.success(request, gettext("A test is on its way. Below you see how it went."))
    return redirect("webhook", hook_id)


@require_POST
@login_required
def switch(request: HttpRequest, hook_id: str) -> HttpResponse:
    """On with on=1, off with on=0; what did not arrive changes nothing."""
    hook, asked = webhook_or_404(request, hook_id), request.POST.get("on")
    if asked not in {"0", "1"}:
        messages.error(request, str(INCOMPLETE))
        return redirect("webhook", hook_id)
    on = asked == "1"
    switch_webhook(hook, on=on, now=timezone.now())
    said = gettext("The webhook is on.") if on else gettext("The webhook is off.")
    messages.success(request, said)
    return redirect("webhook", hook_id)


@require_POST
@login_required
def remove(request: HttpRequest, hook_id: str) -> HttpResponse:
    hook = webhook_or_404(request, hook_id)
    hook.delete()
    messages.success(request, gettext("%(host)s is told of nothing any more.") % {"host": host_of(hook)})
    return redirect("webhooks")


def said_to(host: User, *, now: datetime) -> Said:
    """Moments by their clock."""
    zone = zone_or_utc(host.time_zone)

    def said(moment: datetime, *, begins: bool = True) -> str:
        return dated(moment, zone=zone, now=now, begins=begins)

    return said


def _screen(hook: WebhookEndpoint, form: WebhookForm, host: User, *, now: datetime) -> WebhookScreen:
    said = said_to(host, now=now)
    state, tone = state_of(hook)
    rows = deliveries_of(hook).order_by("-created_at", "-pk")[:SHOWN]
    both = hook.former_until if hook.former_until and hook.former_until > now else None
    return WebhookScreen(
        id=hook.public_id,
        host=host_of(hook),
        state=state,
        tone=tone,
        off=hook.disabled_at is not None,
        problem=_problem(hook, said(hook.failing_since, begins=False) if hook.failing_since else ""),
        made=in_words(maker_of(hook)),
        both_until=said(both, begins=False) if both else "",
        form=form,
        replay=ReplayForm(),
        failed=failed_since(hook, now - ReplayForm.LONGEST).exists(),
        log=[delivery_line(row, said) for row in rows],
    )


_WHY = {
    WebhookEndpoint.Off.GONE: gettext_lazy(
        "It answered that this address is gone for good, so nothing is sent there any more."
    ),
    WebhookEndpoint.Off.FAILING: gettext_lazy(
        "It has taken nothing for five days, so nothing is sent there any more."
    ),
    WebhookEndpoint.Off.OWNER: gettext_lazy("You have switched it off."),
    WebhookEndpoint.Off.KEY_REVOKED: gettext_lazy(
        "The key by which it was made is revoked, so nothing is sent there any more. "
        "Switched on again it needs no key."
    ),
    WebhookEndpoint.Off.KEY_EXPIRED: gettext_lazy(
        "The key by which it was made has expired, so nothing is sent there any more. "
        "Switched on again it needs no key."
    ),
    WebhookEndpoint.Off.NO_PAGES: gettext_lazy(
        "You take no part any more in the pages that it is told of, so nothing is sent there."
    ),
}


def _problem(hook: WebhookEndpoint, since: str) -> str:
    if hook.why:
        return str(_WHY[WebhookEndpoint.Off(hook.why)])
    if since:
        return gettext("It has taken nothing since %(since)s. What failed is tried again for three days.") % {
            "since": since
        }
    return ""


def delivery_line(row: EventDelivery, said: Said) -> DeliveryLine:
    state, tone = _STATES[EventDelivery.State(row.state)]
    attempts = [_attempt(one, said) for one in row.tries.all()]
    count = len(attempts)
    waits = row.state == EventDelivery.State.WAITING and row.next_at is not None and attempts
    return DeliveryLine(
        id=row.public_id,
        what=_what(row.event.type),
        event=row.event.public_id,
        when=said(row.created_at),
        state=str(state),
        tone=tone,
        again=said(row.next_at, begins=False) if waits and row.next_at else "",
        tries=ngettext("%(count)d attempt", "%(count)d attempts", count) % {"count": count} if count else "",
        attempts=attempts,
    )


def _what(kind: str) -> str:
    return str(SENTENCES[EventType(kind)]) if kind in TYPES else gettext("Test")


def _attempt(row: DeliveryAttempt, said: Said) -> AttemptLine:
    if row.status is None:
        text = str(PROBLEMS.get(row.problem, NO_SENSE))
    else:
        text = gettext("Answered %(status)d after %(ms)d ms") % {
            "status": row.status,
            "ms": row.milliseconds,
        }
    return AttemptLine(when=said(row.at), text=text, answer=row.answer)
