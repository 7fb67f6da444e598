"""Reminders of dues: each once, by the member's channel, and to nobody who has paid."""

import subprocess
import sys
import textwrap
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from mailing import MailServerHere, send_round
from nodes import DAY, found
from passkoop_node.cards.household_acts import join
from passkoop_node.core.outbox import State
from passkoop_node.dues.online import set_link
from passkoop_node.dues.plan import Plan, Yearly
from passkoop_node.dues.reminders import BadReminders, Reminders, Rules, latest_step, with_steps
from passkoop_node.dues.reminding_words import Texts
from passkoop_node.dues.transfers import Account
from passkoop_node.members.member import Member, MemberData
from passkoop_node.members.preferences import Channel, Topic
from serving import Client, Served
from test_lapsing import Koop

TODAY, RULES = "/bureau/cotisations/rappels", "/reglages/cotisations/rappels"
ROLLING = Plan(yearly=Yearly.ROLLING, cents=2000, grace_days=30)


@pytest.mark.parametrize(
    ("days", "step"),
    [
        *[(-31, None), (-30, -30), (-23, -30), (-22, None), (-7, -7), (-1, -7), (0, 0), (7, 0)],
        *[(8, None), (15, 15), (22, 15), (23, None)],
    ],
)
def test_of_those_that_were_missed_the_latest_goes_within_a_week(
    days: int, step: int | None
) -> None:
    assert latest_step((-30, -7, 0, 15), days) == step


class Reminding(Koop):
    """A co-op that reminds, by a mail server that is there."""

    @property
    def reminders(self) -> Reminders:
        return self.rooms.reminders

    def begin(self, server: MailServerHere, texts: Texts | None = None) -> None:
        self.ask_dues(ROLLING, suspends=False)
        self.rooms.mail.save(server.settings())
        rules = Rules(is_on=True, texts=texts or Texts())
        self.reminders.set_rules(rules, now=self.now, actor="test")

    def add_paid(self, name: str, *, days_left: int, **more: Any) -> Member:
        """Return a member whose year ends in so many days."""
        data = MemberData(given_name=name, email=f"{name.lower()}@exemple.test")
        member = self.rooms.members.add(replace(data, **more), now=self.now)
        begun = self.today + timedelta(days=days_left) - timedelta(days=364)
        self.pay(member, paid_on=begun, again=True)
        return member

    def send(self) -> int:
        return sum(self.reminders.send(now=self.now, actor="test"))

    def due(self) -> list[tuple[str, int]]:
        found = self.reminders.due(now=self.now)
        return [(one.member.given_name, one.step) for one in found]


@pytest.fixture
def server() -> Iterator[MailServerHere]:
    with MailServerHere() as server:
        yield server


@pytest.fixture
def koop(tmp_path: Path, server: MailServerHere) -> Iterator[Reminding]:
    node = found(tmp_path / "koop")
    koop = Reminding(node.home, node.rooms)
    koop.begin(server)
    yield koop
    koop.rooms.close()


def test_each_reminder_goes_once_for_each_year(koop: Reminding, server: MailServerHere) -> None:
    koop.add_paid("Paul", days_left=29)
    koop.add_paid("Loin", days_left=200)
    for days, step in ((0, -30), (23, -7), (7, 0), (15, 15)):
        koop.now += days * DAY
        assert koop.due() == [("Paul", step)]
        assert [koop.send(), koop.send()] == [1, 0]
        send_round(koop.rooms, now=koop.now)
    assert server.recipients == ["paul@exemple.test"] * 4


def test_who_has_paid_meanwhile_hears_nothing(koop: Reminding, server: MailServerHere) -> None:
    paul = koop.add_paid("Paul", days_left=29)
    koop.send()
    payment = koop.pay(paul, again=True)
    send_round(koop.rooms, now=koop.now)
    assert server.recipients == []
    (letter,) = koop.rooms.outbox.about(f"member:{paul.id}")
    assert (letter.state, letter.why) == (State.FAILED, "overtaken")
    koop.correct(payment)  # back where they were: the reminder was given already
    assert koop.due() == []


def test_a_household_is_reminded_by_its_principal(koop: Reminding) -> None:
    paul = koop.add_paid("Paul", days_left=29)
    lucie = koop.add_paid("Lucie", days_left=29)
    join(koop.rooms.issuer, lucie, paul, on=koop.today, now=koop.now, actor="test")
    assert koop.due() == [("Paul", -30)]


def test_who_never_paid_is_reminded_after_joining_and_the_gone_never(koop: Reminding) -> None:
    new, old, gone = koop.add("Neuf", "Ancienne", "Partie")
    joined = {new: koop.today - timedelta(days=15), old: koop.today - timedelta(days=900)}
    joined[gone] = joined[new]
    for one, day in joined.items():
        left = koop.today if one is gone else None
        koop.rooms.members.update(replace(one, joined=day, left=left), now=koop.now)
    assert koop.due() == [("Neuf", 15)]  # switching reminders on wakes no old story


def test_it_goes_by_the_channel_of_the_member_in_their_language(
    koop: Reminding, server: MailServerHere
) -> None:
    koop.add_paid("Anne", days_left=29, language="en")
    paper = koop.add_paid("Jon", days_left=29, email="", town="Hendaye", address="2 rue du Port")
    nowhere = koop.add_paid("Xan", days_left=29, email="")
    sms = koop.add_paid("Nora", days_left=29, phone="06 12 34 56 78")
    koop.rooms.preferences.keep(sms.id, {Topic.DUES: Channel.SMS}, how="office", now=koop.now)
    assert koop.send() == 3
    assert [one for one, _step in koop.due()] == ["Xan"]
    send_round(koop.rooms, now=koop.now)
    (message,) = server.messages
    assert message["Subject"] == "Your dues – La Courge"
    body = message.get_body(("plain",))
    assert body is not None
    assert "Your dues are paid until 17 December 2026" in " ".join(body.get_content().split())
    carriers = {
        one: koop.rooms.outbox.about(f"member:{one.id}")[0].carrier.value for one in (paper, sms)
    }
    assert list(carriers.values()) == ["post", "sms"]
    assert koop.reminders.channels.look([nowhere], Topic.DUES)[nowhere.id].why == "no_address"


@pytest.mark.parametrize(("days_left", "words"), [(6, "est payée"), (-1, "était payée")])
def test_from_the_first_day_that_is_not_paid_for_it_says_that_the_year_is_over(
    koop: Reminding, days_left: int, words: str
) -> None:
    koop.add_paid("Paul", days_left=days_left)
    (due,) = koop.reminders.due(now=koop.now)
    assert f"Votre cotisation {words} jusqu’au" in koop.reminders.written(due).text


def test_the_coops_own_text_has_its_fields_filled_in_and_no_others(koop: Reminding) -> None:
    paul = koop.add_paid("Paul", days_left=29)
    texts = Texts(
        subject="Pour {prenom}",
        before="Cher {Prénom},\n{montant} avant le {date}.\nRéférence {reference}\n{lien}",
    )
    set_link(koop.rooms.settings, "https://exemple.test/payer")
    koop.reminders.set_rules(Rules(is_on=True, texts=texts), now=koop.now, actor="test")
    (due,) = koop.reminders.due(now=koop.now)
    written = koop.reminders.written(due)
    assert written.subject == "Pour Paul"
    lines = [line.replace("\u00a0", " ") for line in written.text.splitlines()]
    assert lines == [
        "Cher Paul,",
        "20,00 € avant le 17 décembre 2026.",
        "https://exemple.test/payer",
    ]
    assert paul.full_name == "Paul"
    for wrong in (
        Rules(is_on=True, texts=Texts(before="{mot_de_passe}")),
        Rules(is_on=True, steps=()),
        Rules(is_on=True, steps=(900,)),
        Rules(is_on=True, steps=tuple(range(20))),
    ):
        with pytest.raises(BadReminders):
            koop.reminders.set_rules(wrong, now=koop.now, actor="test")
    with pytest.raises(BadReminders):
        with_steps(Rules(), "bientôt")
    assert with_steps(Rules(), "\u221230; 0 7").steps == (-30, 0, 7)


def test_a_reminder_says_how_to_send_the_money_so_that_it_is_known_whose_it_is(
    koop: Reminding, server: MailServerHere
) -> None:
    paul = koop.add_paid("Paul", days_left=29)
    account = Account(holder="La Courge", iban="FR1420041010050500013M02606")
    koop.rooms.transfers.set_account(account, now=koop.now, actor="test")
    (due,) = koop.reminders.due(now=koop.now)
    assert "IBAN" in koop.reminders.sample(due).text
    waited = "select reference, member_id, cents from expected"
    assert koop.rooms.db.execute(waited).fetchall() == []  # nothing is kept for a look
    koop.send()
    ((reference, member_id, cents),) = koop.rooms.db.execute(waited).fetchall()
    assert (member_id, cents) == (paul.id, 2000)
    (letter,) = koop.rooms.outbox.about(f"member:{paul.id}")
    assert reference in (letter.body or "").replace("\u00a0", "").replace(" ", "")


KILLED = """
import os, signal, sys
from pathlib import Path
from passkoop_node.home import Home
from passkoop_node.rooms import open_rooms
rooms = open_rooms(Home(Path(sys.argv[1])))
parts = rooms.reminders.send(now=int(sys.argv[2]), actor="test")
next(parts)
rooms.reminders.store.add = lambda *args, **more: os.kill(os.getpid(), signal.SIGKILL)
next(parts)
"""


def test_who_paid_a_part_is_asked_for_the_rest_alone(
    koop: Reminding, server: MailServerHere
) -> None:
    account = Account(holder="Épicerie & Cie", iban="FR14 2004 1010 0505 0001 3M02 606")
    koop.rooms.transfers.set_account(account, now=koop.now, actor="test")
    paul = koop.add_paid("Paul", days_left=-1)
    koop.pay(paul, cents=1_250, part=True, again=True)
    koop.send()
    (queued,) = koop.rooms.outbox.about(f"member:{paul.id}")
    assert "7,50" in (queued.body or "")
    (transfer,) = koop.rooms.db.execute("select cents from expected").fetchall()
    assert transfer == (750,)


def test_killed_in_the_middle_each_goes_once_all_the_same(koop: Reminding) -> None:
    for n in range(70):
        koop.add_paid(f"Membre{n}", days_left=29)
    code = [sys.executable, "-c", textwrap.dedent(KILLED), str(koop.home.path), str(koop.now)]
    assert subprocess.run(code, env={"PYTHONPATH": ":".join(sys.path)}).returncode == -9
    put = "select count(*) from outbox where kind = 'dues_reminder'"
    assert koop.rooms.db.execute(put).fetchone()[0] == 50
    assert [koop.send(), koop.send()] == [20, 0]
    twice = "select count(*), count(distinct ref) from outbox where kind = 'dues_reminder'"
    assert koop.rooms.db.execute(twice).fetchone() == (70, 70)


# --- the pages ---


def begun(served: Served, server: MailServerHere) -> Client:
    def begin() -> None:
        koop = Reminding(served.home, served.rooms, now=served.now)
        koop.begin(server)
        koop.add_paid("Maite", days_left=29)
        koop.add_paid("Xan", days_left=29, email="")

    served.run(begin)
    return served.administrator()


def test_the_office_sees_who_would_get_what_and_sends_it_in_one_tap(
    served: Served, server: MailServerHere
) -> None:
    nico = begun(served, server)
    page = nico.get(TODAY).words.replace("\u00a0", " ")
    assert "2 rappels à envoyer aujourd’hui" in page
    assert "1 personne ne peut pas être jointe" in page
    assert "30 jours avant" in page
    assert "Bonjour Maite" in page
    assert nico.post(TODAY, {"vu": "5"}).status == 422
    assert nico.post(TODAY, {"vu": "2"}).status == 303
    assert "1 rappel part." in nico.get(TODAY).words.replace("\u00a0", " ")


def test_they_go_by_themselves_in_the_morning_where_the_coop_wants_it(
    served: Served, server: MailServerHere
) -> None:
    nico = begun(served, server)
    form = {"envoi": "seuls", "jours": "-30, 7", "sujet": "", "avant": "", "apres": ""}
    assert nico.post(RULES, {**form, "jours": "demain"}).status == 422
    wrong = nico.post(RULES, {**form, "avant": "Bonjour {surnom}"})
    assert wrong.status == 422
    assert "Bonjour {surnom}" in wrong.text  # what was typed is kept
    assert nico.post(RULES, form).status == 303
    counted = "select count(*) from outbox where kind = 'dues_reminder'"
    for hour, count in ((3, 0), (10, 1), (11, 1)):
        day = served.now - served.now % DAY
        served.now = day + hour * 3_600 if count != 0 or hour == 3 else served.now
        served.do_job("dues reminders")
        told = served.run(lambda: served.rooms.db.execute(counted).fetchone()[0])
        assert told == count, hour


@pytest.mark.slow
def test_ten_thousand_reminders_each_exactly_once_by_a_server_that_fails_one_in_five(
    koop: Reminding, server: MailServerHere
) -> None:
    data = [
        MemberData(
            given_name=f"M{n}",
            email=f"m{n}@exemple.test",
            number=str(n + 1),
            joined=koop.today - timedelta(days=15),
        )
        for n in range(10_000)
    ]
    koop.rooms.members.write_all(data, now=koop.now)
    assert koop.send() == 10_000
    asked = iter(range(1_000_000))
    server.handler.said["RCPT"] = lambda _session, _envelope: (
        "451 4.3.0 Later" if next(asked) % 5 == 0 else "250 2.1.5 Ok"
    )
    for _round in range(60):
        send_round(koop.rooms, now=koop.now)
        koop.now += 900
    assert len(server.recipients) == len(set(server.recipients)) == 10_000
