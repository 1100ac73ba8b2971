"""Translations as the product reads them: the .mo file of a language, made from the .po file that people write.

No .mo file is kept in git, where it would conflict with every other change of a text. A wheel has them from its builder
(requirements/catalogues.py), a clone from `timetuna demo` and `timetuna serve`, and from
`python -m timetuna.l10n.catalogues`, which `./test` begins with.
"""

import os
import tempfile
from io import BytesIO
from pathlib import Path

LOCALE = Path(__file__).resolve().parent.parent / "locale"


def catalogues(locale: Path = LOCALE) -> list[Path]:
    """Return the .po files."""
    return sorted(locale.glob("*/LC_MESSAGES/django.po"))


def compiled(path: Path) -> bytes:
    """Return what belongs into the .mo file of a .po file."""
    from babel.messages.mofile import write_mo  # noqa: PLC0415 - seldom needed, and asked at each start of a test
    from babel.messages.pofile import read_po  # noqa: PLC0415 - as above

    out = BytesIO()
    with path.open("rb") as file:
        write_mo(out, read_po(file, locale=path.parts[-3]))
    return out.getvalue()


def compile_changed(locale: Path = LOCALE) -> None:
    """Make each .mo file that is missing or older than its .po file, and forget those whose .po file has gone.

    Whoever reads one meanwhile reads one that is whole.
    """
    for made in locale.glob("*/LC_MESSAGES/django.mo"):
        if not made.with_suffix(".po").exists():
            made.unlink(missing_ok=True)
    for path in catalogues(locale):
        made = path.with_suffix(".mo")
        if path.stat().st_size and (not made.exists() or made.stat().st_mtime_ns <= path.stat().st_mtime_ns):
            _put(made, compiled(path))


def _put(path: Path, content: bytes) -> None:
    handle, beside = tempfile.mkstemp(dir=path.parent)
    with os.fdopen(handle, "wb") as file:
        file.write(content)
    Path(beside).chmod(0o644)
    Path(beside).replace(path)


if __name__ == "__main__":
    compile_changed()
