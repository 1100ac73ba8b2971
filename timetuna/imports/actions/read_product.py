"""Read all that a host has at another product, beside the request that asks for it.

The credential lives in the memory of the thread that reads and nowhere else: so no worker can take the reading over,
and one that has died with its process is begun again by its host.
"""

import logging
import threading
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import IntegrityError, connections, transaction
from django.utils import timezone
from django.utils.translation import gettext, gettext_noop

from timetuna.accounts.models import User
from timetuna.imports.models import Import
from timetuna.imports.products import Product
from timetuna.lib.text import single_line
from timetuna.providers.bundle import Bundle, Progress
from timetuna.providers.errors import ProviderError

log = logging.getLogger("timetuna.imports")
AT_ONCE = 4
"""Readings of one process."""
DEAD_AFTER = timedelta(minutes=6)
"""Longer than a product may have us pause without a word."""
DIED = gettext_noop(
    "The reading was interrupted, because the server was started anew. Nothing was taken over. Begin again."
)
BUSY = gettext_noop("Several imports are being read at the moment. Try again in a few minutes.")
UNDER_WAY = gettext_noop("Another import of yours is still running. Let it finish, or cancel it first.")
YOUR_ACCOUNT = gettext_noop("your account")
_TOLD_APART = timedelta(seconds=1)
_slots = threading.BoundedSemaphore(AT_ONCE)


class NotBegun(Exception):  # noqa: N818 - it names what happened
    """`str()` is a sentence."""


class _Dropped(Exception):  # noqa: N818 - it ends a reading that nobody wants any more
    pass


def begin_reading(host: User, product: Product, credential: str) -> Import:
    """Begin it in a thread and return its row. Raises NotBegun."""
    end_dead_readings(now=timezone.now())
    if not _slots.acquire(blocking=False):
        raise NotBegun(gettext(BUSY))
    try:
        row = _begin(host, product)
        thread = threading.Thread(
            target=_run, args=(row.pk, product, credential), name=f"import-{row.pk}", daemon=True
        )
        thread.start()
    except BaseException:
        _slots.release()
        raise
    return row


def _begin(host: User, product: Product) -> Import:
    try:
        with transaction.atomic():
            return Import.objects.create(host=host, product=product.slug, step=YOUR_ACCOUNT)
    except IntegrityError:
        raise NotBegun(gettext(UNDER_WAY)) from None


def _run(pk: int, product: Product, credential: str) -> None:
    try:
        read_into(pk, product, credential)
    finally:
        _slots.release()
        connections.close_all()


def read_into(pk: int, product: Product, credential: str) -> None:
    """Read and store the draft, or the sentence why there is none. Never raises for it."""
    try:
        bundle = product.source.read(credential, tell=_Teller(pk))
    except _Dropped:
        return
    except ProviderError as error:
        log.info("import %s from %s not read: %s", pk, product.slug, error.code)
        _fail(pk, str(error))
        return
    except Exception as error:  # noqa: BLE001 - its text and its trace could hold what was read
        log.error("import %s from %s: its reader broke: %s", pk, product.slug, type(error).__name__)  # noqa: TRY400 - as above
        _fail(pk, f"TimeTuna could not read what {product.label} answered. Nothing was taken over.")
        return
    store_draft(pk, bundle, now=timezone.now())


def store_draft(pk: int, bundle: Bundle, *, now: datetime) -> None:
    """Unless its host has dropped it meanwhile."""
    Import.objects.filter(pk=pk, state=Import.State.READING).update(
        state=Import.State.READ, draft=bundle.written(), ended_at=now, heard_at=now
    )


def end_dead_readings(*, now: datetime) -> int:
    """Say so of readings whose process is gone; return how many. Where there are none, nothing is written."""
    silent = Import.objects.filter(state=Import.State.READING, heard_at__lt=now - DEAD_AFTER)
    return silent.exists() and silent.update(state=Import.State.FAILED, problem=DIED, ended_at=now)


def _fail(pk: int, sentence: str) -> None:
    Import.objects.filter(pk=pk, state=Import.State.READING).update(
        state=Import.State.FAILED, problem=single_line(sentence, max_length=500), ended_at=timezone.now()
    )


@dataclass(slots=True)
class _Teller:
    """Writes down how far it is, once a second at most, and ends the reading when its row is gone."""

    pk: int
    step: str = ""
    told_at: datetime | None = None

    def __call__(self, progress: Progress) -> None:
        now = timezone.now()
        soon = self.told_at is not None and now - self.told_at < _TOLD_APART
        if soon and progress.step == self.step and not progress.waits_seconds:
            return
        columns = {
            "step": single_line(progress.step, max_length=100),
            "done": progress.done,
            "total": progress.total,
            "waits_seconds": progress.waits_seconds,
            # What pauses is heard of again when the pause is over.
            "heard_at": now + timedelta(seconds=progress.waits_seconds),
        }
        if not Import.objects.filter(pk=self.pk, state=Import.State.READING).update(**columns):
            raise _Dropped
        self.told_at, self.step = now, progress.step
