"""Style sheets as they are handed out: what one imports stands in its place, so that a page asks for one file."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from django.core.files.base import ContentFile
from django.core.files.storage import InMemoryStorage, Storage
from whitenoise.storage import CompressedManifestStaticFilesStorage

JOINED = ("css/guest.css", "css/host.css")
_IMPORT = re.compile(r'^@import url\("(.+)"\);$', re.MULTILINE)
Files = Mapping[str, tuple[Storage, str]]


class JoinedStyleSheets(CompressedManifestStaticFilesStorage):  # type: ignore[misc]
    """Static files under hashed names, compressed; the sheets of JOINED are whole."""

    def post_process(self, paths: Files, **options: Any) -> Iterator[Any]:
        memory = InMemoryStorage()
        for name in JOINED:
            memory.save(name, ContentFile(_joined(name, paths).encode()))
        yield from super().post_process({**paths, **{name: (memory, name) for name in JOINED}}, **options)


def _joined(name: str, files: Files) -> str:
    return _IMPORT.sub(lambda found: _text(f"css/{found[1]}", files), _text(name, files))


def _text(name: str, files: Files) -> str:
    storage, path = files[name]
    with storage.open(path) as file:
        return str(file.read().decode())
