"""What is sent is packed, and no length tells anybody what stands in it."""

import gzip

import brotli
import pytest
from django.http import HttpRequest, HttpResponse

from timetuna.web.middleware import Compressed

TEXT = "Tuesday 24 November, 6 times. " * 400


def packed(accepts: str, text: str = TEXT) -> HttpResponse:
    request = HttpRequest()
    request.META["HTTP_ACCEPT_ENCODING"] = accepts
    answer = Compressed(lambda _: HttpResponse(text))(request)
    assert isinstance(answer, HttpResponse)
    return answer


@pytest.mark.parametrize(
    ("accepts", "encoding"),
    [
        ("gzip, deflate, br, zstd", "br"),
        ("br;q=0.9, gzip", "br"),
        ("gzip, br;q=0", "gzip"),
        ("gzip", "gzip"),
        ("brown", ""),
        ("", ""),
    ],
)
def test_a_browser_gets_what_it_takes(accepts: str, encoding: str) -> None:
    answer = packed(accepts)

    assert answer.get("Content-Encoding", "") == encoding
    unpack = {"br": brotli.decompress, "gzip": gzip.decompress, "": bytes}[encoding]
    assert unpack(answer.content) == TEXT.encode()
    assert answer["Vary"] == "Accept-Encoding"


@pytest.mark.parametrize("accepts", ["br", "gzip"])
def test_no_length_tells_what_is_in_it(accepts: str) -> None:
    lengths = {len(packed(accepts).content) for _ in range(60)}

    assert len(lengths) > 20
    assert max(lengths) - min(lengths) <= 100


def test_what_is_short_or_packed_already_is_left_as_it_is() -> None:
    assert "Content-Encoding" not in packed("br", "Busy")
    ready = HttpResponse(TEXT, headers={"Content-Encoding": "identity"})
    request = HttpRequest()
    request.META["HTTP_ACCEPT_ENCODING"] = "br"

    assert Compressed(lambda _: ready)(request)["Content-Encoding"] == "identity"
