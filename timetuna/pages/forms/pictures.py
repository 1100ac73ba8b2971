"""Forms in which pictures and videos are chosen, and taken away."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext_lazy

from timetuna.lib import videos
from timetuna.lib.crypto import fingerprint
from timetuna.lib.pictures import MOST_BYTES
from timetuna.web.saving import FormPart, HostForm, Parts

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

_VERSION_LENGTH = 16


@dataclass(frozen=True, slots=True)
class PictureWords:
    """What is said of one that is stored, of none, and of one that was chosen in a form that comes back."""

    there: "StrOrPromise"
    none: "StrOrPromise"
    chosen: "StrOrPromise"


PICTURE_WORDS = PictureWords(
    gettext_lazy("A picture"),
    gettext_lazy("No picture"),
    gettext_lazy("The picture you chose. Choose it again to use it."),
)
_VIDEO_WORDS = PictureWords(
    gettext_lazy("A video"),
    gettext_lazy("No video"),
    gettext_lazy("The video you chose. Choose it again to use it."),
)
_TOO_LARGE = gettext_lazy("This video is larger than 8 MB. Choose a shorter or smaller one.")


class PictureField(forms.FileField):
    """Becomes what is stored of a new picture, None without one. made: makes it of what was sent, raises ValueError.

    fit: width and height to which pictures.js makes it smaller before it is sent.  crop: their part is chosen there.
    """

    words, most, kinds = PICTURE_WORDS, MOST_BYTES, "image/png,image/jpeg,image/webp,image/gif"

    def __init__(
        self, *, made: Callable[[bytes], bytes], fit: str = "", crop: bool = False, **options: Any
    ) -> None:
        attrs = {"accept": self.kinds} | (
            {"data-fit": fit} if fit else {"data-most": str(self.most), "data-too-large": _TOO_LARGE}
        )
        attrs |= {"data-crop": ""} if crop else {}
        super().__init__(
            required=False, allow_empty_file=True, widget=forms.FileInput(attrs=attrs), **options
        )
        self._made = made

    def clean(self, data: Any, initial: Any = None) -> bytes | None:
        """Raises ValidationError with a sentence."""
        file = super().clean(data, initial)
        if not isinstance(file, UploadedFile):
            return None
        try:
            return self._made(file.read(self.most + 1))
        except ValueError as error:
            raise forms.ValidationError(str(error)) from error


class VideoField(PictureField):
    """The same of a video; it is sent as it is."""

    words, most, kinds = _VIDEO_WORDS, videos.MOST_BYTES, "video/mp4,video/webm"


class PicturesForm(HostForm):
    """Of each picture a field, and one that takes it away, which is called remove_ and its name.

    versions: by the name of the field what is stored, as `version_of` has it; "" for none.
    """

    versions: dict[str, str]

    def set_versions(self, **versions: str) -> None:
        """Say what is stored: what is not there cannot be taken away."""
        self.versions = versions
        for name, version in versions.items():
            if not version:
                del self.fields[f"remove_{name}"]

    def remover(self, name: str) -> forms.BoundField | None:
        """The field that takes it away, where there is something to take."""
        return self[f"remove_{name}"] if f"remove_{name}" in self.fields else None

    def parts(self) -> Parts:
        """Each picture as it is stored, or where it is changed here."""
        found = super().parts()
        for name, version in self.versions.items():
            field, removes = self.fields[name], found.pop(f"remove_{name}", None)
            label, words = str(field.label), getattr(field, "words", PICTURE_WORDS)
            if not self.is_bound:
                found[name] = FormPart(label, version, str(words.there if version else words.none))
            elif name in self.files:
                found[name] = FormPart(label, "new", str(words.chosen))
            elif removes and removes.value[0]:
                found[name] = FormPart(label, "", str(words.none))
        return found

    def picture(self, name: str) -> bytes | None:
        """The new one; b"" where it is taken away, None where it stays."""
        new: bytes | None = self.cleaned_data[name]
        return new or (b"" if self.cleaned_data.get(f"remove_{name}") else None)


def version_of(picture: bytes) -> str:
    """What an address has of a picture that never changes; "" of none."""
    return fingerprint(picture.hex())[:_VERSION_LENGTH] if picture else ""
