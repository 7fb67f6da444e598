"""Cases about what a co-op is to those who welcome its members (SPEC 7.5, 7.7, 8, 9.9, 9.10)."""

from collections.abc import Iterable
from typing import Any

from shop import DAY, NOW, WITHDRAWN, Coop, Federation, Listed, T

from .cards import HOME, holder_of
from .cases import Case, Cases

OTHER = Coop("Lou Basta")
OWN = Coop("La Maison")
TEXT, HOLDER = HOME.text(), holder_of(HOME)
DOCUMENTS = [HOME.descriptor(), HOME.status_list()]
ONE, TWO = (Federation(name=f"Fédération {number}") for number in (1, 2))
LOW, HIGH = sorted((ONE, TWO), key=lambda federation: federation.id)


def network_cases() -> list[Case]:
    """Return the cases of standing and of welcome."""
    cases = Cases()
    _trust(cases)
    _standings(cases)
    _replaced_by_pairing(cases)
    _replaced_by_federations(cases)
    _expiry(cases)
    _policies(cases)
    _countries(cases)
    _visitors(cases)
    return cases.cases


def _says(
    cases: Cases, step: str, name: str, documents: Iterable[bytes], *says: str, **told: Any
) -> None:
    outcome, *reasons = says
    fields = {"holder": HOLDER} | told
    if outcome == "unverified":
        del fields["holder"]
    trust = [*documents, *DOCUMENTS]
    cases.card(step, name, TEXT, outcome, *reasons, trust=trust, **fields)


def _listing(federation: Federation, *rows: Any, **changes: Any) -> list[bytes]:
    return [federation.root(), federation.directory(rows, **changes)]


def _trust(cases: Cases) -> None:
    """What the driver takes for granted where a line does not say whom to believe (SPEC 15)."""

    def says(name: str, documents: Iterable[bytes], *outcome: str, **told: Any) -> None:
        _says(cases, "15", name, documents, *outcome, **told)

    says(
        "nobody is named, and there is no root: every co-op with a descriptor is paired",
        [],
        "welcome",
    )
    says("nobody is named: every first root is followed", _listing(ONE, HOME), "welcome")
    says(
        "nobody is named, but there is a root: nobody is paired",
        _listing(ONE, OTHER),
        "unverified",
        "unknown_issuer",
    )
    says(
        "an empty list of paired co-ops names somebody: nobody",
        [],
        "unverified",
        "unknown_issuer",
        paired=[],
    )
    says("one's own co-op alone", [], "unverified", "unknown_issuer", own=OWN)
    says("a paired co-op", [], "welcome", own=OWN, paired=[HOME])
    says("a card shown at home", [], "welcome", own=HOME)
    says("a followed federation", _listing(ONE, HOME), "welcome", own=OWN, federations=[ONE.id])
    name = "a federation that is not the one followed"
    says(name, _listing(ONE, HOME), "unverified", "unknown_issuer", own=OWN, federations=[TWO.id])
    name = "the descriptor came before anybody was heard to be listed: it was not taken in"
    cases.card(
        "7.3.3",
        name,
        TEXT,
        "unverified",
        "unknown_issuer",
        trust=[*DOCUMENTS, *_listing(ONE, HOME)],
    )


def _standings(cases: Cases) -> None:
    suspended = {"suspended": True}

    def says(step: str, name: str, documents: Iterable[bytes], *outcome: str, **told: Any) -> None:
        _says(cases, step, name, documents, *outcome, **told)

    says("7.7.1", "one's own co-op, though blocked", [], "welcome", own=HOME, blocked=[HOME])
    rows = _listing(ONE, ONE.row(HOME, **suspended))
    says(
        "7.7.1",
        "one's own co-op, though suspended",
        rows,
        "welcome",
        own=HOME,
        federations=[ONE.id],
    )
    says(
        "7.7.2",
        "a blocked co-op that is paired",
        [],
        "refused",
        "coop_blocked",
        paired=[HOME],
        blocked=[HOME],
    )
    says(
        "9.9.1",
        "a blocked co-op that is listed",
        _listing(ONE, HOME),
        "refused",
        "coop_blocked",
        blocked=[HOME],
    )
    rows = [*_listing(ONE, ONE.row(HOME, **suspended))]
    says(
        "7.7.2",
        "a blocked co-op that is suspended",
        rows,
        "refused",
        "coop_blocked",
        blocked=[HOME],
    )
    says(
        "7.7.4",
        "a paired co-op that a federation lists",
        _listing(ONE, HOME),
        "welcome",
        paired=[HOME],
        federations=[ONE.id],
    )
    both = {"paired": [HOME], "federations": [ONE.id]}
    says(
        "9.9.1",
        "a paired co-op that a federation suspended",
        rows,
        "remark",
        "suspension_disputed",
        **both,
    )
    says("7.7.7", "a listed co-op", _listing(ONE, HOME), "welcome")
    says("9.9.1", "a co-op that the only federation suspended", rows, "refused", "coop_suspended")
    name = "a co-op that one of two federations suspended"
    says("7.7.7", name, [*rows, *_listing(TWO, HOME)], "remark", "suspension_disputed")
    name = "a co-op that one federation suspended and another does not list"
    says("7.7.7", name, [*rows, *_listing(TWO, OTHER)], "refused", "coop_suspended")
    name = "a co-op that both federations suspended"
    says(
        "7.7.7",
        name,
        [*rows, *_listing(TWO, TWO.row(HOME, **suspended))],
        "refused",
        "coop_suspended",
    )
    lifted = ONE.directory([HOME], at=T + 1)
    says("7.7.7", "a suspension that was lifted", [*rows, lifted], "welcome")
    gone = ONE.directory([OTHER], at=T + 1)
    name = (
        "a co-op that a newer directory does not list: its descriptor is held no longer for anybody"
    )
    trust = [*_listing(ONE, HOME), *DOCUMENTS, gone]
    cases.card("7.7.6", name, TEXT, "unverified", "unknown_issuer", trust=trust)


def _replaced_by_pairing(cases: Cases) -> None:
    """An identity key was lost: the co-op pairs again under a new id (SPEC 13.5)."""
    new = Coop("Lou Rasim, new")
    present = holder_of(HOME, coop=new.id.hex())
    again = new.descriptor(at=T + 1, keys=[HOME.issuing])
    lists = [HOME.status_list(at=T + 1)]
    old = [HOME.descriptor(), HOME.status_list()]

    def says(name: str, documents: list[bytes], *outcome: str, **told: Any) -> None:
        fields = {"holder": present} | told
        says_what, *reasons = outcome
        if says_what == "unverified":
            del fields["holder"]
        cases.card("7.7.3", name, TEXT, says_what, *reasons, trust=documents, **fields)

    name = "a card of the old id, whose key the new descriptor lists: it lives on under the new id"
    says(name, [again, *lists], "welcome", replaces={new: [HOME]})
    # The old descriptor is held because a federation still lists the old id.
    listed = [*_listing(ONE, HOME), *old]
    fields: dict[str, Any] = {"replaces": {new: [HOME]}, "federations": [ONE.id]}
    name = "a card of the old id, whose descriptor is still held, and the key is the new one's, too"
    says(name, [*listed, again, *lists], "welcome", **fields)
    name = "a card of the old id, whose key the new descriptor does not list"
    says(name, [*listed, new.descriptor()], "refused", "coop_replaced", **fields)
    name = "a card of the old id, before anything of the new one has come"
    says(name, listed, "refused", "coop_replaced", **fields)
    name = "an id that is said to replace itself is paired like any other"
    says(name, old, "welcome", replaces={HOME: [HOME]}, holder=HOLDER)
    name = "the old id is not paired any more: its documents are not taken in"
    says(name, old, "unverified", "unknown_issuer", paired=[HOME], replaces={new: [HOME]})
    name = "replaced comes before paired, whatever the order in which they are told"
    says(name, [*listed, new.descriptor()], "refused", "coop_replaced", paired=[HOME], **fields)
    stolen = new.descriptor(at=T + 1, keys=[Listed(HOME.issuing, WITHDRAWN, T)])
    name = "the new descriptor says that the old issuing key was stolen"
    cases.card("9.5", name, TEXT, "refused", "key_withdrawn", trust=[*listed, stolen], **fields)
    stolen = HOME.descriptor(at=T + 1, keys=[Listed(HOME.issuing, WITHDRAWN, T)])
    name = (
        "the old id says that the key was stolen: whoever lost an identity key has no say any more"
    )
    says(name, [*listed, stolen, again, *lists], "welcome", **fields)
    name = "the old id is blocked rather than replaced: two co-ops list the key"
    says(name, [*listed, again, *lists], "remark", "issuer_disputed", blocked=[HOME], **fields)


def _replaced_by_federations(cases: Cases) -> None:
    new, newer = Coop("Lou Rasim, new"), Coop("Lou Rasim, newer")

    def says(
        name: str, documents: Iterable[bytes], *outcome: str, coop: Coop = HOME, **told: Any
    ) -> None:
        holder = holder_of(HOME, coop=coop.id.hex())
        _says(cases, "7.7.5", name, documents, *outcome, **({"holder": holder} | told))

    def row(federation: Federation, coop: Coop, *old: Coop, **changes: Any) -> dict[str, Any]:
        return federation.row(coop, replaces=[one.id for one in old], **changes)

    refused = ("refused", "coop_replaced")
    both = [ONE.row(HOME), row(ONE, new, HOME)]
    says(
        "a federation says that a co-op it lists was replaced",
        _listing(ONE, *both),
        *refused,
        coop=new,
    )
    trust = [
        *_listing(ONE, *both),
        new.descriptor(at=T + 1, keys=[HOME.issuing]),
        HOME.status_list(at=T + 1),
    ]
    name = "a federation says that a co-op was replaced, and the new one lists its key"
    says(name, trust, "welcome", coop=new)
    name = "a co-op that says of itself that it replaces itself"
    says(name, _listing(ONE, row(ONE, HOME, HOME)), "welcome")
    elsewhere = _listing(TWO, HOME)
    name = "another federation lists the replaced co-op: a federation speaks for those it lists"
    says(name, [*_listing(ONE, row(ONE, new, HOME)), *elsewhere], "welcome")
    suspended = _listing(TWO, TWO.row(HOME, suspended=True))
    name = "another federation suspended the replaced co-op"
    says(name, [*_listing(ONE, row(ONE, new, HOME)), *suspended], *refused, coop=new)
    own: dict[str, Any] = {"own": HOME, "federations": [ONE.id]}
    says(
        "one's own co-op, which a federation calls replaced", _listing(ONE, *both), "welcome", **own
    )
    paired: dict[str, Any] = {"paired": [HOME], "federations": [ONE.id]}
    name = "a paired co-op, which a federation calls replaced: pairing counts more"
    says(name, _listing(ONE, *both), "welcome", **paired)
    name = "two federations name two successors: the one with the lower id counts"
    lists = [*_listing(LOW, LOW.row(HOME, suspended=True), row(LOW, new, HOME))]
    lists += _listing(HIGH, HIGH.row(HOME, suspended=True), row(HIGH, newer, HOME))
    says(name, lists, *refused, coop=new)
    says(f"{name}, in any order", [*lists[2:], *lists[:2]], *refused, coop=new)
    name = (
        "the federation with the lower id has no say over what the other lists: nobody replaces it"
    )
    lists = _listing(LOW, row(LOW, new, HOME)) + _listing(
        HIGH, HIGH.row(HOME), row(HIGH, newer, HOME)
    )
    says(name, lists, "welcome")
    name = "two rows of one directory name themselves: the first counts"
    rows = [ONE.row(HOME), row(ONE, newer, HOME), row(ONE, new, HOME)]
    says(name, _listing(ONE, *rows), *refused, coop=newer)
    name = "a successor that was itself replaced: the present id is the last one"
    rows = [ONE.row(HOME), row(ONE, new, HOME), row(ONE, newer, new)]
    says(name, _listing(ONE, *rows), *refused, coop=newer)
    name = "a present id found by pairing first, then by a federation"
    rows = [ONE.row(HOME), row(ONE, newer, OTHER)]
    fields: dict[str, Any] = {"replaces": {OTHER: [HOME]}, "federations": [ONE.id]}
    says(f"{name}, but a paired id stays", _listing(ONE, *rows), *refused, coop=OTHER, **fields)
    rows = [ONE.row(HOME), row(ONE, new, HOME), row(ONE, HOME, new)]
    name = "two co-ops that replace each other: the id that comes again"
    says(name, _listing(ONE, rows[1], rows[2]), *refused, coop=HOME)
    rows = [row(ONE, new, HOME, newer), row(ONE, newer, new), ONE.row(HOME)]
    name = "a ring of replacements that does not lead back to the co-op"
    says(name, _listing(ONE, *rows), *refused, coop=new)


def _expiry(cases: Cases) -> None:
    short = {"at": T, "exp": NOW}

    def says(name: str, documents: Iterable[bytes], *outcome: str, **told: Any) -> None:
        _says(cases, "9.9.2", name, documents, *outcome, **told)

    old = ("remark", "old_directory")
    says("a directory a second before its date", _listing(ONE, HOME, exp=NOW + 1), "welcome")
    says("a directory at its date", _listing(ONE, HOME, **short), *old)
    dated = Federation(name="Fédération 1", expires_at=NOW)
    listed = dated.directory([HOME], exp=NOW + DAY)
    says("a root at its date", [dated.root(), listed], *old)
    later = Federation(name="Fédération 1", expires_at=NOW + 1)
    says(
        "a root a second before its date",
        [later.root(), later.directory([HOME], exp=NOW + 9)],
        "welcome",
    )
    name = "one of two directories is past its date"
    says(name, [*_listing(ONE, HOME, **short), *_listing(TWO, HOME)], "welcome")
    name = "the directory past its date does not list the co-op"
    says(name, [*_listing(ONE, OTHER, **short), *_listing(TWO, HOME)], "welcome")
    name = "the directory that is not past its date does not list the co-op"
    says(name, [*_listing(ONE, HOME, **short), *_listing(TWO, OTHER)], *old)
    name = "both directories are past their date"
    says(name, [*_listing(ONE, HOME, **short), *_listing(TWO, HOME, **short)], *old)
    paired = {"paired": [HOME], "federations": [ONE.id]}
    says("a paired co-op needs no directory", _listing(ONE, HOME, **short), "welcome", **paired)
    name = "a paired co-op whose suspension is past its date"
    rows = _listing(ONE, ONE.row(HOME, suspended=True), **short)
    says(name, rows, "remark", "suspension_disputed", "old_directory", **paired)
    own = {"own": HOME, "federations": [ONE.id]}
    says("one's own card needs no directory", _listing(ONE, HOME, **short), "welcome", **own)
    name = "a suspension does not end with the directory's date"
    says(name, rows, "refused", "coop_suspended", "old_directory")
    # A new root whose directory key did not sign the directory held.
    changed = ONE.root(2, directory=ONE.role(["two"], 1))
    name = "a directory that the keys of the newest root did not sign stays, unconfirmed"
    cases.card(
        "7.5.5", name, TEXT, "remark", "old_directory",
        trust=[*_listing(ONE, HOME), changed, *DOCUMENTS], holder=HOLDER,
    )  # fmt: skip
    signed = ONE.directory([HOME], at=T + 1, signers=["two"])
    name = "an unconfirmed directory gives way to a newer one that the new keys signed"
    trust = [*_listing(ONE, HOME), changed, signed, *DOCUMENTS]
    cases.card("7.5.9", name, TEXT, "welcome", trust=trust, holder=HOLDER)
    more = ONE.root(2, directory=ONE.role(["one", "two"], 1))
    name = "a new root that keeps enough of the keys confirms the directory held"
    cases.card(
        "7.5.5",
        name,
        TEXT,
        "welcome",
        trust=[*_listing(ONE, HOME), more, *DOCUMENTS],
        holder=HOLDER,
    )
    third = ONE.root(3)
    name = "a third root that names the first keys again confirms the directory again"
    trust = [*_listing(ONE, HOME), changed, third, *DOCUMENTS]
    cases.card("7.5.5", name, TEXT, "welcome", trust=trust, holder=HOLDER)


def _policies(cases: Cases) -> None:
    def says(step: str, name: str, policy: dict[str, Any], *outcome: str, **told: Any) -> None:
        _says(cases, step, name, [], *outcome, policy=policy, **told)

    says("8", "a policy that welcomes the network", {"who": 1}, "welcome")
    says("8", "a policy that welcomes anyone", {"who": 2, "without": [1, 0]}, "welcome")
    nobody = ("refused", "not_welcome")
    says("8.1", "a policy that welcomes own members only", {"who": 0}, *nobody)
    says("8.1", "own members are welcome, whatever the policy", {"who": 0}, "welcome", own=HOME)
    not_them = ("refused", "coop_not_welcome")
    says("8.2", "a refused co-op", {"who": 1, "refuse": [HOME]}, *not_them)
    says("8.2", "a co-op that is not among those refused", {"who": 1, "refuse": [OTHER]}, "welcome")
    says("8.2", "an accepted co-op", {"who": 1, "accept": [HOME]}, "welcome")
    says(
        "8.2", "a co-op that is not among those accepted", {"who": 1, "accept": [OTHER]}, *not_them
    )
    says("8.2", "an empty list of accepted co-ops accepts all", {"who": 1, "accept": []}, "welcome")
    says(
        "8.2",
        "a co-op both accepted and refused",
        {"who": 1, "accept": [HOME], "refuse": [HOME]},
        *not_them,
    )
    says(
        "8.3",
        "a co-op of a country that is welcome",
        {"who": 1, "countries": ["BE", "FR"]},
        "welcome",
    )
    says(
        "8.3",
        "a co-op of a country that is not",
        {"who": 1, "countries": ["BE"]},
        "refused",
        "country_not_welcome",
    )
    says("8.3", "an empty list of countries means all", {"who": 1, "countries": []}, "welcome")
    says("8", "an unknown key of a policy", {"who": 1, "mood": "good"}, "welcome")
    visits = {"who": 1, "visits": [4, 90]}
    for number, today, name, *outcome in (
        (2, False, "two of four visits", "welcome"),
        (3, False, "three of four visits: this is the last", "remark", "last_visit"),
        (4, False, "four of four visits", "refused", "limit_reached"),
        (9, False, "nine of four visits", "refused", "limit_reached"),
        (
            4,
            True,
            "four of four visits, one of them today: the same purchase",
            "remark",
            "already_today",
        ),
        (3, True, "three of four visits, one of them today", "remark", "already_today"),
    ):
        step = "8.4" if today else "8.5"
        says(step, name, visits, *outcome, visits={"in_period": number, "today": today})
    says(
        "8.4",
        "already here today, without a limit",
        {"who": 1},
        "remark",
        "already_today",
        visits={"today": True},
    )
    says("8.5", "many visits, without a limit", {"who": 1}, "welcome", visits={"in_period": 9})
    says(
        "8.5",
        "one visit allowed, the first: it is the last, too",
        {"who": 1, "visits": [1, 30]},
        "remark",
        "last_visit",
    )
    refused = {"visits": {"in_period": 4, "today": True}}
    says(
        "8.1",
        "nobody is welcome: nothing else is said",
        visits | {"who": 0, "refuse": [HOME]},
        *nobody,
        **refused,
    )
    says(
        "8.2",
        "the co-op comes before the country",
        {"who": 1, "refuse": [HOME], "countries": ["BE"]},
        *not_them,
    )
    says(
        "8.3",
        "the country comes before visits",
        visits | {"countries": ["BE"]},
        "refused",
        "country_not_welcome",
        **refused,
    )

    bad = {"ok": False, "code": "bad_request"}
    for name, policy in BAD_POLICIES:
        ask = {"op": "card_verify", "text": "", "trust": [], "now": NOW, "policy": policy}
        cases.add("8", name, ask, bad)


# (name, policy): each is `bad_shape` in a descriptor.
BAD_POLICIES: list[tuple[str, dict[str, Any]]] = [
    ("a policy without who", {"without": [1, 0]}),
    ("a policy whose who is 3", {"who": 3}),
    ("a policy whose who is -1", {"who": -1}),
    ("a policy whose who is true", {"who": True}),
    ("a policy whose who is a text", {"who": "1"}),
    ("a country in small letters", {"who": 1, "countries": ["fr"]}),
    ("a country of three letters", {"who": 1, "countries": ["FRA"]}),
    ("a country in other letters", {"who": 1, "countries": ["ФР"]}),
    ("a country that is a number", {"who": 1, "countries": [33]}),
    ("a text for the list of countries", {"who": 1, "countries": "FR"}),
    ("301 countries", {"who": 1, "countries": ["FR"] * 301}),
    ("a kind of welcome without card that is 5", {"who": 1, "without": [5, 1]}),
    ("a limit for people whose word is enough", {"who": 1, "without": [1, 3]}),
    ("a limit for people who are refused", {"who": 1, "without": [0, 3]}),
    ("visits to try, and none of them", {"who": 1, "without": [2, 0]}),
    ("days to try, and none of them", {"who": 1, "without": [3, 0]}),
    ("a sponsor for no days", {"who": 1, "without": [4, 0]}),
    ("10,001 days to try", {"who": 1, "without": [3, 10_001]}),
    ("a kind of welcome without card alone", {"who": 1, "without": [1]}),
    ("three numbers for people without a card", {"who": 1, "without": [1, 0, 0]}),
    ("a number for people without a card", {"who": 1, "without": 1}),
    ("a card asked from visit 0 on", {"who": 1, "card_from": 0}),
    ("a card asked from visit 10,001 on", {"who": 1, "card_from": 10_001}),
    ("visits without days", {"who": 1, "visits": [4, 0]}),
    ("days without visits", {"who": 1, "visits": [0, 90]}),
    ("10,001 visits", {"who": 1, "visits": [10_001, 90]}),
    ("a number of visits below zero", {"who": 1, "visits": [-1, 90]}),
    ("one number for visits and days", {"who": 1, "visits": [4]}),
    ("null for visits", {"who": 1, "visits": None}),
]


def _countries(cases: Cases) -> None:
    """The country that counts, and the id that counts, are the home co-op's present ones."""
    belgian = [ONE.root(), ONE.directory([ONE.row(HOME, country="BE")])]
    policy = {"who": 1, "countries": ["BE"]}
    _says(
        cases,
        "9.10",
        "the country of the directory comes before the descriptor's",
        belgian,
        "welcome",
        policy=policy,
    )
    again = [TWO.root(), TWO.directory([TWO.row(HOME, country="PT")])]
    name = "the country of the first followed federation counts"
    _says(cases, "9.10", name, [*belgian, *again], "welcome", policy=policy)
    follow = {"federations": [TWO.id, ONE.id]}
    refused = ("refused", "country_not_welcome")
    name = "the country of the federation followed first counts, whatever came first"
    _says(cases, "9.10", name, [*belgian, *again], *refused, policy=policy, **follow)
    paired = {"paired": [HOME], "federations": [ONE.id]}
    name = "the country of a directory counts for a paired co-op, too"
    _says(cases, "9.10", name, belgian, "welcome", policy=policy, **paired)

    new = Coop("Lou Rasim, new")
    present = holder_of(HOME, coop=new.id.hex())
    fields: dict[str, Any] = {"replaces": {new: [HOME]}, "holder": present, "federations": [ONE.id]}
    trust = [*_listing(ONE, HOME), HOME.descriptor(), HOME.status_list()]
    for policy, name, *reasons in (
        ({"who": 1, "refuse": [HOME]}, "a rule about the old id does not touch the new one"),
        ({"who": 1, "refuse": [new]}, "a rule about the new id", "coop_not_welcome"),
    ):
        cases.card(
            "9.10",
            name,
            TEXT,
            "refused",
            "coop_replaced",
            *reasons,
            trust=trust,
            policy=policy,
            **fields,
        )


def _visitors(cases: Cases) -> None:
    visitor, holder = HOME.text(category=2), holder_of(HOME, category=2)
    away = ("refused", "visitor_elsewhere")
    cases.card(
        "9.10",
        "a visitor's card away from its issuer",
        visitor,
        *away,
        trust=DOCUMENTS,
        holder=holder,
    )
    name = "a visitor's card at its issuer"
    cases.card("9.10", name, visitor, "welcome", trust=DOCUMENTS, own=HOME, holder=holder)
    name = (
        "a visitor's card away from its issuer, by a co-op whose policy does not welcome it either"
    )
    cases.card(
        "9.10", name, visitor, "refused", "not_welcome", "visitor_elsewhere",
        trust=DOCUMENTS, policy={"who": 0}, holder=holder,
    )  # fmt: skip
    name = "a visitor's card whose last visit it is: the refusal comes first"
    cases.card(
        "9.10", name, visitor, "refused", "visitor_elsewhere", "last_visit", trust=DOCUMENTS,
        policy={"who": 1, "visits": [1, 9]}, holder=holder,
    )  # fmt: skip
