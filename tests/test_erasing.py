"""A member is erased: nothing of them is in any file, and what the law keeps names nobody."""

import datetime
import json
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from joining import accept, answers, submit
from mailing import MailServerHere
from nodes import Node, found
from passkoop_node.booklet.erasing import YEARS
from passkoop_node.booklet.notes import Kind as NoteKind
from passkoop_node.booklet.wishes import Wish
from passkoop_node.cards.store import CardState
from passkoop_node.channels.wrong import What
from passkoop_node.core.letters import Letter
from passkoop_node.dues.plan import Plan, Yearly
from passkoop_node.dues.store import Kind, Method
from passkoop_node.errors import MemberNotFound
from passkoop_node.members.choosing import Chooser
from passkoop_node.members.keeping import add_member, correct_member, note_left
from passkoop_node.members.member import Member, MemberData
from passkoop_node.members.preferences import Channel, Topic
from passkoop_node.rooms import open_rooms
from passkoop_node.visits.register import check_chain
from passkoop_node.visits.visit import Kind as VisitKind
from passkoop_node.visits.visit import NewVisit, Rule, Words
from passkoop_protocol.welcome import Policy, Without
from serving import NOON

PDF = b"%PDF-1.4 zqxdocument"
TODAY = datetime.date(2026, 11, 22)
# What is written of her, each a word that is nowhere else.
HER = MemberData(
    number="ZQX-77",
    given_name="Zqxprenom",
    family_name="Zqxnom",
    email="zqx@zqxdomaine.fr",
    phone="0699 77 zqx",
    address="1 rue Zqxrue",
    postcode="ZQX64",
    town="Zqxville",
    country="FR",
    language="fr",
    gender="f",
    birth_year=1971,
    joined=datetime.date(2020, 1, 2),
    badge="ZQX0420",
    referred_by="zqxmarraine",
    notes="zqxnotes",
)
WORDS = [b"zqx", b"Zqx", b"ZQX"]


@pytest.fixture
def node(tmp_path: Path) -> Iterator[Node]:
    """Return a co-op in which every room holds something of one person, and of another."""
    node = found(tmp_path / "coop", "Hendaia Koop", now=NOON)
    fill(node)
    yield node
    node.rooms.close()


def fill(node: Node) -> None:
    rooms = node.rooms
    who: dict[str, Any] = {"actor": "account:1", "now": node.now}
    rooms.db.execute("pragma secure_delete = off").fetchone()  # as most of the world's SQLite
    rooms.mail.save(MailServerHere().settings(port=9))
    rooms.dues.set_plan(Plan(yearly=Yearly.ROLLING, cents=2_000), **who)
    first = MemberData(
        number="ZQX-1", given_name="Zqxprenom", family_name="Zqxvieux", notes=1_900 * "zqx. "
    )
    her = add_member(rooms.members, rooms.audit, first, **who)
    # The record changes: what it held before lies in free pages of the file.
    held = Member(**{**vars_of(her), **vars_of(HER)})
    her = correct_member(rooms.members, rooms.audit, her, held, **who)
    told = MemberData(number="8", given_name="Kepa", referred_by="Zqxprenom Zqxnom")
    him = add_member(rooms.members, rooms.audit, told, **who)
    rooms.households.join(him, her, on=TODAY, **who)
    rooms.issuer.issue([her, him], **who)
    rooms.issuer.set_state(her, CardState.SUSPENDED, reason="zqxraison", **who)
    rooms.issuer.set_state(her, CardState.VALID, reason="", **who)
    rooms.card_mail.send(rooms.card_mail.pairs([her.id], now=node.now), **who)
    loose = Letter(to=HER.email, subject="zqx", text="zqx", language="fr", kind="own page")
    rooms.post.put(loose, **who)
    for kind in (Kind.DUES, Kind.SHARE):
        paid: dict[str, Any] = {
            "cents": 2_000,
            "method": Method.CASH,
            "paid_on": TODAY,
            "today": TODAY,
        }
        rooms.dues.pay(her, kind=kind, **paid, **who)
    said = answers(given_name="Zqxprenom", family_name="Zqxnom", email=HER.email)
    accept(node, submit(node, said).request.id, into=her)
    rooms.preferences.keep(her.id, {Topic.NEWS: Channel.EMAIL}, how="self", now=node.now)
    rooms.preferences.unsubscribe_token(her.id, Topic.NEWS)
    rooms.channels.note_wrong(her, What.EMAIL, how="office", answer="zqx", **who)
    rooms.lapsing.lifted.keep(her.id, None, now=node.now)
    words = Words(name="Zqxprenom Zqxnom", email=HER.email, reason="zqxraison")
    for number in range(3):
        visit = NewVisit(
            till="till:1",
            line=str(number),
            at=node.now,
            kind=VisitKind.OWN,
            home=rooms.ourselves.coop,
            member_ref=her.member_ref,
            category=0,
            rule=Rule.OWN,
            words=words if number == 1 else Words(),
        )
        assert rooms.visits.register.note(visit, now=node.now).error is None
    fill_beside(node, her, him)
    prize = rooms.draws.add("Un panier", TODAY, TODAY, keep_days=30, **who)
    said_there: dict[str, Any] = {"agreed": "zqxoui", "spoken": "fr", "today": TODAY}
    for contact in (HER.email, HER.phone):
        rooms.draws.enter(prize, name="Zqxprenom", contact=contact, now=node.now, **said_there)
    trial = Policy(without=Without.DAYS, without_limit=60)
    rooms.visits.guests.add(trial, name="Zqxprenom", email=HER.email, now=node.now)
    rooms.own.notes.add(
        her.id,
        NoteKind.VISIT,
        day=TODAY,
        coop="Zqxcoop",
        cents=1_250,
        words="zqxmot",
        now=node.now,
    )
    rooms.own.documents.put(her.id, "zqxtitre", PDF, number=her.number, **who)
    rooms.own.documents.put(None, "Statuts", b"%PDF-1.4 statuts", number="", **who)
    rooms.own.wishes.ask(her.id, Wish.CHANGE, {"phone": "zqx"}, now=node.now)
    rooms.own.wishes.new_email(her.id, "zqx@ailleurs.fr", "jeton", expires_at=node.now + 9)
    rooms.own.keys.link(now=node.now, email=HER.email, seconds=60)
    rooms.own.keys.begin(her.id, email=HER.email, idle=60, now=node.now)
    rooms.own.entrance.give(her, **who)


def fill_beside(node: Node, her: Member, him: Member) -> None:
    """Put into the tables of the rooms above what their own tests put there by their rules."""
    db = node.rooms.db
    lines = (
        ("payment_detail", {"year": 2026, "number": 1, "paid_by": "zqxpapa", "amount": "zqx"}),
        ("granted", {"first": "2026-01-01", "last": "2026-02-01", "why": "zqx"}),
        ("share_plan", {"shares": 2, "cents": 10_000}),
        ("schedule", {"id": 1, "kind": "share", "cents": 10_000, "agreed_at": NOON, "since": 0}),
        ("instalment", {"schedule_id": 1, "due_on": "2026-12-01", "cents": 10_000}),
        ("mailing", {"id": 1, "subject": "Lettre", "sent_at": NOON, "member_id": None}),
        ("mailing_person", {"id": 1, "mailing_id": 1, "outbox_id": 7}),
        ("dues_reminder", {"due": "2026-11-01", "step": 7, "at": NOON, "channel": "email"}),
        ("member_group", {"id": 1, "title": "Jeunes"}),
        ("member_in_group", {"group_id": 1, "since": NOON}),
        ("referral_code", {"code": "zqxcode", "made_at": NOON}),
        ("referral", {"by_member_id": him.id, "noted_at": NOON, "how": "link"}),
        ("incoming", {"id": 1, "payer": "Zqxprenom", "words": "zqx", "source": "bank"}),
        ("incoming", {"id": 2, "payer": "x", "email": HER.email, "member_id": None}),
        ("expected", {"reference": "RF00", "kind": "dues", "cents": 2_000, "made_at": NOON}),
    )
    for table, said in lines:
        columns = {one[1]: one for one in db.execute(f"pragma table_info({table})").fetchall()}
        told = {"member_id": her.id, **said} if "member_id" in columns else dict(said)
        told = {name: value for name, value in told.items() if name in columns}
        for name, (_id, _name, kind, needed, default, key) in columns.items():
            if needed and name not in told and default is None and not key:
                told[name] = 0 if kind.lower() == "integer" else f"m{said.get('id', '')}"
        places = ", ".join("?" * len(told))
        sql = f"insert into {table} ({', '.join(told)}) values ({places})"
        db.execute(sql, list(told.values()))


def vars_of(data: MemberData) -> dict[str, Any]:
    return {name: getattr(data, name) for name in type(data).__dataclass_fields__}


def her(node: Node) -> Member:
    return node.rooms.members.by_number(HER.number)


def files_with(node: Node, words: Sequence[bytes]) -> list[tuple[str, bytes]]:
    """Return in which files of the co-op's folder one of these words is."""
    return [
        (path.name, word)
        for path in sorted(node.home.path.rglob("*"))
        if path.is_file()
        for data in [path.read_bytes()]
        for word in words
        if word in data
    ]


def test_nothing_of_an_erased_member_is_in_any_file_and_the_chain_is_whole(node: Node) -> None:
    rooms, one = node.rooms, her(node)
    cards = rooms.cards.of_member(one.id)
    secrets = [*WORDS, one.member_ref, *(card.data for card in cards if card.data)]
    node.home.database.with_name("passkoop.db.before-upgrade").write_bytes(b"zqx")
    assert {name for name, _word in files_with(node, secrets)} > {"passkoop.db.before-upgrade"}
    kept = rooms.own.eraser.erase(one, actor="account:1", now=node.now)
    assert files_with(node, secrets) == []
    assert (kept.receipts, kept.until) == (2, datetime.date(2036, 12, 31))
    assert check_chain(rooms.visits.store).whole
    rooms.close()
    assert files_with(node, secrets) == []
    again = open_rooms(node.home)
    assert [path.name for path in node.home.path.glob("passkoop.db*")] >= ["passkoop.db"]
    assert files_with(node, secrets) == []
    again.close()


def test_the_cards_of_an_erased_member_are_revoked_for_everybody(node: Node) -> None:
    rooms, one = node.rooms, her(node)
    (card,) = [c for c in rooms.cards.of_member(one.id) if c.state is CardState.VALID]
    rooms.own.eraser.erase(one, actor="account:1", now=node.now)
    assert rooms.cards.places(card.kid)[card.status_index] is not CardState.VALID
    assert rooms.cards.places(card.kid)[card.status_index] == CardState.REVOKED
    him = rooms.members.by_number("8")
    assert rooms.cards.current(now=node.now)[him.id].state is CardState.VALID
    assert rooms.households.of(him) is None
    assert him.referred_by == ""


def test_who_was_suspended_with_the_principal_is_free_once_she_is_erased(node: Node) -> None:
    rooms, one = node.rooms, her(node)
    who: dict[str, Any] = {"actor": "account:1", "now": node.now}
    rooms.issuer.set_state(one, CardState.SUSPENDED, reason="", **who)
    him = rooms.members.by_number("8")
    assert rooms.cards.current(now=node.now)[him.id].state is CardState.SUSPENDED
    rooms.own.eraser.erase(one, **who)
    assert rooms.cards.current(now=node.now)[him.id].state is CardState.VALID


def test_receipts_stay_without_a_name_and_nobody_finds_the_empty_record(node: Node) -> None:
    rooms, one = node.rooms, her(node)
    before = rooms.dues.payments.of_member(one.id)
    rooms.own.eraser.erase(one, actor="account:1", now=node.now)
    after = rooms.dues.payments.of_member(one.id)
    assert after == [replace(receipt, paid_by="", amount="") for receipt in before]
    assert rooms.members.get(one.id).full_name == "Personne effacée"
    with pytest.raises(MemberNotFound):
        rooms.members.by_number(HER.number)
    others = {"8"} | {one.number for one in rooms.members.members() if one.number.isdigit()}
    assert {one.number for one in rooms.members.members()} == others
    assert one.id not in rooms.members.ids()
    assert one.id not in rooms.members.emails()
    assert one.id not in rooms.members.ordered_ids()
    assert rooms.members.find("effac") == []
    assert one.id not in [m.id for m in rooms.members.since(0, after=0, limit=99)]
    assert rooms.members.count() == len(others)
    chooser = Chooser(rooms.db)
    assert one.id not in chooser.everybody() | set(chooser.days("left"))
    assert one.id not in chooser.between("left", None, TODAY)


def test_the_log_says_what_was_done_and_of_nobody(node: Node) -> None:
    rooms, one = node.rooms, her(node)
    lines = len(rooms.audit.entries(limit=1_000))
    rooms.own.eraser.erase(one, actor="account:1", now=node.now)
    after = rooms.audit.entries(limit=1_000)
    assert len(after) > lines
    told = json.dumps([[e.subject, dict(e.details)] for e in after], ensure_ascii=False)
    assert "zqx" not in told.lower()
    assert f"effacé-{one.id}" in {e.subject for e in after if e.action == "card.issue"}
    with pytest.raises(Exception, match="append only"):
        rooms.db.execute("update audit set subject = 'x'")


def test_those_who_left_long_ago_are_erased_only_if_the_co_op_wants_it(node: Node) -> None:
    rooms = node.rooms
    him = rooms.members.by_number("8")
    who: dict[str, Any] = {"actor": "account:1", "now": node.now}
    rooms.households.part(him, **who)
    note_left(rooms.members, rooms.audit, him.id, datetime.date(2024, 1, 1), **who)
    note_left(rooms.members, rooms.audit, her(node).id, datetime.date(2024, 1, 1), **who)
    assert rooms.own.eraser.erase_due(**who) == 0
    rooms.settings.set(YEARS, 3)
    assert rooms.own.eraser.erase_due(**who) == 0
    rooms.settings.set(YEARS, 2)
    assert rooms.own.eraser.erase_due(**who) == 1
    with pytest.raises(MemberNotFound):
        rooms.members.get(him.id)  # no receipt holds on to his record
    assert her(node).left is not None  # the co-op still owes her a share
    crowd = [
        MemberData(number=str(n), given_name="Zqxfoule", left=datetime.date(2023, 1, 1))
        for n in range(90, 97)
    ]
    rooms.members.write_all(crowd, now=node.now)
    assert [rooms.own.eraser.erase_due(**who) for _part in range(3)] == [5, 2, 0]
    assert rooms.own.eraser.rewrite()
    assert files_with(node, [b"Zqxfoule"]) == []


# What holds an id or a reference of a member and is in no download, and why.
NOT_TOLD = {
    "own_link": "a secret by its hash, for some minutes",
    "unsubscribe": "a random name in links, nothing about the person",
}


def test_every_table_that_knows_a_member_is_in_the_download(node: Node) -> None:
    rooms, one = node.rooms, her(node)
    told = rooms.own.data.of(one)
    holdings = {
        "affiliation": "household",
        "card": "cards",
        "dues_lifted": "pauses",
        "expected": "dues",
        "granted": "dues",
        "incoming": "dues",
        "schedule": "dues",
        "share_plan": "dues",
        "member_in_group": "groups",
        "referral": "referrals",
        "referral_code": "referrals",
        "join_request": "joining",
        "dues_reminder": "reminders",
        "mailing_person": "mailings",
        "member": "member",
        "own_document": "documents",
        "own_email": "wishes",
        "own_note": "notes",
        "own_session": "devices",
        "own_wish": "wishes",
        "payment": "payments",
        "preference": "preferences",
        "wrong_address": "messages",
    }
    tables = {
        table
        for (table,) in rooms.db.execute("select name from sqlite_master where type = 'table'")
        for column in rooms.db.execute(f"pragma table_info({table})")
        if column[1] in ("member_id", "member_ref", "principal_id", "by_member_id")
        or (table, column[1]) == ("guest", "sponsor_id")
    }
    tables.discard("guest")  # another person's; only that she vouched is hers, and is erased
    assert tables - set(NOT_TOLD) - set(holdings) == set(), "a table is neither told nor excused"
    for table, name in holdings.items():
        assert told[name], f"{table}: nothing of it is in the download"
    assert told["visits"]
    assert told["draws"]
    assert {entry["action"] for entry in told["log"]} > {"member.edit", "card.issue", "dues.pay"}
    assert [entry["subject"] for entry in told["messages"] if "subject" in entry]
    text = json.dumps(told, ensure_ascii=False)
    for name in ("zqxnotes", "Zqxville", "zqxmot", "zqxtitre", "Zqxcoop", "zqxraison"):
        assert name in text
    assert "Kepa" not in text
    assert rooms.own.data.of(rooms.members.by_number("8"))["payments"] == []


def test_every_table_that_knows_a_member_forgets_them(node: Node) -> None:
    rooms, one = node.rooms, her(node)
    rooms.own.eraser.erase(one, actor="account:1", now=node.now)
    left: dict[str, int] = {}
    for (table,) in rooms.db.execute("select name from sqlite_master where type = 'table'"):
        for column in rooms.db.execute(f"pragma table_info({table})").fetchall():
            if column[1] in ("member_id", "principal_id", "sponsor_id", "by_member_id"):
                sql = f"select count(*) from {table} where {column[1]} = ?"
                count = rooms.db.execute(sql, [one.id]).fetchone()[0]
                left |= {table: count} if count else {}
    assert left == {"payment": 2}
