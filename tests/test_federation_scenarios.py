"""What may happen to a federation's files on their way: the scenarios that The Update Framework's
conformance tests go through (rollback, expiration, keys, rotation), in words of ours.

A root here is who may sign, how many of them it takes, and who did.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import pytest

from federating import federation, rotations, row_of
from nodes import DAY, HOUR, NOW, Node
from passkoop_protocol.errors import ProtocolError
from shop import Coop, Federation, Shop, T, codes

HOME = Coop("Hendaia Koop")
EARLIER, LATER = T - HOUR, T + HOUR


def fed(people: str = "a", threshold: int = 1) -> Federation:
    return Federation(
        name="Fédération", people=list(people), threshold=threshold, expires_at=T + 400 * DAY
    )


@dataclass(frozen=True)
class R:
    """A root: people, threshold, signers."""

    people: str
    threshold: int
    signers: str


def root(office: Federation, version: int, one: R) -> bytes:
    role = office.role(list(one.people), one.threshold)
    return office.root(version, signers=list(one.signers), root=role, directory=role)


def become(shop: Shop, data: bytes, *, now: int = T + 2 * HOUR) -> str:
    """Return what becomes of a document."""
    try:
        return shop.trust.add(data, now=now).outcome.value
    except ProtocolError as error:
        return error.code


def followed(office: Federation) -> Shop:
    shop = Shop()
    shop.trust.follow(office.id)
    return shop


# --- rotation of root keys ---

ROTATIONS: Sequence[tuple[str, list[R], str]] = [
    ("one key for another", [R("a", 1, "a"), R("b", 1, "ab")], "accepted"),
    ("signatures that nobody asked for", [R("a", 1, "a"), R("b", 1, "abcd")], "accepted"),
    ("the new key did not sign", [R("a", 1, "a"), R("b", 1, "a")], "threshold_not_met"),
    ("the old key did not sign", [R("a", 1, "a"), R("b", 1, "b")], "threshold_not_met"),
    ("nobody signed", [R("a", 1, "a"), R("a", 1, "")], "threshold_not_met"),
    ("three of five, each time others", [R("abcde", 3, "abc"), R("abcde", 3, "cde")], "accepted"),
    ("three of five, one key replaced", [R("abcde", 3, "abc"), R("bcdef", 3, "bcd")], "accepted"),
    (
        "one key replaced, two of the old signed",
        [R("abcde", 3, "abc"), R("bcdef", 3, "bcf")],
        "threshold_not_met",
    ),
    (
        "one key replaced, two of the new signed",
        [R("abcde", 3, "abc"), R("bcdef", 3, "abc")],
        "threshold_not_met",
    ),
    (
        "all five replaced in two steps, two of those between signed",
        [R("abcde", 3, "abc"), R("abcfg", 3, "abc"), R("fghij", 3, "fgh")],
        "threshold_not_met",
    ),
    (
        "all five replaced in two steps, three of those between signed",
        [R("abcde", 3, "abc"), R("abcfg", 3, "abc"), R("fghij", 3, "cfgh")],
        "accepted",
    ),
    ("two of three, two signed", [R("abc", 2, "ab"), R("abc", 2, "bc")], "accepted"),
    ("two of three, one signed", [R("abc", 2, "ab"), R("abc", 2, "b")], "threshold_not_met"),
    ("two of three, one twice", [R("abc", 2, "ab"), R("abc", 2, "bb")], "threshold_not_met"),
    ("more signatures asked for", [R("abc", 1, "a"), R("abc", 2, "ab")], "accepted"),
    ("more asked for, too few there", [R("abc", 1, "a"), R("abc", 2, "a")], "threshold_not_met"),
    ("fewer signatures asked for", [R("abc", 2, "ab"), R("abc", 1, "ab")], "accepted"),
    (
        "fewer asked for, by fewer than before",
        [R("abc", 2, "ab"), R("abc", 1, "a")],
        "threshold_not_met",
    ),
    ("a first root signed by too few", [R("abc", 2, "a")], "threshold_not_met"),
    ("a first root signed by one twice", [R("abc", 2, "aa")], "threshold_not_met"),
]


@pytest.mark.parametrize(
    ("roots", "last"), [case[1:] for case in ROTATIONS], ids=[case[0] for case in ROTATIONS]
)
def test_roots_follow_one_another_as_far_as_old_and_new_keys_signed(
    roots: list[R], last: str
) -> None:
    office = fed(roots[0].people, roots[0].threshold)
    shop = followed(office)
    became = [become(shop, root(office, at, one)) for at, one in enumerate(roots, 1)]
    assert became == ["accepted"] * (len(roots) - 1) + [last]
    held = shop.trust.federations.by_id[office.id].roots
    assert len(held) == len(roots) - (last != "accepted")


# --- rotation of directory keys ---

DIRECTORIES = [
    ("the new key signs", "b", "accepted"),
    ("the old key signs", "a", "unknown_federation"),
    ("both sign", "ab", "accepted"),
    ("somebody else signs", "c", "unknown_federation"),
    ("nobody signs", "", "unknown_federation"),
]


@pytest.mark.parametrize(
    ("signers", "became"), [one[1:] for one in DIRECTORIES], ids=[one[0] for one in DIRECTORIES]
)
def test_after_a_rotation_the_directory_takes_the_new_key(signers: str, became: str) -> None:
    office = fed()
    shop = followed(office)
    shop.add(office.root(), office.directory([HOME]), root(office, 2, R("b", 1, "ab")))
    assert become(shop, office.directory([], at=LATER, signers=list(signers))) == became
    rows = shop.trust.federations.by_id[office.id].held
    assert rows is not None
    assert len(rows.directory.rows) == (became != "accepted")


def test_a_key_of_the_root_alone_signs_no_directory_and_the_other_way_round() -> None:
    office = fed()
    office.first = office.root_fields(directory=office.role(["d"], 1))
    shop = followed(office)
    assert become(shop, office.root(root=office.role(["a"], 1), directory=office.role(["d"], 1)))
    assert become(shop, office.directory([HOME], signers=["a"])) == "unknown_federation"
    assert become(shop, office.directory([HOME], signers=["d"])) == "accepted"
    second = office.root(2, signers=["d"], directory=office.role(["d"], 1))
    assert become(shop, second) == "threshold_not_met"


# --- rollback ---


def test_nothing_that_is_older_than_what_is_held_comes_back() -> None:
    office = fed()
    shop = followed(office)
    first, second = root(office, 1, R("a", 1, "a")), root(office, 2, R("a", 1, "a"))
    shop.add(office.root(), second, office.directory([HOME]), now=T + HOUR)
    assert become(shop, office.root()) == become(shop, first) == "older"
    assert become(shop, office.directory([], at=EARLIER)) == "older"
    assert become(shop, office.directory([], at=T - 1)) == "older"
    assert become(shop, office.directory([HOME])) == "known"
    assert shop.trust.listens_to(HOME.id)


def test_a_root_that_leaves_one_out_is_not_followed() -> None:
    office = fed()
    shop = followed(office)
    assert become(shop, root(office, 2, R("a", 1, "a"))) == "version_gap"
    shop.add(office.root())
    assert become(shop, root(office, 3, R("a", 1, "a"))) == "version_gap"


def test_a_thief_who_dated_the_directory_ahead_is_overtaken_within_ten_minutes() -> None:
    office = fed()
    shop = followed(office)
    now = T + HOUR
    shop.add(office.root(), office.directory([HOME]))
    assert become(shop, office.directory([], at=now + 601), now=now) == "from_the_future"
    assert become(shop, office.directory([], at=now + 600), now=now) == "accepted"
    shop.add(root(office, 2, R("b", 1, "ab")), now=now)
    mended = office.directory([HOME], at=now + 601, signers=["b"])
    assert become(shop, mended, now=now + 1) == "accepted"
    assert shop.trust.listens_to(HOME.id)


def test_two_directories_of_one_second_leave_all_with_the_same_one() -> None:
    office = fed()
    pair = [office.directory([HOME]), office.directory([])]
    kept = []
    for order in (pair, pair[::-1]):
        shop = followed(office)
        shop.add(office.root())
        additions = shop.add(*order)
        assert additions[1].equivocation
        held = shop.trust.federations.by_id[office.id].held
        assert held is not None
        kept.append(held.data)
    assert kept[0] == kept[1]


# --- expiration: a colour, not a stop ---


@pytest.mark.parametrize("late", ["root", "directory", "both"])
def test_what_is_past_its_date_is_taken_and_told(late: str) -> None:
    office = fed()
    expired = T + 60
    if late != "directory":
        office.expires_at = expired
        office.first = office.root_fields()
    shop = followed(office)
    last = T + 400 * DAY if late == "root" else expired
    shop.add(office.root(), office.directory([HOME], exp=last))
    shop.add(HOME.descriptor(), HOME.status_list())
    assert codes(shop.verify(HOME.text())) == ["remark", "old_directory"]


def test_a_root_past_its_date_hands_over_to_the_next() -> None:
    office = fed()
    office.expires_at = T - DAY
    office.first = office.root_fields()
    shop = followed(office)
    shop.add(office.root(), office.directory([HOME], exp=T + 400 * DAY))
    shop.add(HOME.descriptor(), HOME.status_list())
    office.expires_at = T + 400 * DAY
    assert become(shop, root(office, 2, R("a", 1, "a"))) == "accepted"
    assert codes(shop.verify(HOME.text())) == ["welcome"]


def test_an_expired_role_signs_a_directory_that_is_taken_and_told() -> None:
    office = fed()
    office.expires_at = T - DAY
    office.first = office.root_fields()
    shop = followed(office)
    shop.add(office.root(), office.directory([], exp=T + 400 * DAY))
    assert become(shop, office.directory([HOME], at=LATER, exp=T + 400 * DAY)) == "accepted"
    shop.add(HOME.descriptor(), HOME.status_list())
    assert codes(shop.verify(HOME.text())) == ["remark", "old_directory"]


# --- keys ---


@pytest.mark.parametrize(
    ("keys", "threshold"),
    [("", 1), ("", 0), ("a", 0), ("a", 2), ("aa", 1), ("aa", 2)],
    ids=["none", "none of none", "none asked", "too many asked", "twice", "two of one twice"],
)
def test_a_role_that_nobody_could_fill_is_no_role(keys: str, threshold: int) -> None:
    office = fed()
    office.first = office.root_fields(root=office.role(list(keys), threshold))
    shop = followed(office)
    data = office.root(root=office.role(list(keys), threshold))
    assert become(shop, data) == "bad_shape"


# --- a set of files, as a node takes it in ---


def sets(courge: Node) -> dict[str, list[bytes]]:
    """Return sets of files that a host may serve after it was taken over, or half updated."""
    office, roots = federation(), rotations(federation(), 3)
    row = row_of(courge.rooms, "courge")
    new = office.directory([row], at=NOW, signers=["one 3"])
    return {
        "rolled back": [roots[0], roots[1], office.directory([], at=NOW - DAY, signers=["one 2"])],
        "frozen": [*roots, office.directory([], at=NOW - DAY, signers=["one 3"])],
        "without a root": [roots[0], roots[2], new],
        "without roots": [new],
        "half a directory": [*roots, new[:-30]],
        "forged": [*roots, office.directory([], at=NOW + 60, signers=["somebody"])],
        "forged keys": [*roots, office.root(4, signers=["one 3"], root=office.role(["x"], 1))],
        "of another": [federation("Autre", "x").root(), federation("Autre", "x").directory([])],
    }


@pytest.mark.parametrize(
    "name",
    [
        *["rolled back", "frozen", "without a root", "without roots", "half a directory", "forged"],
        *["forged keys", "of another"],
    ],
)
def test_a_bad_set_of_files_changes_nothing_and_is_told(
    courge: Node, panier: Node, name: str
) -> None:
    office, roots = federation(), rotations(federation(), 3)
    row = row_of(courge.rooms, "courge")
    panier.rooms.coops.follow(office.id, now=NOW)
    held = [*roots, office.directory([row], at=NOW, signers=["one 3"]), *courge.export()]
    panier.take(held)
    before = panier.rooms.coops.documents()
    panier.later()
    received = panier.take(sets(courge)[name])
    assert received.accepted == []
    if name not in ("without a root", "without roots"):  # there is nothing wrong with what is left
        assert received.refused
    assert panier.rooms.coops.documents() == before


def test_who_begins_with_half_a_set_of_files_takes_what_holds_and_is_told_the_rest(
    courge: Node, panier: Node
) -> None:
    office = federation()
    panier.rooms.coops.follow(office.id, now=NOW)
    parts = sets(courge)
    told = [one.error.code for one in panier.take(parts["without roots"]).refused]
    assert told == ["unknown_federation"]
    told = [one.error.code for one in panier.take(parts["without a root"]).refused]
    assert told == ["threshold_not_met", "unknown_federation"]
    assert [one.kind for one in panier.rooms.coops.documents() if one.subject == office.id] == [
        "root"
    ]
