"""Cases about whose card it is, its dates and its status (SPEC 9.3 to 9.8)."""

from typing import Any

from passkoop_protocol.text import encode_text
from shop import (
    ACTIVE,
    LIFETIME,
    NOW,
    RETIRED,
    REVOKED,
    REVOKED_TOO,
    SUSPENDED,
    VALID,
    WITHDRAWN,
    Coop,
    Federation,
    Listed,
    T,
    kid_of,
)

from .cards import HOME, holder_of
from .cases import Case, Cases

_OLD, _NEW = HOME.key(1), HOME.key(2)
LIST = HOME.status_list()


def verdict_cases() -> list[Case]:
    """Return the cases of keys, dates and statuses."""
    cases = Cases()
    _withdrawn(cases)
    _claimed_by_two(cases)
    _retired(cases)
    _dates(cases)
    _statuses(cases)
    _order(cases)
    return cases.cases


def _withdrawn(cases: Cases) -> None:
    text = HOME.text()

    def says(step: str, name: str, *documents: bytes, **fields: Any) -> None:
        cases.card(step, name, text, "refused", "key_withdrawn", trust=documents, **fields)

    stolen = HOME.descriptor(keys=[Listed(_OLD, WITHDRAWN, T), _NEW])
    says("9.5", "a card signed with a key that was stolen and withdrawn", stolen)
    later = HOME.descriptor(keys=[Listed(_OLD, WITHDRAWN, NOW + LIFETIME), _NEW])
    says("9.5", "withdrawn means from the beginning, whatever date stands there", later)
    after = HOME.descriptor(at=T + 1, keys=[_NEW])
    says(
        "9.5",
        "a key that an older descriptor listed and the newest does not",
        HOME.descriptor(),
        after,
    )
    last = HOME.descriptor(at=T + 2, keys=[_NEW])
    says("9.5", "a key that was dropped two descriptors ago", HOME.descriptor(), after, last)
    former = {HOME: [bytes(_OLD.verify_key)]}
    says("9.5", "a key of which only the memory is left", after, former=former)
    none = HOME.descriptor(at=T + 1, keys=[])
    says("9.5", "a co-op that lists no key any more", HOME.descriptor(), none)
    back = HOME.descriptor(at=T + 2, keys=[_OLD])
    name = "a key that was dropped and is listed again is a key like any other"
    cases.card(
        "9.5", name, text, "welcome",
        trust=[HOME.descriptor(), after, back, HOME.status_list(at=T + 3)], holder=holder_of(HOME),
    )  # fmt: skip
    new = holder_of(HOME, kid=kid_of(_NEW).hex())
    made_anew = HOME.text(key=_NEW, index=7)
    trust = [stolen, HOME.status_list(of=_NEW, signer=_NEW)]
    name = "the card made anew after a theft"
    cases.card("9.5", name, made_anew, "welcome", trust=trust, holder=new | {"index": 7})
    cases.card(
        "9.3", "a card of somebody else, where a key was withdrawn", Coop("Lou Basta").text(),
        "unverified", "unknown_issuer", trust=[stolen],
    )  # fmt: skip
    name = "a card under a withdrawn key that was not signed with it"
    forged = Coop("Lou Basta").card()[-64:]
    cases.card(
        "9.4", name, encode_text(HOME.card()[:-64] + forged), "refused", "forged", trust=[stolen]
    )
    garbage = HOME.text(name="")
    name = "claims that are no card, under a withdrawn key: the key comes first"
    cases.card("9.5", name, garbage, "refused", "key_withdrawn", trust=[stolen])


def _claimed_by_two(cases: Cases) -> None:
    """One issuing key that two co-ops list, with proofs of both."""
    other = Coop("Lou Basta")
    text, mine, theirs = HOME.text(), HOME.descriptor(), other.descriptor(keys=[HOME.issuing])
    lower = min(HOME, other, key=lambda coop: coop.id)
    name = "two paired co-ops list the key: the lower id is the home co-op"
    cases.card(
        "9.9.3", name, text, "remark", "issuer_disputed",
        trust=[mine, theirs, LIST], holder=holder_of(HOME, coop=lower.id.hex()),
    )  # fmt: skip
    for first, second in ((HOME, other), (other, HOME)):
        name = f"own comes before paired, as {first.name} sees it: nothing is disputed at home"
        cases.card(
            "9.7", name, text, "welcome", trust=[mine, theirs, LIST], own=first,
            paired=[second], holder=holder_of(HOME, coop=first.id.hex()),
        )  # fmt: skip
    federation = Federation(name="Fédération")
    for first, second in ((HOME, other), (other, HOME)):
        name = f"a paired co-op comes before a listed one: {first.name}"
        cases.card(
            "9.7", name, text, "remark", "issuer_disputed",
            trust=[federation.root(), federation.directory([second]), mine, theirs, LIST],
            paired=[first], federations=[federation.id],
            holder=holder_of(HOME, coop=first.id.hex()),
        )  # fmt: skip
        listed = federation.directory(
            [federation.row(first), federation.row(second, suspended=True)]
        )
        name = f"a listed co-op comes before a suspended one: {first.name}"
        cases.card(
            "9.7", name, text, "remark", "issuer_disputed",
            trust=[federation.root(), listed, mine, theirs, LIST],
            holder=holder_of(HOME, coop=first.id.hex()),
        )  # fmt: skip
        name = f"a co-op that is not blocked comes before a blocked one: {first.name}"
        cases.card(
            "9.7", name, text, "remark", "issuer_disputed", trust=[mine, theirs, LIST],
            blocked=[second], paired=[HOME, other], holder=holder_of(HOME, coop=first.id.hex()),
        )  # fmt: skip
    for first, second in ((HOME, other), (other, HOME)):
        active, retired = (
            coop.descriptor(keys=[Listed(HOME.issuing, state, NOW if state else 0)])
            for coop, state in ((first, ACTIVE), (second, RETIRED))
        )
        name = f"where it is active comes before where it is retired: {first.name}"
        cases.card(
            "9.7", name, text, "remark", "issuer_disputed", trust=[active, retired, LIST],
            holder=holder_of(HOME, coop=first.id.hex()),
        )  # fmt: skip
        withdrawn = second.descriptor(keys=[Listed(HOME.issuing, WITHDRAWN, T)])
        name = f"if one of two says that the key was stolen, it was: {second.name}"
        trust = [first.descriptor(keys=[HOME.issuing]), withdrawn, LIST]
        cases.card("9.5", name, text, "refused", "key_withdrawn", trust=trust)
        dropped = second.descriptor(at=T + 1, keys=[])
        name = f"one of two does not list the key any more: the other's card, {first.name}"
        trust = [
            first.descriptor(keys=[HOME.issuing]),
            second.descriptor(keys=[HOME.issuing]),
            dropped,
            LIST,
        ]
        if first is HOME:
            cases.card("9.5", name, text, "welcome", trust=trust, holder=holder_of(HOME))
    name = "a co-op that nobody here believes may say of a key what it likes"
    trust = [mine, other.descriptor(keys=[Listed(HOME.issuing, WITHDRAWN, T)]), LIST]
    cases.card("9.3", name, text, "welcome", trust=trust, paired=[HOME], holder=holder_of(HOME))
    name = "only a blocked co-op says that the key was stolen: whoever lists a key holds it"
    cases.card(
        "9.5",
        name,
        text,
        "refused",
        "key_withdrawn",
        trust=trust,
        paired=[HOME, other],
        blocked=[other],
    )


def _retired(cases: Cases) -> None:
    since = T + 1_000
    retired = HOME.descriptor(at=T + 1_001, keys=[Listed(_OLD, RETIRED, since), _NEW])
    trust = [retired, HOME.status_list(at=T + 1_001, signer=_NEW)]
    for iat, name, *reasons in (
        (T, "a card from before its key was retired"),
        (since, "a card of the second in which its key was retired"),
        (since + 1, "a card of the second after its key was retired", "key_retired"),
    ):
        outcome = "refused" if reasons else "welcome"
        text, holder = HOME.text(iat=iat), holder_of(HOME)
        cases.card("9.7.1", name, text, outcome, *reasons, trust=trust, holder=holder)
    name = "a card of the key that came after the retired one"
    trust = [retired, HOME.status_list(at=T + 1_001, of=_NEW, signer=_NEW)]
    holder = holder_of(HOME, kid=kid_of(_NEW).hex())
    cases.card(
        "9.7.1", name, HOME.text(key=_NEW, iat=since + 9), "welcome", trust=trust, holder=holder
    )


def _dates(cases: Cases) -> None:
    holder = holder_of(HOME)
    trust = [HOME.descriptor(), LIST]

    def dated(step: str, name: str, iat: int, *reasons: str, **fields: Any) -> None:
        outcome = "refused" if "not_yet_valid" in reasons else "remark" if reasons else "welcome"
        told = {"trust": trust, "holder": holder} | fields
        cases.card(step, name, HOME.text(iat=iat), outcome, *reasons, **told)

    dated("9.7.2", "signed now", NOW)
    dated("9.7.2", "signed 300 seconds ahead of the clock", NOW + 300)
    dated("9.7.2", "signed 301 seconds ahead of the clock", NOW + 301, "not_yet_valid")
    ahead = [HOME.descriptor(), HOME.status_list(at=NOW + 600)]
    name = "signed 300 seconds after what others signed last, which is ahead of the clock"
    dated("9.7.2", name, NOW + 900, trust=ahead)
    name = "signed 301 seconds after what others signed last, which is ahead of the clock"
    dated("9.7.2", name, NOW + 901, "not_yet_valid", trust=ahead)
    mine = [HOME.descriptor(), HOME.status_list(at=NOW + 600)]
    name = "one's own list does not tell what others' clocks say"
    dated("9.7.2", name, NOW + 301, "not_yet_valid", trust=mine, own=HOME)

    end = T + LIFETIME
    late = [HOME.descriptor(), HOME.status_list(at=end)]
    text = HOME.text()
    for now, name, *codes in (
        (end - 1, "the last second of a card"),
        (end + 299, "299 seconds after the end of a card"),
        (end + 300, "300 seconds after the end of a card", "expired"),
        (end + 864_000, "ten days after the end of a card", "expired"),
    ):
        outcome = "refused" if codes else "welcome"
        cases.card("9.7.3", name, text, outcome, *codes, trust=late, holder=holder, now=now)
    slow = [HOME.descriptor(), HOME.status_list(at=end + 10_000)]
    name = "what others signed after the end of a card does not make it expire"
    fields: dict[str, Any] = {"trust": slow, "holder": holder, "added_at": end + 10_000}
    cases.card("9.7.3", name, text, "remark", "clock_slow", now=NOW, **fields)

    for ahead_by, name, *codes in (
        (600, "another co-op's list is 600 seconds ahead of the clock"),
        (601, "another co-op's list is 601 seconds ahead of the clock", "clock_slow"),
    ):
        documents = [HOME.descriptor(), HOME.status_list(at=NOW + ahead_by)]
        outcome = "remark" if codes else "welcome"
        cases.card(
            "9.7.4",
            name,
            text,
            outcome,
            *codes,
            trust=documents,
            holder=holder,
            now=NOW,
            added_at=NOW + 1,
        )
    documents = [HOME.descriptor(at=NOW + 601), LIST]
    name = "another co-op's descriptor is 601 seconds ahead of the clock"
    fields = {"trust": documents, "holder": holder, "now": NOW, "added_at": NOW + 1}
    cases.card("9.7.4", name, text, "remark", "clock_slow", **fields)
    federation = Federation(name="Fédération")
    documents = [
        federation.root(),
        federation.directory([HOME], at=NOW + 601),
        HOME.descriptor(),
        LIST,
    ]
    name = "a directory is 601 seconds ahead of the clock"
    cases.card("9.7.4", name, text, "remark", "clock_slow", **(fields | {"trust": documents}))
    name = "one's own descriptor says nothing of the clock"
    own = {"trust": [HOME.descriptor(at=NOW + 601), LIST], "own": HOME}
    cases.card("9.7.4", name, text, "welcome", **(fields | own))


def _statuses(cases: Cases) -> None:
    holder, descriptor = holder_of(HOME), HOME.descriptor()

    def listed(step: str, name: str, status_list: bytes, *reasons: str, **fields: Any) -> None:
        refused = {"revoked", "suspended", "index_unknown"} & set(reasons)
        outcome = "refused" if refused else "remark" if reasons else "welcome"
        told = {"trust": [descriptor, status_list], "holder": holder} | fields
        cases.card(step, name, told.pop("card", HOME.text()), outcome, *reasons, **told)

    name = "no status list of the key"
    cases.card("9.8.1", name, HOME.text(), "remark", "no_list", trust=[descriptor], holder=holder)
    other = HOME.status_list(of=_NEW)
    both = HOME.descriptor(keys=[_OLD, _NEW])
    listed("9.8.1", "a list of the co-op's other key only", other, "no_list", trust=[both, other])
    for value, name, *codes in (
        (VALID, "a card listed as valid"),
        (REVOKED, "a card listed as revoked", "revoked"),
        (SUSPENDED, "a card listed as suspended", "suspended"),
        (REVOKED_TOO, "a card listed as 3, which is revoked", "revoked"),
    ):
        listed("9.8.2", name, HOME.status_list({0: value}), *codes)
    for index in (1, 2, 3, 4, 1_023):
        name = f"card {index:,} is revoked, and no other"
        told = {"card": HOME.text(index=index), "holder": holder | {"index": index}}
        listed("9.8.2", name, HOME.status_list({index: REVOKED}), "revoked", **told)
        others = dict.fromkeys(set(range(1_024)) - {index}, REVOKED)
        listed("9.8.2", f"all cards but {index:,} are revoked", HOME.status_list(others), **told)
    for iat, name, code in (
        (T, "an index behind the list, the card as old as the list", "index_unknown"),
        (T - 1, "an index behind the list, the card older than the list", "index_unknown"),
        (T + 1, "an index behind the list, the card newer than the list", "index_ahead"),
    ):
        text, told = HOME.text(index=1_024, iat=iat), holder | {"index": 1_024}
        listed("9.8.2", name, LIST, code, card=text, holder=told)
    large = HOME.status_list({65_535: REVOKED}, entries=65_536)
    text, told = HOME.text(index=65_535), holder | {"index": 65_535}
    listed("9.8.2", "the last card of the largest list", large, "revoked", card=text, holder=told)

    for now, name, *codes in (
        (T + 864_000, "a list ten days old"),
        (T + 864_001, "a list ten days and a second old", "old_list"),
    ):
        listed("9.8.3", name, LIST, *codes, now=now)
    name = "the newest list counts, not the last to arrive"
    newest = HOME.status_list({0: REVOKED}, at=T + 1)
    listed("9.8.2", name, newest, "revoked", trust=[descriptor, newest, LIST])
    name = "a card taken back is good again"
    again = HOME.status_list(at=T + 2)
    listed("9.8.2", name, again, trust=[descriptor, newest, again])
    name = "two lists of one second: the worse status counts"
    one, two = HOME.status_list({0: SUSPENDED}), HOME.status_list({0: REVOKED})
    listed("7.4.6", name, one, "revoked", trust=[descriptor, one, two])
    listed("7.4.6", f"{name}, the other way round", two, "revoked", trust=[descriptor, two, one])
    long = HOME.status_list(entries=2_048)
    told = {"card": HOME.text(index=1_024), "holder": holder | {"index": 1_024}}
    name = "two lists of one second: what only the longer one knows counts as it says"
    listed("7.4.6", name, LIST, trust=[descriptor, LIST, long], **told)


def _order(cases: Cases) -> None:
    holder = holder_of(HOME)
    text = HOME.text(iat=T, exp=T + 100)
    name = "several reasons: refusals first, each kind in the order found"
    trust = [
        HOME.descriptor(keys=[Listed(_OLD, RETIRED, T - 1), _NEW]),
        HOME.status_list({0: SUSPENDED}, signer=_NEW),
    ]
    cases.card(
        "9", name, text, "refused", "key_retired", "expired", "suspended", "limit_reached",
        "old_list", trust=trust, holder=holder | {"exp": T + 100}, now=T + 864_001,
        policy={"who": 1, "visits": [4, 90]}, visits={"in_period": 4},
    )  # fmt: skip
    cases.card(
        "9", "several remarks, in the order found", HOME.text(index=5_000, iat=T + 1), "remark",
        "clock_slow", "index_ahead", "last_visit", trust=[HOME.descriptor(at=NOW + 601), LIST],
        holder=holder | {"index": 5_000}, added_at=NOW + 1,
        policy={"who": 1, "visits": [4, 90]}, visits={"in_period": 3},
    )  # fmt: skip
