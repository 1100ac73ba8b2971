"""A host writes the questions of a page."""

import re

import pytest

from tests.forms import main_form
from timetuna.pages.forms.question import with_ids
from timetuna.pages.models import Question

pytestmark = [pytest.mark.django_db, pytest.mark.either]


@pytest.fixture
def client(client, alice):
    client.force_login(alice)
    return client


def form(client, path):
    return main_form(client.get(path).content.decode())


def save(client, page, question=None, **changes):
    path = f"/booking-pages/{page.pk}/questions/{question.pk if question else 'new'}"
    fields = dict(form(client, path).fields)
    return client.post(path, fields | changes)


def add(client, page, label, kind="line", **changes):
    answer = save(client, page, label=label, kind=kind, **changes)
    assert answer.status_code == 302, answer.context["form"].errors
    return Question.objects.get(page=page, label=label)


def order(page):
    return list(Question.objects.filter(page=page).values_list("label", flat=True))


def test_a_question_is_added_changed_moved_and_deleted(client, page):
    first = add(client, page, "Company", required="on")
    second = add(client, page, "Company!")
    assert [(one.key, one.required) for one in (first, second)] == [("company", True), ("company-2", False)]

    save(client, page, first, label="Your firm", required="")
    first.refresh_from_db()
    assert (first.label, first.key, first.required) == ("Your firm", "company", False)

    client.post(f"/booking-pages/{page.pk}/questions/{second.pk}/move", {"to": "up"})
    assert order(page) == ["Company!", "Your firm"]
    client.post(f"/booking-pages/{page.pk}/questions/{second.pk}/move", {"to": "up"})
    assert order(page) == ["Company!", "Your firm"]
    listed = client.get(f"/booking-pages/{page.pk}/guests").content.decode()
    assert listed.index("Company!") < listed.index("Your firm")
    client.post(f"/booking-pages/{page.pk}/questions/{second.pk}/delete")
    assert order(page) == ["Your firm"]


@pytest.mark.parametrize(
    ("sent", "field"),
    [
        ({"label": ""}, "label"),
        ({"kind": "spell"}, "kind"),
        ({"kind": "one", "options": "Red"}, "options"),
        ({"kind": "one", "options": "Red\nred"}, "options"),
        ({"kind": "many", "options": "\n".join(map(str, range(31)))}, "options"),
        ({"kind": "many", "options": "x\n" + "y" * 101}, "options"),
        ({"kind": "consent"}, "terms"),
        ({"kind": "consent", "terms": "T", "hidden": "on"}, "hidden"),
        ({"hidden": "on", "required": "on"}, "required"),
        ({"when": "nothing:there"}, "when"),
    ],
)
def test_what_could_never_be_answered_is_refused(client, page, sent, field):
    answer = save(client, page, **{"label": "Q", "kind": "line"} | sent)

    assert answer.status_code == 422
    assert set(answer.context["form"].errors) == {field}
    assert not Question.objects.exists()


def test_a_stale_save_is_refused_and_loses_nothing(client, page):
    row = add(client, page, "Company")
    path = f"/booking-pages/{page.pk}/questions/{row.pk}"
    old = dict(form(client, path).fields)
    save(client, page, row, label="Firm")

    answer = client.post(path, old | {"label": "Business"})

    assert answer.status_code == 409
    text = answer.content.decode()
    assert "Business" in text
    assert "Firm" in text
    row.refresh_from_db()
    assert row.label == "Firm"


def test_when_to_ask(client, page):
    size = add(client, page, "Size", "one", options="Small\nLarge")
    why = add(client, page, "Why", when=f"size:{size.options[1]['id']}")
    assert (why.when_key, why.when_option) == ("size", size.options[1]["id"])

    up = client.post(f"/booking-pages/{page.pk}/questions/{why.pk}/move", {"to": "up"}, follow=True)
    assert "has to stand before it" in up.content.decode()
    assert order(page) == ["Size", "Why"]
    assert set(save(client, page, size, hidden="on").context["form"].errors) == {"hidden"}

    save(client, page, size, options="Small\nHuge")
    why.refresh_from_db()
    assert why.when_option == size.options[1]["id"], "a changed line is the same option"
    save(client, page, size, options="Small\nMedium\nGigantic")
    why.refresh_from_db()
    assert why.when_key == "", "its option is gone, so it is always asked"


def test_deleting_what_others_depend_on_has_them_asked_always(client, page):
    add(client, page, "Sure", "yes")
    why = add(client, page, "Why", when="sure:yes")
    first = Question.objects.get(key="sure")

    client.post(f"/booking-pages/{page.pk}/questions/{first.pk}/delete")

    why.refresh_from_db()
    assert (why.when_key, why.when_option) == ("", "")


def test_options_keep_their_ids():
    stored = [{"id": "a", "label": "Red"}, {"id": "b", "label": "Green"}, {"id": "c", "label": "Blue"}]

    assert with_ids(["Blue", "Red", "Green"], stored) == [stored[2], stored[0], stored[1]]
    assert [one["id"] for one in with_ids(["Red", "Grass green", "Blue"], stored)] == ["a", "b", "c"]
    fewer = with_ids(["Redd", "Blue"], stored)
    assert [one["id"] for one in fewer] == ["a", "c"]
    new = with_ids(["Red", "Green", "Blue", "Black"], stored)
    assert re.fullmatch(r"[a-z2-9]{6}", new[3]["id"])


def test_there_are_twenty_at_most(client, page):
    for number in range(20):
        Question.objects.create(page=page, key=f"k{number}", label=f"Q{number}", position=number)

    answer = save(client, page, label="One more", kind="line")

    assert answer.status_code == 422
    assert Question.objects.count() == 20
    assert "Add a question" not in client.get(f"/booking-pages/{page.pk}/guests").content.decode()


def test_a_copy_of_the_page_asks_the_same(client, page):
    size = add(client, page, "Size", "one", options="Small\nLarge")
    add(client, page, "Why", when=f"size:{size.options[1]['id']}")

    client.post(f"/booking-pages/{page.pk}/duplicate")

    copies = Question.objects.exclude(page=page)
    assert [(one.key, one.when_key, one.when_option) for one in copies] == [
        ("size", "", ""),
        ("why", "size", size.options[1]["id"]),
    ]


@pytest.mark.parametrize(
    ("to", "order"), [("0", "cab"), ("2", "abc"), ("1", "acb"), ("99", "abc"), ("-1", "abc"), ("up", "acb")]
)
def test_a_question_is_put_where_it_is_dropped(client, page, to, order):
    for position, key in enumerate("abc"):
        page.questions.create(key=key, label=key, position=position)
    last = page.questions.get(key="c")

    answer = client.post(
        f"/booking-pages/{page.pk}/questions/{last.pk}/move", {"to": to}, headers={"HX-Request": "true"}
    )

    assert "".join(page.questions.values_list("key", flat=True)) == order
    assert answer.status_code == 200


def test_a_question_stays_behind_what_it_depends_on(client, page):
    page.questions.create(key="a", label="First", kind="yes", position=0)
    asked = page.questions.create(key="b", label="Then", when_key="a", when_option="yes", position=1)

    answer = client.post(
        f"/booking-pages/{page.pk}/questions/{asked.pk}/move", {"to": "0"}, headers={"HX-Request": "true"}
    )

    assert "“Then” is asked depending on “First”" in answer.content.decode()
    assert "".join(page.questions.values_list("key", flat=True)) == "ab"
