"""The list of a host's webhooks, a new one, and its secret, which is shown once."""

from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

from allauth.account.decorators import reauthentication_required
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext, ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from timetuna.accounts.permissions import signed_in
from timetuna.encryption import box
from timetuna.lib.crypto import SecretBoxError
from timetuna.web.forms import Screen, show
from timetuna.webhooks.actions.change_webhook import NewWebhook, TooManyWebhooks, create_webhook
from timetuna.webhooks.forms import WebhookForm
from timetuna.webhooks.models import WebhookEndpoint
from timetuna.webhooks.permissions import webhook_or_404, webhooks_for

SHOWN_ONCE = "new_webhook_secret"


@dataclass(frozen=True, slots=True, kw_only=True)
class HookLine:
    """A webhook in the list. tone: of the badge that says how it stands."""

    id: str
    host: str
    url: str
    text: str
    state: str
    tone: str


@dataclass(frozen=True, slots=True)
class WebhooksScreen(Screen):
    template = "webhooks/list.html"
    hooks: Sequence[HookLine]


@dataclass(frozen=True, slots=True)
class NewWebhookScreen(Screen):
    template = "webhooks/new.html"
    form: WebhookForm


@dataclass(frozen=True, slots=True)
class SecretScreen(Screen):
    """secret: shown this once.  rotated: whether there was another before, which still signs for a day."""

    template = "webhooks/secret.html"
    id: str
    host: str
    secret: str
    rotated: bool


@require_safe
@login_required
def webhooks(request: HttpRequest) -> HttpResponse:
    return show(request, WebhooksScreen([_line(hook) for hook in webhooks_for(signed_in(request))]))


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
@reauthentication_required  # type: ignore[untyped-decorator]
def new_webhook(request: HttpRequest) -> HttpResponse:
    """Asks for the password first, where it was not typed lately: guests' names leave the house by it."""
    form = WebhookForm(request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid():
        data = form.cleaned_data
        wanted = NewWebhook(url=data["url"], events=data["events"], thin=data["thin"])
        try:
            hook, secret = create_webhook(signed_in(request), wanted, now=timezone.now())
        except TooManyWebhooks as error:
            form.add_error(None, str(error))
        else:
            keep_for_once(request, hook, secret)
            return redirect("webhook_secret", hook.public_id)
    return show(request, NewWebhookScreen(form), status=422 if form.is_bound else 200)


@never_cache
@require_safe
@login_required
def secret(request: HttpRequest, hook_id: str) -> HttpResponse:
    """Whoever comes again finds the webhook."""
    hook = webhook_or_404(request, hook_id)
    known, sealed = request.session.get(SHOWN_ONCE) or ("", "")
    if known == hook_id and request.method == "GET":
        del request.session[SHOWN_ONCE]
    try:
        shown = box().open(sealed, context=_context(hook_id)) if known == hook_id else ""
    except SecretBoxError:
        shown = ""
    if not shown:
        messages.info(request, gettext("A secret is shown once. Make another one if this is lost."))
        return redirect("webhook", hook_id)
    return show(request, SecretScreen(hook_id, host_of(hook), shown, bool(hook.former_sealed)))


def keep_for_once(request: HttpRequest, hook: WebhookEndpoint, shown: str) -> None:
    """For the page after this one."""
    sealed = box().seal(shown, context=_context(hook.public_id))
    request.session[SHOWN_ONCE] = [hook.public_id, sealed]


def host_of(hook: WebhookEndpoint) -> str:
    """How people call it."""
    return urlsplit(hook.url).hostname or hook.url


def state_of(hook: WebhookEndpoint) -> tuple[str, str]:
    """In a word, and its tone."""
    if hook.disabled_at is not None:
        return gettext("Off"), "bad" if hook.why != WebhookEndpoint.Off.OWNER else ""
    if hook.failing_since is not None:
        return gettext("Does not get through"), "warn"
    return gettext("On"), "good"


def _context(hook_id: str) -> str:
    return f"webhooks.new-secret:{hook_id}"


def _line(hook: WebhookEndpoint) -> HookLine:
    state, tone = state_of(hook)
    count = len(hook.events)
    text = ngettext("%(count)d kind of event", "%(count)d kinds of events", count) % {"count": count}
    return HookLine(
        id=hook.public_id,
        host=host_of(hook),
        url=hook.url,
        text=f"{text} · {hook.source}" if hook.source else text,
        state=state,
        tone=tone,
    )
