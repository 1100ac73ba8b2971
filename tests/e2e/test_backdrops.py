"""What a host puts behind a page: sent from the editor, seen once all else is there, stopped, and spared."""

import pytest
from playwright.sync_api import expect

from tests.e2e.browser import eyes
from tests.e2e.steps import sign_in
from timetuna.lib.tests.test_videos import MP4

pytestmark = [
    pytest.mark.browser,
    pytest.mark.slow,
    pytest.mark.either("postgresql"),
    pytest.mark.matrix(of="journey"),
]
LARGE = MP4 + (700_000).to_bytes(4, "big") + b"free" + bytes(700_000 - 8)
"""More than any other form may send."""


def test_a_video_comes_last_can_be_stopped_and_is_spared(live_timetuna, browser):
    host = live_timetuna.new_host()
    with eyes(browser, "video-host") as ada:
        sign_in(ada, live_timetuna, host)
        page = ada.page.locator("main a[href^='/booking-pages/']:not([href$='/new'])").first
        ada.page.goto(live_timetuna.base_url + page.get_attribute("href"))
        ada.page.get_by_role("link", name="Look", exact=True).click()
        film = {"name": "quiet.mp4", "mimeType": "video/mp4", "buffer": LARGE}
        chosen = ada.page.get_by_label("Background video (optional)")
        chosen.set_input_files(film | {"buffer": bytes(8_000_001)})
        expect(ada.page.get_by_text("This video is larger than 8 MB.")).to_be_visible()
        chosen.set_input_files(film)
        ada.page.get_by_role("button", name="Save").click()
        expect(ada.page.get_by_text("Saved.")).to_be_visible()
        ada.look("look-with-video")

    with eyes(browser, "video", reduced_motion="no-preference") as sam:
        asked = []
        sam.page.on("request", lambda request: asked.append(request.url))
        sam.page.goto(host.page_url)
        film = sam.page.locator("video.backdrop")
        expect(film).to_have_js_property("paused", False)
        assert asked[-1].endswith("/video")
        sam.look("playing")
        sam.page.get_by_role("button", name="Stop the video").press("Enter")
        expect(sam.page.get_by_role("button", name="Play the video")).to_be_focused()
        sam.page.reload()
        expect(sam.page.get_by_role("button", name="Play the video")).to_be_visible()
        expect(film).to_have_js_property("paused", True)

        for spared in ({"reduced_motion": "reduce"}, {"forced_colors": "active"}):
            asked.clear()
            sam.page.emulate_media(**spared)
            sam.page.goto(host.page_url, wait_until="networkidle")
            assert [url for url in asked if "/looks/" in url] == []
            sam.page.emulate_media(reduced_motion="no-preference", forced_colors="none")
