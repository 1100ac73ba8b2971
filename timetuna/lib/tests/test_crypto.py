import pytest

from timetuna.lib import crypto


def test_pkce_matches_the_vector_of_rfc_7636() -> None:
    verifier = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"

    assert crypto.pkce_challenge(verifier) == "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"


def test_pkce_pair_is_fresh_and_fits_the_rfc() -> None:
    first, second = crypto.pkce_pair(), crypto.pkce_pair()

    assert first.verifier != second.verifier
    assert len(first.verifier) == len(first.challenge) == 43
    assert first.challenge == crypto.pkce_challenge(first.verifier)


def test_hmac_matches_rfc_4231_case_2() -> None:
    assert (
        crypto.hmac_hex("Jefe", "what do ya want for nothing?")
        == "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"
    )


def test_an_empty_key_signs_nothing() -> None:
    with pytest.raises(ValueError, match="empty key"):
        crypto.hmac_hex("", "message")


def test_tokens_are_long_and_different() -> None:
    assert len({crypto.random_token() for _ in range(100)}) == 100
    with pytest.raises(ValueError, match="at least 16"):
        crypto.random_token(8)


@pytest.mark.parametrize(
    ("left", "right", "same"), [("a", "a", True), ("a", b"a", True), ("é\udc80", "x", False)]
)
def test_equal(left: str | bytes, right: str | bytes, *, same: bool) -> None:
    assert crypto.equal(left, right) is same


def test_fingerprint_is_sha256() -> None:
    assert crypto.fingerprint("abc") == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
