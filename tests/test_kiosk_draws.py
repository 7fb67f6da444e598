"""Prize draws: entered once each, drawn so that anybody can check it, and erased afterwards."""

import hashlib
import sqlite3
from collections import Counter
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import pytest

from mailing import MailServerHere
from passkoop_node.core.audit import AuditStore
from passkoop_node.core.formats import local_day
from passkoop_node.kiosk.draws import FORGOTTEN_DAYS, DrawFull, NotNow, ranking
from passkoop_node.members.member import MemberData
from serving import NOON, Answer, Client, Served, make_coop
from test_kiosk import begin, go_on, hidden

DRAWS = "/bureau/borne/tirages"
TODAY = local_day(NOON)
DAY = 86_400


@pytest.fixture
def served(tmp_path: Path) -> Iterator[Served]:
    served = Served(make_coop(tmp_path / "coop")).start()
    yield served
    served.stop()


def prepared(served: Served, *, first: date = TODAY, last: date = TODAY, days: int = 30) -> int:
    """Return a new draw."""
    add = served.rooms.draws.add
    return served.run(add, "Un panier", first, last, keep_days=days, actor="cli", now=NOON)


def enter(served: Served, id: int, contact: str, name: str = "Zoé") -> None:
    served.run(
        served.rooms.draws.enter,
        id,
        name=name,
        contact=contact,
        agreed="oui",
        spoken="fr",
        now=NOON,
        today=TODAY,
    )


def at_the_kiosk(kiosk: Client, name: str, contact: str) -> Answer:
    """Return the page after somebody entered by the button of the first screen."""
    assert kiosk.post("/borne/commencer", {"vers": "tirage"}).goes_to == "/borne/tirage"
    page = kiosk.get("/borne/tirage")
    sent = kiosk.post("/borne/tirage", hidden(page) | {"prenom": name, "contact": contact})
    assert (sent.status, sent.goes_to) == (303, "/borne/tirage")
    return kiosk.get("/borne/tirage")


def test_one_enters_once_by_the_button_and_nobody_learns_who_did_before(served: Served) -> None:
    id, kiosk = prepared(served), served.kiosk()
    first = at_the_kiosk(kiosk, "Zoé", "zoe@example.org").words
    assert "Bonne chance" in first
    assert at_the_kiosk(kiosk, "Autre", "ZOE@example.org ").words == first
    assert "Bonne chance" in at_the_kiosk(kiosk, "Ali", "06 12 34 56 78").words
    assert "Bonne chance" in at_the_kiosk(kiosk, "Ali", "+33 6 12 34 56 78").words
    entries = served.run(served.rooms.draws.entries, id)
    assert [(one.name, one.contact) for one in entries] == [
        ("Zoé", "zoe@example.org"),
        ("Ali", "06 12 34 56 78"),
    ]
    for wrong in ("", "zoe@", "12", "x" * 300):
        page = at_the_kiosk(kiosk, "Zoé", wrong)
        assert "Bonne chance" not in page.words, wrong
        assert 'value="Zoé"' in page.text


def test_who_has_just_joined_enters_by_one_touch(served: Served) -> None:
    id, kiosk = prepared(served), served.kiosk()
    page = begin(kiosk)
    names = {"given_name": "Youssef", "family_name": "Benali"}
    for form in (names, {"email": "y@example.org"}, {}, {}, {"consent": "oui"}):
        page = go_on(kiosk, page, form)
    assert "Un panier" in page.words
    for _twice in range(2):
        assert kiosk.post("/borne/tirage", hidden(page)).goes_to == "/borne/question"
    assert "Bonne chance" in kiosk.get("/borne/question").words
    assert [one.contact for one in served.run(served.rooms.draws.entries, id)] == ["y@example.org"]


def test_a_draw_is_open_between_its_days_alone_and_the_kiosk_says_nothing_of_others(
    served: Served,
) -> None:
    kiosk, day = served.kiosk(), timedelta(days=1)
    later = prepared(served, first=TODAY + day, last=TODAY + day)
    past = prepared(served, first=TODAY - day, last=TODAY - day)
    for id in (later, past):
        with pytest.raises(NotNow):
            enter(served, id, "z@example.org")
    assert "Tirage" not in kiosk.get("/borne").words
    kiosk.post("/borne/commencer", {"vers": "tirage"})
    assert kiosk.get("/borne/tirage").goes_to == "/borne"


def test_the_office_closes_draws_and_the_winner_can_be_checked_by_sha_256_alone(
    served: Served,
) -> None:
    nico, kiosk = served.administrator(), served.kiosk()
    form = {"lot": "Un panier", "du": f"{TODAY}", "au": f"{TODAY}", "jours": "30"}
    page = nico.post(DRAWS, form).goes_to
    seed_hash = shown(nico.get(page))[0]
    assert seed_hash in kiosk.get("/borne").text  # from the first day on
    assert "Personne ne participe" in nico.post(f"{page}/clore").words
    for number in range(12):
        enter(served, 1, f"n{number}@example.org", f"Nom{number}")
    # Not before it is closed.
    assert "C’est déjà tiré" in nico.post(f"{page}/tirer", {"tires": "0"}).words
    nico.post(f"{page}/clore")
    seed_hash_again, entries_hash = shown(nico.get(page))
    assert seed_hash_again == seed_hash
    assert entries_hash in kiosk.get("/borne").text  # before it is drawn
    nico.post(f"{page}/tirer", {"tires": "0", "mot": "artichaut"})
    after = nico.get(page)
    seed = bytes.fromhex(shown(after)[2])
    assert hashlib.sha256(seed).hexdigest() == seed_hash
    winner = min(
        range(1, 13),
        key=lambda ticket: hashlib.sha256(
            seed + bytes.fromhex(entries_hash) + b"artichaut" + f"\n{ticket}".encode()
        ).digest(),
    )
    assert f"N° {winner} Nom{winner - 1}" in after.words
    assert "correspond aux participations" in after.words
    # The same form once more draws nobody else; the button for the next person does.
    assert nico.post(f"{page}/tirer", {"tires": "0"}).status == 422
    assert f"N° {winner} Nom" in nico.get(page).words
    nico.post(f"{page}/tirer", {"tires": "1"})
    assert len(served.run(served.rooms.draws.get, 1).winners()) == 2
    actions = [one.action for one in served.run(served.the(AuditStore).entries)]
    assert [one for one in actions if one.startswith("draw.")] == [
        "draw.draw",
        "draw.draw",
        "draw.close",
        "draw.add",
    ]
    assert f"Nom{winner - 1}" not in kiosk.get("/borne").text  # the result is the office's


def shown(page: Answer) -> list[str]:
    """Return the fingerprints and the number on a draw's page."""
    parts = page.text.split('<dd class="digest" translate="no">')[1:]
    return [one.partition("<")[0] for one in parts]


def test_what_was_closed_or_drawn_cannot_be_changed_in_the_database_either(
    served: Served,
) -> None:
    id, draws = prepared(served), served.rooms.draws
    enter(served, id, "z@example.org")
    served.run(draws.close, id, actor="cli", now=NOON)
    with pytest.raises(NotNow):
        enter(served, id, "late@example.org")
    served.run(draws.draw, id, word="", rounds=0, actor="cli", now=NOON)
    for change in (
        "update draw set seed = zeroblob(32)",
        "update draw set entries_hash = zeroblob(32)",
        "update draw set word = 'autre'",
        "update draw set rounds = 0",
        "insert into draw_entry select 9, 1, 'Eve', '', 'x', 'fr', '', 0, x'00', null, null",
    ):
        with pytest.raises(sqlite3.IntegrityError):
            served.run(draws.db.execute, change)


def test_every_ticket_wins_alike() -> None:
    firsts = Counter(
        ranking(number.to_bytes(32, "big"), b"entries", "", 5)[0] for number in range(2_000)
    )
    assert set(firsts) == {1, 2, 3, 4, 5}
    assert all(300 < count < 500 for count in firsts.values())


def test_the_winner_is_told_by_e_mail_once(served: Served) -> None:
    nico, id, rooms = served.administrator(), prepared(served), served.rooms
    enter(served, id, "z@example.org")
    served.run(rooms.draws.close, id, actor="cli", now=NOON)
    served.run(rooms.draws.draw, id, word="", rounds=0, actor="cli", now=NOON)
    page = f"{DRAWS}/{id}"
    assert "n’est pas réglé" in nico.post(f"{page}/ecrire").words
    served.run(rooms.mail.save, MailServerHere().settings(port=9))
    assert nico.post(f"{page}/ecrire").goes_to == page
    assert "Prévenu·e par e-mail" in nico.get(page).words
    assert "C’est déjà envoyé" in nico.post(f"{page}/ecrire").words
    rows = served.run(lambda: list(rooms.db.execute("select recipient, body from outbox")))
    assert [row[0] for row in rows] == ["z@example.org"]
    assert "Un panier" in rows[0][1]


# Erasing


def test_who_took_part_is_erased_some_days_after_and_nothing_stays_in_the_file(
    served: Served,
) -> None:
    id, draws = prepared(served, days=10), served.rooms.draws
    for number in range(50):
        enter(served, id, f"participante{number}@example.org", f"Participante{number}")
    served.run(draws.close, id, actor="cli", now=NOON)
    served.run(draws.draw, id, word="", rounds=0, actor="cli", now=NOON)
    winner = served.run(draws.get, id).winners()
    served.now = NOON + 10 * DAY - 1
    served.do_job("erase prize draws")
    assert len(served.run(draws.entries, id)) == 50
    assert in_the_file(served, b"articipante")
    served.now += 1
    served.do_job("erase prize draws")
    assert served.run(draws.entries, id) == []
    assert not in_the_file(served, b"articipante")
    # The result stays, and can still be checked.
    found = served.run(draws.get, id)
    assert (found.winners(), found.entry_count) == (winner, 50)
    assert "sont effacées" in served.administrator().get(f"{DRAWS}/{id}").words


def in_the_file(served: Served, said: bytes) -> bool:
    """Return whether the database's files hold these bytes."""
    return any(said in path.read_bytes() for path in served.home.path.glob("passkoop.db*"))


def test_a_draw_that_nobody_drew_is_forgotten_too_and_one_can_be_erased_at_once(
    served: Served,
) -> None:
    nico, draws = served.administrator(), served.rooms.draws
    id, other = prepared(served), prepared(served)
    for one in (id, other):
        enter(served, one, "oubliee@example.org")
    page = f"{DRAWS}/{other}/effacer"
    assert "Personne ne gagnera" in nico.get(page).words
    assert nico.post(page).goes_to == f"{DRAWS}/{other}"
    assert served.run(draws.count, other) == 0
    served.now = NOON + (FORGOTTEN_DAYS + 2) * DAY
    served.do_job("erase prize draws")
    assert served.run(draws.count, id) == 0
    assert not in_the_file(served, b"oubliee")


def test_a_member_who_is_erased_leaves_a_ticket_without_a_name_and_the_result_as_it_is(
    served: Served,
) -> None:
    id, rooms = prepared(served), served.rooms

    def join() -> int:
        data = MemberData(number="7", given_name="Zoé", family_name="L", email="z@example.org")
        return rooms.members.add(data, now=NOON).id

    member = served.run(join)
    for contact in ("z@example.org", "a@example.org"):
        enter(served, id, contact)
    closed = served.run(rooms.draws.close, id, actor="cli", now=NOON)
    holding = rooms.own.data.holdings["draws"]
    (told,) = served.run(holding.about, member)
    assert told["prize"] == "Un panier"
    served.run(lambda: holding.erase_member(member, now=NOON))
    assert served.run(holding.about, member) == []
    first, _second = served.run(rooms.draws.entries, id)
    assert (first.name, first.contact, first.ticket) == ("", "", 1)
    drawn = served.run(rooms.draws.draw, id, word="", rounds=0, actor="cli", now=NOON)
    assert drawn.entries_hash == closed.entries_hash


# Bad input


@pytest.mark.parametrize(
    "wrong",
    [
        {"lot": ""},
        {"lot": "x" * 200},
        {"du": "demain"},
        {"au": "2026-01-01"},
        {"du": "2026-12-02", "au": "2026-12-01"},
        {"jours": "0"},
        {"jours": "²"},
        {"jours": "9" * 500},
    ],
)
def test_a_draw_that_is_none_is_said_so_and_keeps_what_was_typed(
    served: Served, wrong: dict[str, str]
) -> None:
    nico = served.administrator()
    form = {"lot": "Un panier", "du": f"{TODAY}", "au": f"{TODAY}", "jours": "30"} | wrong
    answer = nico.post(DRAWS, form)
    assert answer.status == 422
    assert served.run(served.rooms.draws.all) == []


def test_a_draw_takes_no_more_than_a_shop_has_people(
    served: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("passkoop_node.kiosk.draw_store.MOST_ENTRIES", 1)
    id = prepared(served)
    enter(served, id, "a@example.org")
    with pytest.raises(DrawFull):
        enter(served, id, "b@example.org")


def test_who_writes_another_s_telephone_into_their_record_is_not_told_of_that_person(
    served: Served,
) -> None:
    rooms, id = served.rooms, prepared(served)
    enter(served, id, "06 12 34 56 78", name="Zoé")
    enter(served, id, "couple@example.org", name="Kepa")

    def told(name: str, *, email: str = "") -> list[object]:
        data = MemberData(given_name=name, email=email, phone="+33 6 12 34 56 78")
        member = rooms.members.add(data, now=NOON)
        return [one["name"] for one in rooms.own.data.of(member)["draws"]]

    assert served.run(told, "Zoe") == ["Zoé"]
    assert served.run(told, "Maïté") == []
    assert served.run(told, "Kepa", email="couple@example.org") == ["Kepa"]
    assert served.run(told, "Maïté", email="Couple@example.org") == []
