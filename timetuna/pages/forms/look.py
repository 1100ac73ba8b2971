"""The editor's tab Look."""

import re
from functools import partial
from typing import Any

from django import forms
from django.utils.datastructures import MultiValueDict
from django.utils.translation import gettext, gettext_lazy

from timetuna.lib import pictures, videos
from timetuna.pages.forms.contrast import ENOUGH, nearest, on_white
from timetuna.pages.forms.page_form import PageForm
from timetuna.pages.forms.pictures import PictureField, PicturesForm, VideoField, version_of
from timetuna.pages.models import BookingPage, PageBackground, PageLogo, PageVideo
from timetuna.web.forms import Switch

_LOGO = 480, 144  # twice what pages show, for dense screens
_BACKGROUND = 1_600, 1_000
SWATCHES = (
    ("#0b6e99", gettext_lazy("Blue")),
    ("#4f46e5", gettext_lazy("Indigo")),
    ("#8a3ffc", gettext_lazy("Violet")),
    ("#c2185b", gettext_lazy("Pink")),
    ("#c62828", gettext_lazy("Red")),
    ("#b45309", gettext_lazy("Amber")),
    ("#2e7d32", gettext_lazy("Green")),
    ("#00796b", gettext_lazy("Teal")),
    ("#37474f", gettext_lazy("Slate")),
)
"""Each stands out from white."""
_WHOLE = re.compile("#[0-9a-f]{6}")
_COLOR = re.compile(r"#?([0-9a-f]{6}|[0-9a-f]{3})", re.IGNORECASE)
_ROWS: dict[str, tuple[type[PageLogo | PageBackground | PageVideo], str]] = {
    "logo": (PageLogo, "image"),
    "background": (PageBackground, "image"),
    "video": (PageVideo, "content"),
}
"""By field where it is stored, and in which column."""


class LookForm(PicturesForm, PageForm):
    class Meta:
        model = BookingPage
        fields = ("brand_color",)

    also = ("logo_version", "background_version", "video_version")
    brand_color = forms.CharField(
        label=gettext_lazy("Colour code"),
        max_length=7,
        required=False,
        help_text=gettext_lazy(
            "For buttons and links, here and in mails, such as #0b6e99. Leave it empty for TimeTuna’s own."
        ),
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false", "dir": "ltr"}),
    )
    logo = PictureField(
        label=gettext_lazy("Logo"),
        made=partial(pictures.png, size=_LOGO),
        fit="480x144",
        help_text=gettext_lazy(
            "Shown above your name on the page and in its emails. PNG, JPEG or WebP, up to 200 kB."
        ),
    )
    remove_logo = forms.BooleanField(label=gettext_lazy("Remove the logo"), required=False, widget=Switch)
    background = PictureField(
        label=gettext_lazy("Background picture"),
        made=partial(pictures.jpeg, size=_BACKGROUND),
        fit="1600x1000",
        crop=True,
        help_text=gettext_lazy("Shown behind the page on wide screens. PNG, JPEG or WebP, up to 200 kB."),
    )
    remove_background = forms.BooleanField(
        label=gettext_lazy("Remove the background"), required=False, widget=Switch
    )
    video = VideoField(
        label=gettext_lazy("Background video"),
        made=videos.cleaned,
        help_text=gettext_lazy(
            "Moves behind the page on wide screens, without sound, over and over; guests can stop it. The "
            "picture above is there before it, and in its place for those who save data or want nothing to move. "
            "A quiet scene of 10 seconds is plenty. MP4 or WebM, 8 MB at most."
        ),
    )
    remove_video = forms.BooleanField(label=gettext_lazy("Remove the video"), required=False, widget=Switch)

    def __init__(
        self, page: BookingPage, data: Any = None, files: MultiValueDict[str, Any] | None = None
    ) -> None:
        super().__init__(data, files, instance=page)
        self.set_versions(
            logo=page.logo_version, background=page.background_version, video=page.video_version
        )

    swatches = SWATCHES

    def remove_logo_field(self) -> forms.BoundField | None:
        return self.remover("logo")

    def remove_background_field(self) -> forms.BoundField | None:
        return self.remover("background")

    def faint(self) -> tuple[str, str] | None:
        """How little the colour stands out from white ("1.4"), and the nearest that does; None of one that does."""
        color = str(self["brand_color"].value() or "").lower()
        if not _WHOLE.fullmatch(color) or on_white(color) >= ENOUGH:
            return None
        return f"{on_white(color):.1f}", nearest(color)

    def clean_brand_color(self) -> str:
        """As "#rrggbb", or ""."""
        given = self.cleaned_data["brand_color"].strip()
        found = _COLOR.fullmatch(given)
        if given and not found:
            raise forms.ValidationError(gettext("Enter a colour with six digits, such as #0b6e99."))
        digits = found.group(1).lower() if found else ""
        return f"#{''.join(digit * 2 for digit in digits) if len(digits) == 3 else digits}" if digits else ""  # noqa: PLR2004

    def store(self) -> None:
        """A picture only where another one was chosen or the one there is taken away."""
        for name, (row, column) in _ROWS.items():
            picture = self.picture(name)
            if picture is None:
                continue
            row.objects.filter(page=self.instance).delete()
            if picture:
                row.objects.create(page=self.instance, **{column: picture})
            setattr(self.instance, f"{name}_version", version_of(picture))
        super().store()
