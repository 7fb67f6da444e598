"""Whom a co-op welcomes: each practice that the co-ops named, in their words, and no other."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from passkoop_node.errors import BadSetting
from passkoop_node.members.member import MemberData
from passkoop_node.visits.counting import OFFERS, offer_for
from passkoop_node.visits.guests import BadGuest, GuestNotFound
from passkoop_node.visits.presets import (
    FOREVER,
    PRESETS,
    ContradictoryPolicy,
    choose,
    contradictions,
    doubts,
    preset_of,
)
from passkoop_node.visits.scenarios import scenarios
from passkoop_node.visits.visit import BadVisit, Kind, Rule
from passkoop_node.visits.wording import offer_in_a_sentence, rules_in_sentences
from passkoop_protocol.cose import parse_sign1
from passkoop_protocol.descriptor import TYP, parse_descriptor
from passkoop_protocol.verdict import Outcome
from passkoop_protocol.welcome import Policy, Who, Without, parse_policy, policy_to_map
from shop import REVOKED
from visiting import (
    BELGIAN,
    FIRST,
    FRENCH,
    OURS,
    PORTUGUESE,
    QUEBEC,
    STRANGER,
    Comptoir,
    day_after,
    noon,
)

Open = Callable[[Policy], Comptoir]


@pytest.fixture
def opened(tmp_path: Path) -> Iterator[Open]:
    shops: list[Comptoir] = []

    def open_shop(policy: Policy) -> Comptoir:
        shops.append(Comptoir(tmp_path / f"coop-{len(shops)}", policy))
        return shops[-1]

    yield open_shop
    for shop in shops:
        shop.close()


def practice(code: str) -> Policy:
    return next(one.policy for one in PRESETS if one.code == code)


# The practices of the forum


def test_open_word_anyone_who_says_so_is_welcome_and_a_line_is_kept(opened: Open) -> None:
    shop = opened(practice("word"))
    for day in range(5):
        assert shop.guest_comes(None, now=noon(day)) == ("welcome word", None)
    assert shop.comes(FRENCH.text(), now=noon(5)) == "welcome"
    entries = shop.visits.store.entries()
    assert [one.visit.rule for one in entries] == [Rule.NETWORK, *[Rule.WORD] * 5]
    assert shop.check().whole


def test_three_purchases_the_third_is_the_last_and_the_fourth_is_refused(opened: Open) -> None:
    shop = opened(practice("three_purchases"))
    said, guest = shop.guest_comes(None, now=noon(0), name="Zoé Exemple")
    assert said == "remark trial_first"
    assert shop.guest_comes(guest, now=noon(3))[0] == "welcome trial"
    assert shop.guest_comes(guest, now=noon(90))[0] == "remark trial_last"
    assert shop.guest_comes(guest, now=noon(400))[0] == "refused trial_over"


def test_three_purchases_hold_for_a_card_of_the_network_too(opened: Open) -> None:
    shop = opened(practice("three_purchases"))
    card = FRENCH.text()
    assert [shop.comes(card, now=noon(day)) for day in (0, 8, 300, 400)] == [
        "welcome",
        "welcome",
        "remark last_visit",
        "refused limit_reached",
    ]
    # Visits with a card are visits: the trial of someone without one is over too.
    answer = shop.scan(card, now=noon(400))
    assert answer.offer is not None
    assert answer.offer.code == "trial_over"


def test_four_visits_a_discovery_card_is_used_up_after_the_fourth(opened: Open) -> None:
    shop = opened(practice("four_visits"))
    said, guest = shop.guest_comes(None, now=noon(0), name="Zoé Exemple")
    answers = [said] + [shop.guest_comes(guest, now=noon(day))[0] for day in (1, 2, 3, 4)]
    assert answers == [
        "remark trial_first",
        "welcome trial",
        "welcome trial",
        "remark trial_last",
        "refused trial_over",
    ]


def test_sixty_days_a_tester_gives_name_and_address_and_comes_as_often_as_they_like(
    opened: Open,
) -> None:
    shop = opened(practice("sixty_days"))
    with pytest.raises(BadGuest):
        shop.guest_comes(None, now=noon(0), name="Zoé Exemple")
    said, guest = shop.guest_comes(None, now=noon(0), name="Zoé Exemple", email="zoe@exemple.fr")
    assert said == "remark trial_first"
    assert guest is not None
    assert guest.last_day == day_after(59)
    assert {shop.guest_comes(guest, now=noon(day))[0] for day in range(1, 59)} == {"welcome trial"}
    assert shop.guest_comes(guest, now=noon(59))[0] == "remark trial_last"
    assert shop.guest_comes(guest, now=noon(60))[0] == "refused trial_over"


def test_one_month_sponsored_a_member_answers_for_the_guest(opened: Open) -> None:
    shop = opened(practice("sponsor"))
    sponsor = shop.rooms.members.add(
        MemberData(given_name="Ana", family_name="Exemple"), now=noon()
    )
    with pytest.raises(BadGuest):
        shop.guest_comes(None, now=noon(0), name="Zoé Exemple")
    said, guest = shop.guest_comes(None, now=noon(0), name="Zoé Exemple", sponsor_id=sponsor.id)
    assert said == "remark trial_first"
    assert guest is not None
    assert guest.sponsor_id == sponsor.id
    assert shop.guest_comes(guest, now=noon(28))[0] == "welcome trial"
    assert shop.guest_comes(guest, now=noon(29))[0] == "remark trial_last"
    assert shop.guest_comes(guest, now=noon(30))[0] == "refused trial_over"
    assert shop.visits.store.entries()[0].visit.rule is Rule.SPONSOR


def test_france_belgium_portugal_cards_of_these_countries_and_no_others(opened: Open) -> None:
    shop = opened(practice("countries"))
    for coop in (FRENCH, BELGIAN, PORTUGUESE):
        assert shop.comes(coop.text(), now=noon()) == "welcome"
    assert shop.comes(QUEBEC.text(), now=noon()) == "refused country_not_welcome"
    assert shop.guest_comes(None, now=noon()) == ("refused without_refused", None)


def test_members_only_nobody_else_not_even_with_a_card(opened: Open) -> None:
    shop = opened(practice("members_only"))
    assert shop.comes(OURS.text(), now=noon()) == "welcome"
    assert shop.comes(FRENCH.text(), now=noon()) == "refused not_welcome"
    assert shop.guest_comes(None, now=noon()) == ("refused without_refused", None)
    assert [one.visit.kind for one in shop.visits.store.entries()] == [Kind.OWN]


def test_four_visits_in_ninety_days_then_again(opened: Open) -> None:
    shop = opened(Policy(visits=4, period=90))
    card = FRENCH.text()
    said = [shop.comes(card, now=noon(day)) for day in (0, 10, 20, 30, 31, 89, 90)]
    assert said[:4] == ["welcome", "welcome", "welcome", "remark last_visit"]
    assert said[4:6] == ["refused limit_reached"] * 2
    # The day of the first visit has just left the ninety days.
    assert said[6] == "remark last_visit"


def test_the_same_card_twice_a_day_asks_was_that_you_and_uses_no_visit_up(opened: Open) -> None:
    shop = opened(Policy(visits=2, period=30))
    card = FRENCH.text()
    assert shop.comes(card, now=noon()) == "welcome"
    assert shop.comes(card, now=noon() + 3600) == "remark already_today"
    assert shop.comes(card, now=noon(1)) == "remark last_visit"
    assert shop.comes(card, now=noon(2)) == "refused limit_reached"


def test_a_card_is_asked_from_the_third_visit_on(opened: Open) -> None:
    shop = opened(Policy(card_from=3))
    guest = shop.visits.guests.add(shop.rooms.ourselves.policy, name="Zoé Exemple", now=noon())
    said = [shop.guest_comes(guest, now=noon(day))[0] for day in range(3)]
    assert said == ["welcome word", "remark word_last", "refused card_asked"]
    assert shop.guest_comes(None, now=noon(3))[0] == "welcome word"


# A card never fares worse than no card


@pytest.mark.parametrize(
    ("text", "said"),
    {
        FRENCH.text(exp=noon() - 1000): "expired",
        STRANGER.text(): "unknown_issuer",
        "https://exemple.fr": "not_a_card",
        FRENCH.text(category=2): "visitor_elsewhere",
        FRENCH.text(key=OURS.key(5)): "unknown_issuer",
    }.items(),
)
def test_a_card_never_fares_worse_than_no_card(opened: Open, text: str, said: str) -> None:
    shop = opened(Policy())
    answer = shop.scan(text, now=noon())
    assert answer.codes == (said,)
    assert answer.offer is not None
    assert answer.offer.code == "word"
    noted = shop.note(answer, now=noon())
    assert noted.visit is not None
    assert noted.visit.rule is Rule.WORD


def test_nobody_gets_in_on_a_lost_or_a_forged_card_by_the_rules(opened: Open) -> None:
    shop = opened(Policy())
    trust = shop.trust(noon())
    trust.add(FRENCH.status_list({0: REVOKED}, at=noon() - 30), now=noon())
    answer = shop.visits.reception.answer(FRENCH.text(), trust, now=noon())
    assert answer.codes == ("revoked",)
    assert answer.offer is None
    blocked = shop.trust(noon())
    blocked.block(FRENCH.id)
    assert shop.visits.reception.answer(FRENCH.text(), blocked, now=noon()).offer is None


def test_whoever_is_welcomed_anyway_is_noted_with_the_reason(opened: Open) -> None:
    shop = opened(practice("members_only"))
    answer = shop.scan(FRENCH.text(), now=noon())
    with pytest.raises(BadVisit):
        shop.note(answer, now=noon())
    noted = shop.note(answer, now=noon(), anyway="Elle vient du congrès")
    assert noted.visit is not None
    assert (noted.visit.rule, noted.visit.home) == (Rule.ANYWAY, FRENCH.id)
    (entry,) = shop.visits.store.entries()
    assert entry.words.reason == "Elle vient du congrès"


# Guests and their visitor's card


def test_a_visitor_s_card_of_ours_counts_for_its_guest_whatever_the_name_s_spelling(
    opened: Open,
) -> None:
    shop = opened(practice("three_purchases"))
    policy = shop.rooms.ourselves.policy
    guest = shop.visits.guests.add(policy, name="Zoé Exemple", now=noon())
    card = OURS.text(category=2, ref=guest.ref, name=guest.name)
    assert [shop.comes(card, now=noon(day)) for day in (0, 1, 2, 3)] == [
        "welcome trial",
        "welcome trial",
        "remark trial_last",
        "refused trial_over",
    ]
    assert shop.guest_comes(guest, now=noon(4))[0] == "refused trial_over"
    kinds = {(one.visit.kind, one.visit.rule) for one in shop.visits.store.entries()}
    assert kinds == {(Kind.WITHOUT, Rule.VISITS)}


def test_a_visitor_s_card_whose_holder_was_erased_begins_anew(opened: Open) -> None:
    shop = opened(practice("three_purchases"))
    answer = shop.scan(OURS.text(category=2), now=noon())
    assert (answer.outcome, answer.codes) == (Outcome.REFUSED, ("guest_unknown",))
    assert answer.offer is not None
    assert answer.offer.code == "trial_first"


def test_an_expired_visitor_s_card_leaves_its_holder_what_was_promised(opened: Open) -> None:
    shop = opened(practice("three_purchases"))
    guest = shop.visits.guests.add(shop.rooms.ourselves.policy, name="Zoé Exemple", now=noon())
    card = OURS.text(category=2, ref=guest.ref, exp=noon() - 1000)
    answer = shop.scan(card, now=noon())
    assert answer.codes == ("expired", "trial")
    assert answer.offer is not None
    assert answer.offer.welcomes


def test_what_a_guest_was_promised_stands_when_the_rules_change(opened: Open) -> None:
    shop = opened(practice("four_visits"))
    _said, guest = shop.guest_comes(None, now=noon(0), name="Zoé Exemple")
    shop.rooms.ourselves.set_policy(practice("members_only"))
    assert shop.guest_comes(guest, now=noon(1))[0] == "welcome trial"
    assert shop.guest_comes(None, now=noon(1))[0] == "refused without_refused"


def test_guests_are_found_again_by_name_or_address_however_they_are_spelled(opened: Open) -> None:
    shop = opened(practice("sixty_days"))
    guests, policy = shop.visits.guests, shop.rooms.ourselves.policy
    zoe = guests.add(policy, name="Zoé d'Exemple", email="zoe@exemple.fr", now=noon())
    tom = guests.add(policy, name="Tom Exemple", email="tom@exemple.fr", now=noon())
    assert guests.like(name="ZOE") == [zoe]
    assert guests.like(name="exemple") == [tom, zoe]
    assert guests.like(name="Léa", email="ZOE@exemple.fr") == [zoe]
    assert guests.like() == guests.like(name="' or 1") == []
    with pytest.raises(GuestNotFound):
        guests.get(99)


@pytest.mark.parametrize(
    "who",
    [
        {"name": ""},
        {"name": "Zoé", "email": "zoe"},
        {"name": "Zoé", "email": "a b@c.fr"},
        {"name": "é" * 33, "email": "zoe@exemple.fr"},
    ],
)
def test_a_guest_without_what_the_rules_ask_is_not_written_down(
    opened: Open, who: dict[str, Any]
) -> None:
    shop = opened(practice("sixty_days"))
    with pytest.raises(BadGuest):
        shop.visits.guests.add(shop.rooms.ourselves.policy, now=noon(), **who)
    assert shop.visits.guests.all() == []


# The policy itself


def test_no_practice_contradicts_itself_and_each_is_recognised() -> None:
    for preset in PRESETS:
        assert contradictions(preset.policy) == []
        assert doubts(preset.policy) == []
        assert preset_of(preset.policy) == preset
        assert parse_policy(policy_to_map(preset.policy)) == preset.policy
    assert contradictions(Policy()) == []
    assert preset_of(Policy(visits=4, period=90)) is None


@pytest.mark.parametrize(
    "policy",
    [
        Policy(who=Who.NOBODY),
        Policy(who=Who.ANYONE, without=Without.REFUSAL),
        Policy(who=Who.NOBODY, without=Without.REFUSAL, countries=frozenset({"FR"})),
        Policy(who=Who.NOBODY, without=Without.REFUSAL, visits=3, period=30),
        Policy(accepted=frozenset({FRENCH.id}), refused=frozenset({FRENCH.id})),
        Policy(visits=3),
        Policy(period=30),
        Policy(visits=31, period=30),
        Policy(without=Without.VISITS),
        Policy(without=Without.WORD, without_limit=3),
        Policy(without=Without.VISITS, without_limit=3, card_from=2),
        Policy(without=Without.REFUSAL, card_from=2),
        Policy(card_from=0),
    ],
)
def test_a_policy_that_contradicts_itself_is_refused_with_a_sentence(
    opened: Open, policy: Policy
) -> None:
    shop = opened(Policy())
    (sentence,) = contradictions(policy)
    assert sentence.endswith(".")
    with pytest.raises(ContradictoryPolicy) as refusal:
        choose(shop.rooms.ourselves, policy, ask=None, now=noon())
    assert refusal.value.sentences == (sentence,)
    assert shop.rooms.ourselves.policy == Policy()


def test_a_rule_that_the_word_undoes_is_doubted_and_allowed() -> None:
    for policy in (Policy(visits=4, period=90), Policy(countries=frozenset({"FR"}))):
        assert contradictions(policy) == []
        assert len(doubts(policy)) == 1
        assert doubts(replace(policy, without=Without.REFUSAL)) == []


def test_the_rules_are_published_with_the_descriptor(opened: Open) -> None:
    shop = opened(Policy())
    ourselves = shop.rooms.ourselves
    policy = replace(practice("countries"), refused=frozenset({BELGIAN.id, QUEBEC.id}))
    assert choose(ourselves, policy, ask=lambda: OURS.identity, now=noon())
    assert ourselves.policy == policy
    document = shop.rooms.coops.newest("descriptor", OURS.id)
    assert document is not None
    assert parse_descriptor(parse_sign1(document.data, typ=TYP).payload).policy == policy


def test_rules_hold_here_before_the_identity_key_is_there_to_publish_them(opened: Open) -> None:
    shop = opened(Policy())
    ourselves = shop.rooms.ourselves
    assert not choose(ourselves, practice("sixty_days"), ask=None, now=noon())
    assert ourselves.policy == practice("sixty_days")
    assert not ourselves.descriptor_is_current()


def test_a_setting_that_is_no_policy_is_said_so(opened: Open) -> None:
    shop = opened(Policy())
    shop.rooms.ourselves.set_policy(practice("word"))
    for stored in ('{"who": 7}', '{"who": 1, "accept": [3]}', '{"who": 1, "refuse": ["xy"]}'):
        shop.rooms.db.execute("update setting set value = ? where name = 'coop.welcome'", [stored])
        with pytest.raises(BadSetting):
            _ = shop.rooms.ourselves.policy


TRIALS = st.tuples(
    st.sampled_from([Without.VISITS, Without.DAYS, Without.SPONSOR]), st.integers(1, 70), st.just(1)
)
WITHOUT = st.one_of(
    st.just((Without.REFUSAL, 0, 1)),
    st.tuples(st.just(Without.WORD), st.just(0), st.integers(1, 5)),
    TRIALS,
)
COOPS = st.frozensets(st.binary(min_size=10, max_size=10), max_size=2)


@st.composite
def policies(draw: st.DrawFn) -> Policy:
    without, limit, card_from = draw(WITHOUT)
    period = draw(st.sampled_from([0, 7, 30, 90, 365, FOREVER]))
    return Policy(
        who=draw(st.sampled_from(Who)),
        countries=draw(st.frozensets(st.sampled_from(["FR", "BE", "PT", "CA"]), max_size=3)),
        accepted=draw(COOPS),
        refused=draw(COOPS),
        without=without,
        without_limit=limit,
        card_from=card_from,
        visits=draw(st.integers(1, 5)) if period else 0,
        period=period,
    )


@given(policy=policies())
def test_any_sound_policy_has_its_sentences_and_its_scenarios(policy: Policy) -> None:
    assume(not contradictions(policy))
    assert parse_policy(policy_to_map(policy)) == policy
    said = rules_in_sentences(policy)
    assert all(sentence.endswith(".") and "%(" not in sentence for sentence in said)
    happened = scenarios(policy, today=FIRST)
    by_code = {one.code: one for one in happened}
    assert by_code["own_member"].outcome is Outcome.WELCOME
    assert by_code["revoked"].offer is None
    assert by_code["unknown_coop"].outcome is Outcome.UNVERIFIED
    for one in happened:
        assert one.sentence.endswith(".")
        assert "%(" not in one.sentence
        if one.outcome in (Outcome.REFUSED, Outcome.UNVERIFIED) and one.code != "revoked":
            assert one.offer is not None


@pytest.mark.parametrize(
    ("code", "fourth"),
    [
        ("word", "welcome"),
        ("countries", "welcome"),
        ("three_purchases", "refused"),
        ("four_visits", "remark"),
        ("sixty_days", "welcome"),
        ("sponsor", "welcome"),
    ],
)
def test_the_scenarios_tell_what_happens_at_the_fourth_visit(code: str, fourth: str) -> None:
    by_code = {one.code: one for one in scenarios(practice(code), today=FIRST)}
    assert by_code["near_fourth"].outcome.word == fourth


def test_each_offer_has_a_sentence_of_its_own() -> None:
    said = {}
    for policy in [preset.policy for preset in PRESETS] + [Policy(card_from=3)]:
        for visits in range(5):
            came = [day_after(-7 * (ago + 1)) for ago in range(visits)]
            for days in (came, [*came, FIRST]):
                offer = offer_for(policy, day=FIRST, came=days)
                said[offer.code] = offer_in_a_sentence(offer)
    assert said.keys() | {"trial", "guest_unknown"} == OFFERS.keys()
    assert len(set(said.values())) == len(said)
