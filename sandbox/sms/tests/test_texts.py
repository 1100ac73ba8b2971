"""The pages of the text service, and what people answer."""

import httpx2

from sandbox import Sandbox
from sandbox.sms.standin import answer_text
from sandbox.sms.state import SECRET, SENDER, TOKEN, keep

NUMBER = "+4915123456789"


def test_texts_are_shown_as_mails_are(sandbox: Sandbox, http: httpx2.Client) -> None:
    for body in ("123456 is your code", "<b>bold</b>"):
        keep(sandbox.world, to=NUMBER, sender=SENDER, body=body, service="twilio")
    keep(sandbox.world, to="+33144586500", sender=SENDER, body="Bonjour", service="vonage")

    page, one = http.get("/texts").text, http.get("/texts", params={"to": NUMBER}).text

    assert "123456 is your code" in page
    assert "&lt;b&gt;bold&lt;/b&gt;" in page
    assert "24 cents" in page
    assert "+491512345…" in page
    assert "Bonjour" not in one
    assert TOKEN not in page
    assert SECRET not in page


def test_who_answers_stop_gets_no_more(sandbox: Sandbox, http: httpx2.Client) -> None:
    login = httpx2.BasicAuth("sandbox-twilio-account", TOKEN)
    path = "/sms/twilio/2010-04-01/Accounts/sandbox-twilio-account/Messages.json"
    form = {"To": NUMBER, "From": SENDER, "Body": "Hello"}

    assert http.post(path, data=form, auth=login).status_code == 201
    answer_text(sandbox.world, NUMBER, " stop ")
    refused = http.post(path, data=form, auth=login)
    answer_text(sandbox.world, NUMBER, "START")

    assert (refused.status_code, refused.json()["code"]) == (400, 21610)
    assert http.post(path, data=form, auth=login).status_code == 201


def test_what_is_not_known_is_refused(http: httpx2.Client) -> None:
    assert http.post("/sms/twilio/2010-04-01/Accounts/other/Messages.json").status_code == 404
    assert http.post("/sms/vonage/sms/json", data={"api_key": "x"}).json()["messages"][0]["status"] == "4"
    assert http.get("/sms").status_code == 404
