import pytest

from timetuna.lib.crypto import SecretBox, SecretBoxError, new_key


@pytest.fixture
def box() -> SecretBox:
    return SecretBox([new_key()])


@pytest.mark.parametrize("secret", ["", "token", "Zoë 🐟", "x" * 5000])
def test_what_was_sealed_opens(box: SecretBox, secret: str) -> None:
    sealed = box.seal(secret, context="calendar_accounts.access_token:17")

    assert box.open(sealed, context="calendar_accounts.access_token:17") == secret
    assert secret not in sealed or not secret


def test_two_rows_swapped_do_not_open(box: SecretBox) -> None:
    sealed = box.seal("token", context="calendar_accounts.access_token:17")

    with pytest.raises(SecretBoxError, match="another place"):
        box.open(sealed, context="calendar_accounts.access_token:18")
    with pytest.raises(SecretBoxError, match="another place"):
        box.open(sealed, context="calendar_accounts.refresh_token:17")


def test_context_and_secret_cannot_be_shifted_into_each_other(box: SecretBox) -> None:
    sealed = box.seal("7token", context="row:1")

    with pytest.raises(SecretBoxError):
        box.open(sealed, context="row:17")


def test_a_changed_ciphertext_does_not_open(box: SecretBox) -> None:
    sealed = box.seal("token", context="row:1")

    for changed in (sealed[:-8] + "AAAAAAA=", sealed[:20], "", "é"):
        with pytest.raises(SecretBoxError, match="cannot be decrypted"):
            box.open(changed, context="row:1")


def test_rotation_without_downtime() -> None:
    old, new = new_key(), new_key()
    sealed = SecretBox([old]).seal("token", context="row:1")
    both = SecretBox([new, old])

    rotated = both.rotate(sealed, context="row:1")

    assert both.open(sealed, context="row:1") == "token"
    assert SecretBox([new]).open(rotated, context="row:1") == "token"
    with pytest.raises(SecretBoxError, match="key it was sealed with is missing"):
        SecretBox([new]).open(sealed, context="row:1")


def test_rotation_keeps_the_place(box: SecretBox) -> None:
    with pytest.raises(SecretBoxError):
        box.rotate(box.seal("token", context="row:1"), context="row:2")


@pytest.mark.parametrize("keys", [[], ["short"], [""]])
def test_unusable_keys_are_refused_without_being_shown(keys: list[str]) -> None:
    with pytest.raises(SecretBoxError) as raised:
        SecretBox(keys)

    assert "short" not in str(raised.value)


def test_a_place_is_needed(box: SecretBox) -> None:
    with pytest.raises(SecretBoxError, match="without the name"):
        box.seal("token", context="")
