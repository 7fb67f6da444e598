"""The verdict (SPEC 9): a pure function that never raises. What it says when is in the vectors."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from damage import damaged
from passkoop_protocol.keys import CoopId
from passkoop_protocol.text import encode_text
from passkoop_protocol.verdict import OUTCOMES, Outcome, Reason, judge
from passkoop_protocol.welcome import Policy, Visits, Who
from shop import (
    LIFETIME,
    NOW,
    RETIRED,
    REVOKED,
    WITHDRAWN,
    Coop,
    Federation,
    Listed,
    Shop,
    T,
    codes,
)

HOME, OTHER, NEW = Coop("Lou Rasim"), Coop("Lou Basta"), Coop("Lou Rasim, new")
FED = Federation(name="Fédération")
CARD = HOME.card(index=7)


def test_a_member_of_a_paired_co_op_is_welcome() -> None:
    verdict = Shop().pair(HOME).verify(HOME.text(index=7))
    assert verdict.outcome is Outcome.WELCOME
    assert verdict.reasons == ()
    assert verdict.list_issued_at == T
    assert verdict.holder
    assert verdict.holder.card.holder_name == "Maïté Etcheverry"
    assert verdict.holder.card.status_index == 7
    assert (verdict.holder.coop, verdict.holder.kid) == (HOME.id, HOME.kid)
    assert (verdict.holder.coop_name, verdict.holder.coop_place) == ("Lou Rasim", "Hendaye")
    assert verdict.holder.country == "FR"


def test_the_same_question_has_the_same_answer() -> None:
    shop = Shop().pair(HOME)
    assert shop.verify(HOME.text()) == shop.verify(HOME.text())


@given(st.one_of(st.text(max_size=400), st.text("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567#", max_size=400)))
def test_any_text_whatever_has_a_verdict(text: str) -> None:
    verdict = Shop().pair(HOME).verify(text)
    assert codes(verdict) in (["unverified", "not_a_card"], ["unverified", "damaged"])


@given(damaged(CARD))
def test_a_damaged_card_is_never_accepted(data: bytes) -> None:
    verdict = Shop().pair(HOME).verify(encode_text(data))
    if data == CARD:
        return
    assert verdict.holder is None
    assert codes(verdict)[1] in (
        "damaged",
        "not_a_card",
        "newer_format",
        "unknown_issuer",
        "forged",
    )


@given(st.data())
def test_a_damaged_text_is_never_accepted_as_another_card(draw: st.DataObject) -> None:
    text = encode_text(CARD)
    letters = list(text)
    for _ in range(draw.draw(st.integers(1, 3))):
        at = draw.draw(st.integers(0, len(letters) - 1))
        letters[at : at + draw.draw(st.integers(0, 2))] = draw.draw(st.text(max_size=2))
    verdict = Shop().pair(HOME).verify("".join(letters))
    if verdict.holder:  # the damage was in the address
        assert verdict.holder.card.status_index == 7
        assert "".join(letters).endswith(text.partition("#")[2])


def test_nothing_of_a_card_is_told_before_its_signature_is_proven() -> None:
    stranger = Shop().verify(HOME.text())
    forged = Shop().pair(HOME).verify(encode_text(CARD[:-64] + bytes(64)))
    newer = Shop().pair(HOME).verify(HOME.text(category=24))
    stolen = Shop()
    stolen.trust.pair(HOME.id)
    stolen.add(HOME.descriptor(keys=[Listed(HOME.issuing, WITHDRAWN, T)]))
    for verdict in (stranger, forged, newer, stolen.verify(HOME.text())):
        assert verdict.holder is None
        assert verdict.list_issued_at is None
        assert all(not reason.facts for reason in verdict.reasons)


def test_the_outcome_is_that_of_the_worst_reason() -> None:
    shop = Shop(policy=Policy(visits=3, period=30))
    shop.trust.pair(HOME.id)
    shop.add(HOME.descriptor(), HOME.status_list({0: REVOKED}))
    verdict = shop.verify(
        HOME.text(), now=T + 864_001, visits_of=lambda _coop, _ref: Visits(in_period=2)
    )
    assert codes(verdict) == ["refused", "revoked", "old_list", "last_visit"]
    assert [OUTCOMES[reason.code] for reason in verdict.reasons] == sorted(
        (OUTCOMES[reason.code] for reason in verdict.reasons), reverse=True
    )


def test_reasons_carry_the_dates_that_a_sentence_needs() -> None:
    shop = Shop()
    shop.trust.pair(HOME.id)
    retired = [Listed(HOME.key(1), RETIRED, T - 5), HOME.key(2)]
    shop.add(HOME.descriptor(keys=retired))
    shop.add(HOME.status_list({0: REVOKED}, signer=HOME.key(2)))
    verdict = shop.verify(HOME.text(), now=T + LIFETIME + 300)
    assert verdict.reasons == (
        Reason("key_retired", {"since": T - 5}),
        Reason("expired", {"at": T + LIFETIME}),
        Reason("revoked", {"listed": T}),
        Reason("old_list", {"listed": T}),
    )
    ahead = Shop().pair(HOME)
    ahead.add(HOME.descriptor(at=NOW + 601), now=NOW + 1)
    early = ahead.verify(HOME.text(iat=NOW + 902))
    assert early.reasons == (
        Reason("not_yet_valid", {"from": NOW + 902}),
        Reason("clock_slow", {"at_least": NOW + 601}),
    )
    old = Shop()
    old.trust.follow(FED.id)
    old.add(FED.root(), FED.directory([HOME], exp=NOW), HOME.descriptor(), HOME.status_list())
    assert old.verify(HOME.text()).reasons == (Reason("old_directory", {"listed": T}),)


def test_visits_are_asked_for_by_the_present_id_and_the_member_reference() -> None:
    asked: list[tuple[CoopId, bytes]] = []

    def visits_of(coop: CoopId, ref: bytes) -> Visits:
        asked.append((coop, ref))
        return Visits(today=True)

    shop = Shop().follow(FED, HOME)
    shop.trust.pair(NEW.id, replaces=[HOME.id])
    shop.add(NEW.descriptor(keys=[HOME.issuing]), HOME.status_list(at=T + 1))
    verdict = shop.verify(HOME.text(ref=b"memberno"), visits_of=visits_of)
    assert asked == [(NEW.id, b"memberno")]
    assert codes(verdict) == ["remark", "already_today"]


def test_at_home_neither_policy_nor_visits_are_asked() -> None:
    def nobody_asks(_coop: CoopId, _ref: bytes) -> Visits:
        raise AssertionError

    shop = Shop(own=HOME, policy=Policy(who=Who.NOBODY))
    shop.add(HOME.descriptor(), HOME.status_list())
    for category in (0, 2):
        assert codes(shop.verify(HOME.text(category=category), visits_of=nobody_asks)) == [
            "welcome"
        ]


def test_nobody_told_of_visits_so_there_were_none() -> None:
    shop = Shop(policy=Policy(visits=2, period=30)).pair(HOME)
    assert codes(shop.verify(HOME.text())) == ["welcome"]


@pytest.mark.parametrize("code", OUTCOMES)
def test_every_reason_has_an_outcome_that_is_not_welcome(code: str) -> None:
    assert OUTCOMES[code] is not Outcome.WELCOME
    assert OUTCOMES[code].word == OUTCOMES[code].name.lower()


@given(
    now=st.integers(0, 1 << 41),
    policy=st.builds(
        Policy, who=st.sampled_from(Who), visits=st.integers(0, 3), period=st.just(30)
    ),
    visits=st.builds(Visits, in_period=st.integers(0, 4), today=st.booleans()),
    index=st.integers(0, 1_100),
)
def test_whatever_the_time_and_the_rules_the_verdict_is_well_made(
    now: int, policy: Policy, visits: Visits, index: int
) -> None:
    shop = Shop(policy=policy).follow(FED, HOME).pair(OTHER)
    verdict = judge(
        HOME.text(index=index),
        shop.trust,
        now=now,
        policy=policy,
        visits_of=lambda _coop, _ref: visits,
    )
    outcomes = [OUTCOMES[reason.code] for reason in verdict.reasons]
    assert outcomes == sorted(outcomes, reverse=True)
    assert verdict.outcome is (outcomes[0] if outcomes else Outcome.WELCOME)
    assert verdict.holder


def test_one_key_listed_by_many_co_ops_is_verified_once(monkeypatch: pytest.MonkeyPatch) -> None:
    coops = [Coop(f"Coop {number}") for number in range(20)]
    shop = Shop()
    for coop in coops:
        shop.trust.pair(coop.id)
        shop.add(coop.descriptor(keys=[HOME.issuing]))
    signers = shop.trust.signers(HOME.kid)
    assert len(signers) == 1
    assert signers[0].disputed
    assert signers[0].home.coop == min(coop.id for coop in coops)
    told: dict[str, Any] = {"outcome": codes(shop.verify(HOME.text()))}
    assert told == {"outcome": ["remark", "no_list", "issuer_disputed"]}
