import pytest
from django.test import Client

OURS = [
    "base-uri 'none'",
    "connect-src 'self'",
    "default-src 'none'",
    "font-src 'self'",
    "form-action 'self'",
    "frame-ancestors 'none'",
    "img-src 'self' data:",
    "script-src 'self'",
    "style-src 'self'",
]


@pytest.mark.django_db
@pytest.mark.parametrize("path", ["/signin", "/robots.txt"])
def test_only_our_own_files_run_and_nobody_frames_us(client: Client, path: str) -> None:
    answer = client.get(path)

    assert sorted(answer["Content-Security-Policy"].split("; ")) == OURS
    assert answer["Permissions-Policy"] == "camera=(), microphone=(), geolocation=(), payment=()"
