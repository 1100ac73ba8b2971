import pytest

from sandbox.base.oauth import pkce_challenge
from sandbox.zoom.signing import encrypted_token, event_signature

SECRET = "test-secret-token"
A = (
    b'{"event":"app_deauthorized","event_ts":1749365726209,"payload":{"account_id":"MXEuWmOmTsKWUswrfpPslg",'
    b'"client_id":"bDU6oQQ5Qe6sz9mVaMVEyw","deauthorization_time":"2025-06-08T06:55:26.209Z",'
    b'"signature":"18f3b817cd03d164190b0d72755fdf51a33484ed89872838633adf0295fd99d5",'
    b'"user_data_retention":null,"user_id":"NtEMagHcQAygosd81Lzysw"}}'
)
B = (
    b'{"event":"app_deauthorized","event_ts":1760000000123,"payload":{"user_id":"z8yAAAAA8bbbQ",'
    b'"account_id":"q6gBJVO5TzexKYTb_I2rpg","client_id":"EXAMPLE_CLIENT_ID",'
    b'"deauthorization_time":"2025-10-09T08:53:20.123Z",'
    b'"signature":"827edc3452044f0bc86bdd5684afb7d1e6becfa1a767f24df1b287853cf73000",'
    b'"user_data_retention":"false"}}'
)
C = (
    b'{"event":"endpoint.url_validation","event_ts":1760000000123,'
    b'"payload":{"plainToken":"qgg8vlvZRS6UYooatFL8Aw"}}'
)
D = (
    '{"event":"app_deauthorized","event_ts":1760000000123,"payload":{"user_id":"u","account_id":"a",'
    '"client_id":"c","deauthorization_time":"2025-10-09T08:53:20.123Z","signature":"s","note":"Zoë 🐟"}}'
).encode()


@pytest.mark.parametrize(
    ("timestamp", "body", "expected"),
    [
        ("1749365726", A, "v0=b72504dbbc394fa2bf3149d1fea42184688d73a811d152b39f1c0b302b61b565"),
        ("1760000000", B, "v0=d90ff328f56eeb5e18c6728962ced6cd04ed6b73d299787fc1b1666508327314"),
        ("1760000000", C, "v0=d32bb020488f7fa2e69c343869858ae05e01dac1bf4266973115d7c68cdede15"),
        ("1760000000", D, "v0=a5eb89eea2023d8846084a0654299a8193e8ad723a8a00c6497fb75247e971c5"),
    ],
    ids="ABCD",
)
def test_events_are_signed_as_zoom_signs_them(timestamp: str, body: bytes, expected: str) -> None:
    assert event_signature(SECRET, timestamp=timestamp, body=body) == expected


def test_url_validation_is_answered_as_zoom_expects() -> None:
    expected = "9c8ad56737c19db2904b301c0781e86857e999f39f07727668cf62a5e7e298c8"
    assert encrypted_token(SECRET, "qgg8vlvZRS6UYooatFL8Aw") == expected


def test_the_challenge_of_rfc_7636() -> None:
    verifier = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"
    assert pkce_challenge(verifier) == "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"
    assert pkce_challenge(verifier, method="plain") == verifier
