"""Style sheets and scripts as they are handed out: what one imports stands in its place, without comments and space.

A guest's page holds its sheet and icon itself, so that the first answer is all that the first picture needs.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import lru_cache
from typing import Any
from urllib.parse import quote

from csp.constants import SELF
from django.conf import settings
from django.core.files.base import ContentFile
from django.core.files.storage import InMemoryStorage, Storage
from django.template import Library
from django.templatetags.static import static
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext
from whitenoise.storage import CompressedManifestStaticFilesStorage

from timetuna.web.framing import frame_of
from timetuna.web.middleware import allow, allow_from

JOINED = ("css/guest.css", "css/host.css", "css/agenda.css", "css/insights.css", "css/docs.css")
JOINED_SCRIPTS = ("js/guest.js", "js/month.js")
Files = Mapping[str, tuple[Storage, str]]
_IMPORT = re.compile(r'^@?import (?:url\()?"(?:\./)?(.+)"\)?;$', re.MULTILINE)
_USED, _VALUE = re.compile(r"var\((--[a-z0-9-]+)"), re.compile(r"(?<=[{;])(--[a-z0-9-]+):[^;{}]*(?:;|(?=}))")
_WHOLE = re.compile(r"(<script\b.*?</script>|<style>.*?</style>)", re.DOTALL)
_INDENT = re.compile(r"\s*\n\s*(?:(?=<)|(?=[^<>]*>))|(?<=>)\s*\n\s*")
"""Between tags, beside them and inside them; not in the middle of a text, whose lines may be somebody's own."""
_STRING = re.compile(r'("[^"]*")')
register = Library()


class JoinedStyleSheets(CompressedManifestStaticFilesStorage):  # type: ignore[misc]
    """Static files under hashed names, compressed; those of JOINED and JOINED_SCRIPTS are whole."""

    def post_process(self, paths: Files, **options: Any) -> Iterator[Any]:
        memory = InMemoryStorage()
        joined = {name: (memory, name) for name in (*JOINED, *JOINED_SCRIPTS)}
        for name in joined:
            memory.save(name, ContentFile(whole(name, lambda part: _text(part, paths)).encode()))
        yield from super().post_process({**paths, **joined}, **options)


def whole(name: str, text: Callable[[str], str]) -> str:
    """A file with what it imports. text: gives a file's own text."""
    folder = name.partition("/")[0]
    parts = [text(name) if part == name else text(f"{folder}/{part}") for part in _parts(name, text)]
    if folder == "css":
        return "".join(_small_sheet(part) for part in parts)
    return "".join(f"{{\n{_small_script(part)}}}\n" for part in parts)


def _parts(name: str, text: Callable[[str], str]) -> list[str]:
    return _IMPORT.findall(text(name))


def _text(name: str, files: Files) -> str:
    storage, path = files[name]
    with storage.open(path) as file:
        return str(file.read().decode())


def _small_sheet(text: str) -> str:
    """Strings are left as they are; spaces mean something between selectors, and in sums."""
    parts = _STRING.split(re.sub(r"/\*.*?\*/", "", text, flags=re.DOTALL))
    for place in range(0, len(parts), 2):
        line = re.sub(r" ?([{};,]) ?", r"\1", re.sub(r"\s+", " ", parts[place]))
        parts[place] = line.replace(": ", ":").replace(";}", "}")
    return "".join(parts).strip()


def _small_script(text: str) -> str:
    """Each module keeps its names to itself in a block of its own; lines stay, as they may end a statement."""
    lines = (line.strip() for line in text.splitlines())
    return "".join(f"{line}\n" for line in lines if line and not line.startswith("//"))


@lru_cache(maxsize=64)
def _sheet(name: str, without: str, theme: str = "auto") -> str:
    """theme: that of a frame, "light" or "dark", where its website does not leave it to the reader's device."""
    ours, left_out = settings.PACKAGE_DIR / "static", {f"css/components/{one}.css" for one in without.split()}
    text = whole(name, lambda part: "" if part in left_out else (ours / part).read_text(encoding="utf-8"))
    text = _needed(text)
    if theme == "auto":
        return text
    text = text.replace("color-scheme:light dark", f"color-scheme:{theme}")
    return text.replace("(prefers-color-scheme:dark)", "all" if theme == "dark" else "not all")


def _needed(text: str) -> str:
    """Without the values that nothing in it uses; the accent may come from elsewhere."""
    used = {"--accent", *_USED.findall(text)}
    less = _VALUE.sub(lambda found: found[0] if found[1] in used else "", text)
    return text if less == text else _needed(less)


def tight(html: str) -> str:
    """A page whose lines and indents are gone, but for one space each; scripts and style sheets stay as they are."""
    parts = _WHOLE.split(html)
    parts[::2] = (_INDENT.sub(" ", part) for part in parts[::2])
    return "".join(parts)


@register.simple_tag(takes_context=True)
def sheet(context: Any, name: str, without: str = "") -> SafeString:
    """The style sheet itself, in a page that answers a request, and a link to it elsewhere.

    without: components that the page has none of.
    """
    if not hasattr(context, "request"):
        return format_html('<link rel="stylesheet" href="{}">', static(name))
    frame = frame_of(context.request)
    return _style(context, _sheet(name, without, frame.words.get("theme", "auto") if frame else "auto"))


@register.simple_tag(takes_context=True)
def accent(context: Any, color: str) -> SafeString:
    """The colour of a page's host, or in a frame its website's. color: "#rrggbb", or "" for ours."""
    frame = frame_of(context.request)
    if frame and "accent" in frame.words:
        color = f"#{frame.words['accent']}"
    return _style(context, f":root{{--accent:{color}}}") if color else SafeString()


@register.simple_tag(takes_context=True)
def backdrop(context: Any, look: Any) -> SafeString:
    """For backdrop.js, what lies behind a page. look: Branding. Frames have no video: what is around them moves."""
    named = {"data-backdrop": look.background_path}
    if look.video_path and not frame_of(context.request):
        allow_from(context.request, "media-src", SELF)
        named |= {
            "data-video": look.video_path,
            "data-pause": gettext("Stop the video"),
            "data-play": gettext("Play the video"),
        }
    return format_html_join(" ", '{}="{}"', ((name, value) for name, value in named.items() if value))


@register.simple_tag(takes_context=True)
def numbers(context: Any, values: Mapping[str, Iterable[int]]) -> SafeString:
    """Where things stand that are placed by numbers: the class s-90 sets --s to 90. Attributes may not (0053).

    values: by the name of a property all of its values.
    """
    rules = (
        f".{name}-{int(one)}{{--{name}:{int(one)}}}"
        for name, all_of in values.items()
        for one in sorted(all_of)
    )
    return _style(context, "".join(rules))


@register.simple_tag
@lru_cache(maxsize=1)
def icon(name: str) -> SafeString:
    """Our icon in the page itself. name: of an SVG."""
    drawn = (settings.PACKAGE_DIR / "static" / name).read_text(encoding="utf-8")
    return format_html('<link rel="icon" href="data:image/svg+xml,{}">', quote(drawn, safe="/:= "))


def _style(context: Any, text: str) -> SafeString:
    allow(context.request, "style-src", text)
    return mark_safe(f"<style>{text}</style>")  # noqa: S308 - our own files, and a colour that was checked


def luminance(color: str) -> float:
    """Relative, 0 to 1 (WCAG 2.2)."""
    red, green, blue = map(linear, bytes.fromhex(color[1:]))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def linear(channel: int) -> float:
    """As much light as it is, 0 to 1. channel: of sRGB, 0 to 255."""
    one = channel / 255
    return one / 12.92 if one <= 0.04045 else ((one + 0.055) / 1.055) ** 2.4  # noqa: PLR2004
