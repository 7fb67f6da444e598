"""Who brought whom: the link, what is given once, and what nobody can bring about."""

from dataclasses import replace
from datetime import date

import pytest

from passkoop_node.core.mail_settings import MailServer, Security
from passkoop_node.core.switches import SWITCHES
from passkoop_node.dues.plan import Plan, Yearly
from passkoop_node.dues.store import Method
from passkoop_node.members.member import Member, MemberData
from passkoop_node.referral.referring import BadReferral, later
from passkoop_node.referral.reward import Gift, Reward, When
from passkoop_node.referral.store import How
from serving import NOON, Client, Served

TODAY = date(2026, 11, 22)
LIST, RULE = "/bureau/parrainages", "/reglages/parrainage"
BOTH = {"filleul": "2", "parrain": "1"}


@pytest.fixture
def paul(served: Served) -> Member:
    return add(served, given_name="Paul", family_name="Martin", email="paul@example.org")


@pytest.fixture
def lucie(served: Served, paul: Member) -> Member:
    return add(served, given_name="Lucie", family_name="Durand", email="lucie@example.org")


@pytest.fixture
def nico(served: Served, lucie: Member) -> Client:
    return served.administrator()


def add(served: Served, **facts: object) -> Member:
    data = MemberData(**facts)  # type: ignore[arg-type]
    return served.run(lambda: served.rooms.members.add(data, now=NOON))


def note(served: Served, referrer: Member, newcomer: Member) -> None:
    served.run(
        served.rooms.referrals.note,
        referrer,
        newcomer,
        how=How.LINK,
        on=TODAY,
        now=NOON,
        actor="visitor",
    )


def given(client: Client) -> str:
    """Return what the page says after a gift was handed over, if it could be."""
    client.post(f"{LIST}/1/offrir", {})
    return client.get(LIST).words


def rule(served: Served, **facts: object) -> None:
    reward = Reward(**facts)  # type: ignore[arg-type]
    served.run(served.rooms.referrals.set_reward, reward, now=NOON, actor="cli")


def test_a_link_leads_back_to_its_member_until_they_leave(served: Served, paul: Member) -> None:
    referrals = served.rooms.referrals
    code = served.run(referrals.code_of, paul, now=NOON)
    assert code == served.run(referrals.code_of, paul, now=NOON + 5)  # paper links live on
    assert served.run(referrals.of_code, f" {code[:4]}-{code[4:].lower()} ", on=TODAY) == paul
    for wrong in ("", "0" * 8, code[:-1], code + "A", "é" * 900, "' or 1=1 --"):
        assert served.run(referrals.of_code, wrong, on=TODAY) is None
    served.run(served.rooms.members.update, replace(paul, left=TODAY), now=NOON)
    assert served.run(referrals.of_code, code, on=TODAY) is None


def test_nobody_brings_themselves_their_household_or_somebody_twice(
    served: Served, paul: Member, lucie: Member
) -> None:
    nora = add(served, given_name="Nora")
    with pytest.raises(BadReferral, match="soi-même"):
        note(served, paul, paul)
    served.run(served.rooms.households.join, nora, paul, on=TODAY, now=NOON, actor="cli")
    with pytest.raises(BadReferral, match="même foyer"):
        note(served, nora, paul)
    note(served, paul, lucie)
    for again in (paul, nora):
        with pytest.raises(BadReferral, match="déjà noté"):
            note(served, again, lucie)
    with pytest.raises(BadReferral, match="a elle-même amené"):
        note(served, lucie, paul)
    assert served.run(served.rooms.referrals.store.count) == 1


def test_a_gift_is_given_once_and_when_it_is_due(
    served: Served, paul: Member, nico: Client
) -> None:
    rule(served, gift=Gift.AMOUNT, when=When.PAID, cents=500)
    plan = Plan(yearly=Yearly.ROLLING, cents=2000, grace_days=30)
    served.run(served.rooms.dues.set_plan, plan, now=NOON, actor="cli")
    assert nico.post(LIST, BOTH).status == 303
    assert "Offrir" not in nico.get(LIST).words  # nobody has paid yet
    assert "Rien à offrir" in given(nico)
    lucie = served.run(served.rooms.members.by_number, "2")
    served.run(
        served.rooms.dues.pay,
        lucie,
        cents=2000,
        method=Method.CASH,
        paid_on=TODAY,
        today=TODAY,
        now=NOON,
        actor="cli",
    )
    assert "Offrir" in nico.get(LIST).words
    assert "est offert" in given(nico)
    assert "Rien à offrir" in given(nico)  # the button pressed twice
    assert "5,00" in nico.get("/bureau/membres/1/parrainage").words


def test_two_who_share_an_address_are_looked_at_first(served: Served, paul: Member) -> None:
    rule(served, gift=Gift.THANKS)
    nico = served.administrator()
    add(served, given_name="Paul", family_name="Martin", email="PAUL@example.org")
    nico.post(LIST, BOTH)
    assert "même adresse e-mail" in nico.get(LIST).words
    assert "Rien à offrir" in given(nico)
    nico.post(f"{LIST}/1/verifier", {})
    assert "est offert" in given(nico)


def test_a_refused_referral_keeps_what_was_typed(nico: Client) -> None:
    for filleul, parrain, says in (("2", "77", "ce numéro"), ("1", "1", "soi-même"), ("", "1", "")):
        answer = nico.post(LIST, {"filleul": filleul, "parrain": parrain})
        assert answer.status == 422
        assert f'value="{parrain}"' in answer.text
        assert says in answer.words


def test_a_referral_is_erased_after_a_question(served: Served, nico: Client) -> None:
    nico.post(LIST, BOTH)
    assert "Ce qui est déjà offert" in nico.get(f"{LIST}/1/effacer").words
    assert nico.post(f"{LIST}/1/effacer", {}).status == 303
    assert nico.get(f"{LIST}/1/effacer").status == 404
    assert served.run(served.rooms.referrals.store.count) == 0


def test_a_referral_that_is_noted_anew_gives_nothing_for_the_second_time(
    served: Served, nico: Client
) -> None:
    rule(served, gift=Gift.AMOUNT, cents=500)
    nico.post(LIST, BOTH)
    assert "est offert" in given(nico)
    nico.post(f"{LIST}/1/effacer", {})
    nico.post(LIST, BOTH)
    nico.post(f"{LIST}/2/offrir", {})
    assert "Rien à offrir" in nico.get(LIST).words


def test_a_co_op_without_referrals_sees_nothing_of_them(served: Served, nico: Client) -> None:
    page = "/bureau/membres/1/parrainage"
    assert page in nico.get("/bureau/membres/1").text
    switches = served.app[SWITCHES]
    served.run(
        switches.keep,
        {"referral.referral"},
        served.rooms.settings,
        served.rooms.audit,
        now=NOON,
        actor="cli",
    )
    assert page not in nico.get("/bureau/membres/1").text
    assert {nico.get(path).status for path in (page, LIST, RULE)} == {404}


def test_a_rule_that_gives_nothing_or_too_much_is_refused(nico: Client) -> None:
    fine = {"cadeau": "months", "quand": "joined", "montant": "", "mois": "2", "mot": "Merci !"}
    for wrong in ({"mois": "0"}, {"mois": "99"}, {"cadeau": "amount"}, {"mot": "a" * 601}):
        answer = nico.post(RULE, {**fine, **wrong})
        assert answer.status == 422, wrong
    assert nico.post(RULE, fine).status == 303
    assert "Merci !" in nico.get(RULE).text


def test_a_member_who_is_erased_leaves_no_referral(
    served: Served, paul: Member, lucie: Member
) -> None:
    store = served.rooms.referrals.store
    served.run(served.rooms.referrals.code_of, paul, now=NOON)
    note(served, paul, lucie)
    assert [one["kind"] for one in served.run(store.about, paul.id)] == [
        "link",
        "brought a new member",
    ]
    served.run(store.erase_member, paul.id, now=NOON)
    assert served.run(store.about, paul.id) == []
    assert served.run(store.about, lucie.id) == []


def test_months_make_the_dues_last_longer_and_a_word_goes_with_them(
    served: Served, paul: Member, nico: Client
) -> None:
    server = MailServer(
        host="localhost",
        port=25,
        security=Security.NONE,
        account="",
        sender="c@coop.test",
        sender_name="La Courge",
    )
    served.run(served.rooms.mail.save, server)
    rule(served, gift=Gift.MONTHS, months=2, words="Merci mille fois !")
    nico.post(LIST, BOTH)
    assert "ne demande pas de cotisation" in given(nico)  # and nothing is given
    plan = Plan(yearly=Yearly.ROLLING, cents=2000, grace_days=30)
    served.run(served.rooms.dues.set_plan, plan, now=NOON, actor="cli")
    assert "est offert" in given(nico)
    assert "Rien à offrir" in given(nico)
    until = served.run(served.rooms.dues.payments.paid_until, paul.id)
    assert until == date(2027, 1, 21)
    (message,) = served.run(served.rooms.outbox.about, f"member:{paul.id}")
    assert "Merci mille fois" in str(message.body)
    assert "2\u00a0mois de cotisation" in str(message.body)


def test_months_end_on_the_last_day_of_a_short_month() -> None:
    assert later(date(2026, 12, 31), 2) == date(2027, 2, 28)
    assert later(date(2026, 11, 30), 14) == date(2028, 1, 30)
