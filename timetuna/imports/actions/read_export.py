"""Read what a product gave its host as a file."""

from datetime import datetime

from timetuna.accounts.models import User
from timetuna.imports.models import Import
from timetuna.providers.bundle import ExportReader


def read_export(host: User, product: str, files: ExportReader, content: bytes, *, now: datetime) -> Import:
    """Store the draft. Raises ProviderError with a sentence; then nothing is stored."""
    bundle = files.read_file(content)
    return Import.objects.create(
        host=host,
        product=product,
        state=Import.State.READ,
        draft=bundle.written(),
        started_at=now,
        heard_at=now,
        ended_at=now,
    )
