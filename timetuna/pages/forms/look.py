"""The editor's tab Look."""

import re
from io import BytesIO
from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.utils.datastructures import MultiValueDict
from PIL import Image, ImageOps, UnidentifiedImageError

from timetuna.lib.crypto import fingerprint
from timetuna.pages.forms.page_form import PageForm
from timetuna.pages.models import BookingPage, PageLogo
from timetuna.web.forms import Switch
from timetuna.web.saving import FormPart, Parts

MOST_BYTES = 200_000
_MOST_PIXELS = 4_000_000  # looked at before anything is decoded: 20 kB of PNG can be 500 MB of picture
_SIZE = 480, 144  # twice what pages show, for dense screens
_TOO_MANY_PIXELS = "This picture has too many pixels. 1000 by 300 are plenty."
_FORMATS = ("PNG", "JPEG", "WEBP", "GIF")
_VERSION_LENGTH = 16
_COLOR = re.compile(r"#?([0-9a-f]{6}|[0-9a-f]{3})", re.IGNORECASE)


class LookForm(PageForm):
    class Meta:
        model = BookingPage
        fields = ("brand_color",)

    also = ("logo_version",)
    brand_color = forms.CharField(
        label="Colour",
        max_length=7,
        required=False,
        help_text="For buttons and links, here and in mails, like #0b6e99. Empty is TimeTuna's own.",
    )
    logo = forms.FileField(
        label="Logo",
        required=False,
        allow_empty_file=True,
        help_text="Stands above your name on the page and in its mails. PNG, JPEG or WebP, 200 kB at most.",
        widget=forms.FileInput(attrs={"accept": "image/png,image/jpeg,image/webp,image/gif"}),
    )
    remove_logo = forms.BooleanField(label="Take the logo away", required=False, widget=Switch)

    def __init__(
        self, page: BookingPage, data: Any = None, files: MultiValueDict[str, Any] | None = None
    ) -> None:
        super().__init__(data, files, instance=page)
        self.logo_version = page.logo_version
        self.has_logo = bool(page.logo_version)
        if not self.has_logo:
            del self.fields["remove_logo"]

    def parts(self) -> Parts:
        """The logo as it is stored or where it is changed here."""
        found = super().parts()
        removes = found.pop("remove_logo", None)
        if not self.is_bound:
            shown = "A logo" if self.has_logo else "No logo"
            found["logo"] = FormPart("Logo", self.logo_version, shown)
        elif "logo" in self.files:
            found["logo"] = FormPart("Logo", "new", "The picture you chose. Choose it again to use it.")
        elif removes and removes.text == "On":
            found["logo"] = FormPart("Logo", "", "No logo")
        return found

    def clean_brand_color(self) -> str:
        """As "#rrggbb", or ""."""
        given = self.cleaned_data["brand_color"].strip()
        found = _COLOR.fullmatch(given)
        if given and not found:
            raise forms.ValidationError("Write the colour with six digits, like #0b6e99.")
        digits = found.group(1).lower() if found else ""
        return f"#{''.join(digit * 2 for digit in digits) if len(digits) == 3 else digits}" if digits else ""  # noqa: PLR2004

    def clean_logo(self) -> bytes | None:
        """The new one as PNG, or None."""
        file = self.cleaned_data.get("logo")
        if not isinstance(file, UploadedFile):
            return None
        try:
            return logo_png(file.read(MOST_BYTES + 1))
        except ValueError as error:
            raise forms.ValidationError(str(error)) from error

    def store(self) -> None:
        """The logo only where another one was chosen or the one there is taken away."""
        png = self.cleaned_data["logo"]
        if png or self.cleaned_data.get("remove_logo"):
            PageLogo.objects.filter(page=self.instance).delete()
            self.instance.logo_version = ""
        if png:
            PageLogo.objects.create(page=self.instance, image=png)
            self.instance.logo_version = fingerprint(png.hex())[:_VERSION_LENGTH]
        super().store()


def logo_png(content: bytes) -> bytes:
    """As PNG, at most 480 by 144 pixels, without anything but its pixels.

    Raises ValueError with a sentence.
    """
    if len(content) > MOST_BYTES:
        raise ValueError("This picture is larger than 200 kB. Please choose a smaller one.")
    try:
        with Image.open(BytesIO(content), formats=_FORMATS) as picture:
            if small := picture.width * picture.height <= _MOST_PIXELS:
                picture.seek(0)
                upright = ImageOps.exif_transpose(picture).convert("RGBA")
    except Image.DecompressionBombError as error:
        raise ValueError(_TOO_MANY_PIXELS) from error
    except (UnidentifiedImageError, OSError, SyntaxError, EOFError, ValueError) as error:
        raise ValueError("This is no picture that TimeTuna can read. PNG, JPEG and WebP work.") from error
    if not small:
        raise ValueError(_TOO_MANY_PIXELS)
    upright.thumbnail(_SIZE)
    out = BytesIO()
    upright.save(out, "PNG", optimize=True)
    return out.getvalue()
