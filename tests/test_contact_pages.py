"""What a member wants, at the office; and the page that a link in a letter leads to."""

from dataclasses import replace

import pytest

from passkoop_node.channels.wrong import What
from passkoop_node.members.member import MemberData
from passkoop_node.members.preferences import Channel, PreferenceStore, Topic
from serving import NOON, Client, Served

NORA = MemberData(given_name="Nora", family_name="Roux", email="nora@exemple.test")
PAGE = "/bureau/membres/1"
CONTACT = f"{PAGE}/contact"
ALL = {"dues": "email", "news": "email", "network": "none", "offers": "none"}

MULTIPART = (
    b'--x\r\nContent-Disposition: form-data; name="List-Unsubscribe"\r\n\r\nOne-Click\r\n--x--\r\n'
)


@pytest.fixture
def nico(served: Served) -> Client:
    served.run(served.rooms.members.add, NORA, now=NOON)
    return served.administrator()


def wants(served: Served) -> dict[Topic, Channel]:
    return dict(served.run(served.the(PreferenceStore).of, 1).channels)


def link(served: Served, topic: Topic = Topic.NEWS) -> str:
    token = served.run(served.the(PreferenceStore).unsubscribe_token, 1, topic)
    return f"/desabonnement/{token}"


def actions(served: Served) -> list[tuple[str, str]]:
    entries = served.run(served.rooms.audit.entries, subject="1")
    return [(one.action, one.actor) for one in entries if one.action.startswith("contact.")]


# --- at the office ---


def test_the_office_sees_and_changes_what_a_member_wants(served: Served, nico: Client) -> None:
    assert "Adhésion et carte : par e-mail" in nico.get(PAGE).words
    assert nico.get(CONTACT).words.count("La personne n’a rien dit.") == 4
    assert nico.post(CONTACT, ALL).status == 303
    assert wants(served)[Topic.NEWS] is Channel.EMAIL
    assert "Dit le 22 novembre 2026, au bureau." in nico.get(CONTACT).words
    assert "La vie de la coop : par e-mail" in nico.get(PAGE).words
    assert actions(served) == [("contact.set", "account:1")]
    nico.post(CONTACT, ALL)  # the same once more is nothing new
    assert len(actions(served)) == 1
    journal = nico.get("/reglages/journal?quoi=membres").words
    assert "Membre n° 1 : ce qu’on peut lui envoyer est changé." in journal


def test_an_answer_that_is_none_changes_nothing(served: Served, nico: Client) -> None:
    for wrong in ({**ALL, "news": "pigeon"}, {"dues": "email"}):
        assert nico.post(CONTACT, wrong).status == 422
    assert nico.post(f"{CONTACT}/faux", {"quoi": "cheveux"}).status == 422
    assert nico.post("/bureau/membres/77/contact", ALL).status == 404
    assert actions(served) == []


def test_the_page_says_what_does_not_go_and_why(served: Served, nico: Client) -> None:
    nico.post(CONTACT, {**ALL, "news": "sms"})
    assert "Ne part pas : pas de numéro de portable." in nico.get(CONTACT).words


def test_an_address_is_noted_as_wrong_until_it_changes(served: Served, nico: Client) -> None:
    assert nico.post(f"{CONTACT}/faux", {"quoi": "email"}).status == 303
    assert "L’adresse e-mail est fausse" in nico.get(PAGE).words
    assert "Ne marche pas : rien n’y part." in nico.get(CONTACT).words
    nico.post(f"{CONTACT}/bon", {"quoi": "email"})
    assert "fausse" not in nico.get(PAGE).words.partition("Historique")[0]
    nico.post(f"{CONTACT}/faux", {"quoi": "email"})
    member = served.run(served.rooms.members.get, 1)
    changed = replace(member, email="roux@exemple.test")
    member = served.run(served.rooms.members.update, changed, now=NOON)
    assert "fausse" not in nico.get(PAGE).words.partition("Historique")[0]
    assert What.EMAIL not in served.run(served.rooms.channels.wrong_of, member)


# --- the link ---


def test_one_press_ends_a_topic_and_another_takes_it_up_again(served: Served, nico: Client) -> None:
    nico.post(CONTACT, ALL)
    page, stranger = link(served), Client(served)
    shown = stranger.get(page)
    assert "Ne plus recevoir « La vie de la coop » ?" in shown.words
    assert "Adhésion et carte : par e-mail" in shown.words  # what stays
    assert not {"Nora", "Roux", "nora@"} & set(shown.text.split())
    done = stranger.post(page, {"geste": "arreter"})
    assert done.status == 200
    assert "C’est fait" in done.words
    assert wants(served)[Topic.NEWS] is Channel.NONE
    assert served.run(served.the(PreferenceStore).of, 1).said[Topic.NEWS].how == "self"
    assert "Vous ne recevez plus" in stranger.get(page).words
    assert "de nouveau" in stranger.post(page, {"geste": "reabonner"}).words
    assert wants(served)[Topic.NEWS] is Channel.EMAIL
    assert actions(served)[:2] == [("contact.again", "member:1"), ("contact.stop", "member:1")]


@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_what_only_opens_links_ends_nothing(served: Served, nico: Client, method: str) -> None:
    nico.post(CONTACT, ALL)
    for page in (link(served), f"{link(served)}?geste=arreter"):
        assert Client(served).ask(method, page).status in (200, 405)
    assert wants(served)[Topic.NEWS] is Channel.EMAIL


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        ("application/x-www-form-urlencoded", b"List-Unsubscribe=One-Click"),
        ("multipart/form-data; boundary=x", MULTIPART),
        ("multipart/form-data", b"\xff\xfe"),
        ("text/plain; charset=klingon", b"\xff"),
        ("", b""),
    ],
)
def test_a_mail_program_ends_a_topic_for_its_reader(
    served: Served, nico: Client, kind: str, body: bytes
) -> None:
    nico.post(CONTACT, ALL)
    page, elsewhere = link(served), Client(served)
    # It comes from a server of the mailbox's, which names no page and no host of ours.
    headers = {"Origin": None, "Sec-Fetch-Site": None, "Content-Type": kind or None}
    for _twice in range(2):
        answer = elsewhere.ask("POST", page, body, headers)
        assert (answer.status, answer.goes_to) == (200, "")
    assert wants(served)[Topic.NEWS] is Channel.NONE
    assert len(actions(served)) == 2


def test_a_link_that_is_none_tells_nothing_and_changes_nothing(
    served: Served, nico: Client
) -> None:
    nico.post(CONTACT, ALL)
    good, stranger = link(served), Client(served)
    for wrong in (good[:-1], f"{good[:-4]}AAAA", link(served, Topic.DUES)):
        assert stranger.get(wrong).status == 404
        assert stranger.post(wrong, {"geste": "arreter"}).status == 404
    assert stranger.ask("POST", good, b"x" * 5_000).status == 413
    assert wants(served) == {Topic[name.upper()]: Channel(by) for name, by in ALL.items()}
