import pytest
from aiosmtpd.controller import Controller

from timetuna.accounts.tests.conftest import mails
from timetuna.jobs.models import Job
from timetuna.jobs.queue import GiveUp, Retry, run
from timetuna.lib.smtp import MailServer

pytestmark = pytest.mark.enable_socket


class Inbox:
    def __init__(self, answer: str = "250 OK") -> None:
        self.answer, self.messages = answer, []

    async def handle_DATA(self, _server, _session, envelope):  # noqa: N802 - the name aiosmtpd calls
        self.messages.append(envelope.content.decode())
        return self.answer


class LocalController(Controller):
    """aiosmtpd's controller, on a free port."""

    def _trigger_server(self):
        self.port = self.server.sockets[0].getsockname()[1]
        super()._trigger_server()


@pytest.fixture
def serve(settings):
    running = []

    def start(answer: str = "250 OK") -> Inbox:
        inbox = Inbox(answer)
        controller = LocalController(inbox, hostname="127.0.0.1", port=0)
        controller.start()
        running.append(controller)
        settings.MAIL_SERVER = MailServer("127.0.0.1", controller.port)
        return inbox

    yield start
    for controller in running:
        controller.stop()


def asked(browser) -> Job:
    browser.post("/reset-password", {"email": "alice@example.org"})
    return Job.objects.get()


def test_the_mail_leaves_and_its_link_is_forgotten(browser, alice, serve):
    inbox, job = serve(), asked(browser)
    path = mails()[0].path

    run(job.name, job.arguments)

    [message] = inbox.messages
    assert "To: alice@example.org" in message
    assert "Subject: Set a new password" in message
    assert path[:40] in message.replace("=\r\n", "")
    job.refresh_from_db()
    assert job.arguments["sealed"] == ""

    run(job.name, job.arguments)
    assert len(inbox.messages) == 1


def test_without_a_server_it_waits(browser, alice, settings):
    job = asked(browser)
    settings.MAIL_SERVER = None

    with pytest.raises(Retry):
        run(job.name, job.arguments)

    job.refresh_from_db()
    assert job.arguments["sealed"]


def test_a_server_that_is_down_does_not_stop_anybody(browser, alice):
    job = asked(browser)  # the tests' server does not exist

    with pytest.raises(Retry):
        run(job.name, job.arguments)


def test_a_mail_that_is_refused_for_good_is_forgotten(browser, alice, serve):
    serve("550 5.1.1 no such mailbox")
    job = asked(browser)

    with pytest.raises(GiveUp):
        run(job.name, job.arguments)

    job.refresh_from_db()
    assert job.arguments["sealed"] == ""


@pytest.mark.parametrize(
    "answer", ["550 5.4.5 Daily limit exceeded", "554 quota", "554 5.7.1 refused by policy"]
)
def test_a_mail_that_is_refused_for_what_we_are_is_kept(browser, alice, serve, answer):
    serve(answer)
    job = asked(browser)

    with pytest.raises(Retry):
        run(job.name, job.arguments)

    job.refresh_from_db()
    assert job.arguments["sealed"]


def test_a_mail_is_whole_in_text_and_html(browser, alice):
    asked(browser)
    [mail] = mails()

    assert mail.text.splitlines()[:4] == [
        "Somebody, probably you, asked for a new password for your TimeTuna account.",
        "",
        "Set a new password:",
        f"http://localhost:8000{mail.path}",
    ]
    assert mail.text.count("{") + mail.html.count("{{") == 0
    assert f'href="http://localhost:8000{mail.path}"' in mail.html


def test_no_link_can_be_read_in_the_table(browser, alice):
    job = asked(browser)

    assert mails()[0].path.split("/")[-1] not in str(job.arguments)
    assert "alice@example.org" not in str(job.arguments)
