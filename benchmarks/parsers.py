"""A booking's life from host to host, read by many iCalendar parsers: `python benchmarks/parsers.py [FOLDER]`.

Books on a page of two hosts who take turns, with a further guest; hands it over, moves it, hands it back, cancels it.
Each mail's invitation is read by each parser found on this machine. What it says of uid, sequence, method, organizer,
attendees and start has to be the same for all; then a strict calendar is filled with it, one for each person and
parser, which takes changes from the organizer it knows alone: no invitation may be ignored, and none be left.

Parsers beside those in requirements/test.txt are looked for in FOLDER: `npm install ical.js node-ical ts-ics ical`
there, and from Debian `ruby-icalendar php-cli php-sabre-vobject libdata-ical-perl libical-dev gcc`. What is
missing is left out and said.
"""

import json
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from tests.running import resting_timetuna
from timetuna.bookings.tests import reading

LIFE = """
from django.test import Client
from tests.clock import present
from timetuna.availability.interval import minute_of
from timetuna.bookings.actions.book import book
from timetuna.bookings.actions.cancel import cancel
from timetuna.bookings.actions.hand_over import Handing, hand_over
from timetuna.bookings.actions.reschedule import reschedule
from timetuna.bookings.guests import Guest
from timetuna.bookings.tests.conftest import make_host, make_page, open_always, order, tomorrow, work_off
from timetuna.pages.models import PageHost
from dataclasses import replace
ada, bob = make_host("ada", "Ada; Lovelace, K\\u00f6nigin"), make_host("bob", "Bob \\"Teammate\\"")
open_always(bob)
page = make_page(ada)
page.staffing, page.title = "any", "Intro: call, with us"
page.save()
asked = replace(order(page), others=(Guest("Kim Guest", "kim@guest.example"),))
booking = book(asked, now=present())
work_off()
for step in ("hand", "move", "back", "off"):
    if step == "hand":
        hand_over(booking.pk, Handing(former=ada.pk, to=bob.pk, anyway=True), now=present())
    elif step == "move":
        reschedule(booking.pk, start_minute=minute_of(tomorrow(15)), actor="guest", now=present())
    elif step == "back":
        hand_over(booking.pk, Handing(former=bob.pk, to=ada.pk, anyway=True), now=present())
    else:
        cancel(booking.pk, actor="host", note_text="", now=present())
    work_off()
answer([str(booking.uid), booking.minutes])
"""

NODE = {
    "ical.js": """
      const I = (await import('ical.js')).default, c = new I.Component(I.parse(text))
      const e = c.getFirstSubcomponent('vevent')
      const p = (n) => e.getAllProperties(n).map((x) => x.getFirstValue())
      say(e.getFirstPropertyValue('uid'), e.getFirstPropertyValue('sequence'), c.getFirstPropertyValue('method'),
          p('organizer')[0], p('attendee'), e.getFirstPropertyValue('dtstart').toJSDate(), p('status')[0])
    """,
    "node-ical": """
      const I = (await import('node-ical')).default, all = I.sync.parseICS(text)
      const e = Object.values(all).find((x) => x.type === 'VEVENT'), list = [].concat(e.attendee)
      say(e.uid, e.sequence, e.method, e.organizer.val, list.map((x) => x.val), e.start, e.status)
    """,
    "ical": """
      const I = (await import('ical')).default, all = I.parseICS(text)
      const e = Object.values(all).find((x) => x.type === 'VEVENT'), list = [].concat(e.attendee)
      const method = (/^METHOD:(.*?)\\r$/m.exec(text) || [])[1]
      say(e.uid, e.sequence, method, e.organizer.val, list.map((x) => x.val), e.start, e.status)
    """,
    "ts-ics": """
      const { convertIcsCalendar } = await import('ts-ics'), c = convertIcsCalendar(undefined, text), e = c.events[0]
      const to = (x) => 'mailto:' + x.email.replace(/^mailto:/i, '')
      say(e.uid, e.sequence, c.method, to(e.organizer), e.attendees.map(to), e.start.date, e.status)
    """,
}
RUBY = """
require "stringio"; require "icalendar"; require "json"
c = Icalendar::Calendar.parse(STDIN.read.force_encoding("UTF-8")).first; e = c.events.first
puts JSON.generate([e.uid.to_s, e.sequence.to_i, c.ip_method.to_s, e.organizer.to_s, e.attendee.map(&:to_s),
  e.dtstart.to_time.to_i, e.status.to_s])
"""
PHP = """
require "Sabre/VObject/autoload.php"; error_reporting(0);
$c = Sabre\\VObject\\Reader::read(stream_get_contents(STDIN)); $e = $c->VEVENT; $list = [];
foreach ($e->ATTENDEE as $one) $list[] = (string) $one;
echo json_encode([(string) $e->UID, (int) (string) $e->SEQUENCE, (string) $c->METHOD, (string) $e->ORGANIZER, $list,
  $e->DTSTART->getDateTime()->getTimestamp(), (string) $e->STATUS]);
"""
PERL = """
use Data::ICal; use JSON::PP; use Time::Local; binmode STDIN, ":utf8"; local $/; my $text = <STDIN>;
my $c = Data::ICal->new(data => $text); my ($e) = @{$c->entries};
my $of = sub { map { $_->value } @{ $_[0]->property($_[1]) || [] } };
my ($start) = $of->($e, "dtstart"); my @t = $start =~ /(....)(..)(..)T(..)(..)(..)Z/;
my ($uid) = $of->($e, "uid"); my ($n) = $of->($e, "sequence"); my ($m) = $of->($c, "method");
my ($o) = $of->($e, "organizer"); my ($s) = $of->($e, "status");
print encode_json([$uid, 0 + $n, $m, $o, [$of->($e, "attendee")], timegm($t[5], $t[4], $t[3], $t[2], $t[1] - 1, $t[0]),
  $s // ""]);
"""
C = r"""
#include <libical/ical.h>
#include <stdio.h>
static void quote(const char *s) {
  putchar('"');
  for (; s && *s; s++) { if (*s == '"' || *s == '\\') putchar('\\'); putchar(*s); }
  putchar('"');
}
int main(void) {
  static char text[1 << 20]; text[fread(text, 1, sizeof text - 1, stdin)] = 0;
  icalcomponent *c = icalparser_parse_string(text), *e = icalcomponent_get_first_component(c, ICAL_VEVENT_COMPONENT);
  icalproperty *p; int first = 1, m = icalcomponent_get_method(c), s = icalcomponent_get_status(e);
  putchar('['); quote(icalcomponent_get_uid(e)); printf(",%d,", icalcomponent_get_sequence(e));
  quote(icalproperty_method_to_string(m)); putchar(',');
  quote(icalproperty_get_organizer(icalcomponent_get_first_property(e, ICAL_ORGANIZER_PROPERTY))); printf(",[");
  for (p = icalcomponent_get_first_property(e, ICAL_ATTENDEE_PROPERTY); p;
       p = icalcomponent_get_next_property(e, ICAL_ATTENDEE_PROPERTY)) {
    if (!first) putchar(','); first = 0; quote(icalproperty_get_attendee(p)); }
  printf("],%ld,", (long) icaltime_as_timet_with_zone(icalcomponent_get_dtstart(e), icaltimezone_get_utc_timezone()));
  quote(s == ICAL_STATUS_NONE || s == 0 ? "" : icalproperty_status_to_string(s)); printf("]"); return 0;
}
"""
Reader = Callable[[bytes], list[Any]]


def main() -> int:
    folder = Path(sys.argv[1] if len(sys.argv) > 1 else ".").resolve()
    invitations, uid = lived()
    count = sum(map(len, invitations.values()))
    print(f"{count} invitations to {len(invitations)} people\n")
    found, bad = dict(readers(folder)), 0
    print(
        "| parser | invitations read | the same as the first | one meeting at each step |\n|---|---|---|---|"
    )
    first: dict[bytes, list[Any]] = {}
    for name, read in found.items():
        said = {text: tidy(read(text)) for texts in invitations.values() for text in texts}
        first = first or said
        same = sum(said[text] == first[text] for text in said)
        steps = all(
            kept(name, who, [said[text] for text in texts], uid) for who, texts in invitations.items()
        )
        bad += same < len(said) or not steps
        print(f"| {name} | {len(said)} | {same} | {'yes' if steps else 'NO'} |")
        for text, one in said.items():
            if one != first[text]:
                print(f"  {name}: {one}\n  first: {first[text]}", file=sys.stderr)
    return bool(bad)


def lived() -> tuple[dict[str, list[bytes]], str]:
    """By mail address the invitations that came, the oldest first; and the booking's uid."""
    with tempfile.TemporaryDirectory() as folder, resting_timetuna(Path(folder)) as resting:
        uid, _ = resting.run_python(LIFE)
        people = ("sam@guest.example", "kim@guest.example", "ada@host.example", "bob@host.example")
        mails = {who: resting.sandbox.mail(who) for who in people}
    parts = {who: [reading.calendar_parts(mail) for mail in found] for who, found in mails.items()}
    return {who: [part[0] for part in each if part] for who, each in parts.items()}, uid


def kept(name: str, who: str, said: list[list[Any]], uid: str) -> bool:
    """Whether a calendar that takes changes from the organizer it knows alone has one meeting whenever it should."""
    meeting: list[Any] | None = None
    for one in said:
        own_uid, sequence, method, organizer, attendees, _, status = one
        if not own_uid.startswith(uid) or (meeting and (organizer != meeting[3] or sequence < meeting[1])):
            print(f"{name}: {who} ignores {one}", file=sys.stderr)
            return False
        for_all = status == "CANCELLED" or f"mailto:{who}" in attendees
        meeting = None if method == "CANCEL" and for_all else one if method == "REQUEST" else meeting
    return meeting is None


def tidy(said: list[Any]) -> list[Any]:
    uid, sequence, method, organizer, attendees, start, status = said
    return [str(uid), int(sequence), str(method).upper(), organizer.lower(), [one.lower() for one in attendees], start,
        str(status or "").upper()]  # fmt: skip


def readers(folder: Path) -> Iterator[tuple[str, Reader]]:
    for name in ("icalendar", "vobject", "ical"):
        yield f"{name} (Python)", in_python(getattr(reading, f"_by_{name}"), as_text=name != "icalendar")
    for name, code in NODE.items():
        yield from outside(f"{name} (npm)", ["node", "--input-type=module", "-e", _script(code)], folder)
    yield from outside("icalendar (Ruby)", ["ruby", "-e", RUBY], folder)
    yield from outside("sabre/vobject (PHP)", ["php", "-d", "include_path=/usr/share/php", "-r", PHP], folder)
    yield from outside("Data::ICal (Perl)", ["perl", "-e", PERL], folder)
    program = folder / "by-libical"
    source = ["gcc", "-x", "c", "-", "-o", str(program), "-lical"]
    subprocess.run(source, input=C.encode(), capture_output=True, check=False)  # noqa: S603 - ours
    yield from outside("libical (C)", [str(program)], folder)


def in_python(read: Callable[[Any], dict[str, Any]], *, as_text: bool) -> Reader:
    def said(text: bytes) -> list[Any]:
        one = read(text.decode() if as_text else text)
        people = [address for address, *_ in one["attendees"]]
        return [one["uid"], one["sequence"], one["method"], one["organizer"][0], people,
            int(one["dtstart"].timestamp()), one["status"]]  # fmt: skip

    return said


def outside(name: str, command: list[str], folder: Path) -> Iterator[tuple[str, Reader]]:
    def said(text: bytes) -> list[Any]:
        done = subprocess.run(command, input=text, capture_output=True, check=True, cwd=folder, timeout=60)  # noqa: S603 - ours
        found: list[Any] = json.loads(done.stdout)
        return found

    try:
        subprocess.run(command, input=b"", capture_output=True, check=False, cwd=folder, timeout=60)  # noqa: S603 - ours
        said(PROBE)
    except (OSError, subprocess.CalledProcessError, ValueError) as error:
        reason = getattr(error, "stderr", b"") or str(error).encode()
        print(f"left out: {name}: {reason.decode(errors='replace').strip()[-300:]}", file=sys.stderr)
        return
    yield name, said


PROBE = b"""BEGIN:VCALENDAR\r
VERSION:2.0\r
PRODID:-//x//x//EN\r
METHOD:REQUEST\r
BEGIN:VEVENT\r
UID:1@x\r
SEQUENCE:1\r
DTSTAMP:20270101T100000Z\r
DTSTART:20270101T100000Z\r
DTEND:20270101T110000Z\r
SUMMARY:x\r
ORGANIZER;CN=x:mailto:x@x.example\r
ATTENDEE;CN=y:mailto:y@x.example\r
ATTENDEE;CN=z:mailto:z@x.example\r
STATUS:CONFIRMED\r
END:VEVENT\r
END:VCALENDAR\r
"""


def _script(code: str) -> str:
    return f"""
      import fs from 'node:fs'
      const text = fs.readFileSync(0, 'utf8')
      const say = (uid, sequence, method, organizer, attendees, start, status) => console.log(JSON.stringify(
        [uid, Number(sequence || 0), method, organizer, attendees, Math.floor(new Date(start) / 1000), status || '']))
      {code}
    """


if __name__ == "__main__":
    sys.exit(main())
