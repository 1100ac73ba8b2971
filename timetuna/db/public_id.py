"""What rows are called where other programs read of them."""

import secrets
from typing import TYPE_CHECKING, Any

from django.db import models
from django.utils.deconstruct import deconstructible

_SIGNS = (
    "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"  # Bitcoin's base58: none looks like another
)
_LENGTH = 18
if TYPE_CHECKING:
    _Text = models.CharField[str, str]
else:
    _Text = models.CharField


def new_public_id(prefix: str) -> str:
    """As in "pg_" and 18 of 58 signs, 105 random bits: it says nothing of how many there are."""
    return prefix + "".join(secrets.choice(_SIGNS) for _ in range(_LENGTH))


@deconstructible
class PublicId:
    """Makes the names of one kind of row; migrations can write it down."""

    def __init__(self, prefix: str) -> None:
        self.prefix = prefix

    def __call__(self) -> str:
        return new_public_id(self.prefix)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, PublicId) and other.prefix == self.prefix

    def __hash__(self) -> int:
        return hash(self.prefix)


class PublicIdField(_Text):
    """The name of a row for other programs: whoever knows it can do nothing with it here."""

    def __init__(self, prefix: str = "", **options: Any) -> None:
        self.prefix = prefix
        all_options: dict[str, Any] = {
            "max_length": 24,
            "unique": True,
            "editable": False,
            "default": PublicId(prefix),
        }
        super().__init__(**all_options | options)

    def deconstruct(self) -> Any:
        """As a plain text column, so that migrations need nothing of ours but the maker of names."""
        name, _, args, options = super().deconstruct()
        return name, "django.db.models.CharField", args, options


def name_rows(model: Any, prefix: str) -> None:
    """Give each row of a model that has no name yet one. For migrations."""
    for pk in model.objects.filter(public_id=None).values_list("pk", flat=True).iterator(chunk_size=2_000):
        model.objects.filter(pk=pk).update(public_id=new_public_id(prefix))
