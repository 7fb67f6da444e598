"""Nodes that fetch from a plain web host: the site is a relay."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from federating import federation, rotations, row_of
from passkoop_node.relay.calling import Called
from passkoop_protocol.bundle import (
    INDEX_MAGIC,
    MAX_PART,
    MAX_PARTS,
    Part,
    read_bundle,
    read_index,
    write_bundle,
    write_index,
)
from passkoop_protocol.errors import Malformed
from passkoop_site.building import build_site
from passkoop_site.relay_files import INDEX, PART, held_documents, relay_files
from passkoop_site.remarks import Report
from relaying import Coop
from serving import NOON, make_coop
from shop import Coop as Signer
from shop import Shop, T
from webhost import WebHost

MakeCoop = Callable[[str], Coop]
FED = federation()


@pytest.fixture
def coop(tmp_path: Path) -> Iterator[MakeCoop]:
    """Return what serves one more co-op."""
    with ExitStack() as stack:

        def make(name: str) -> Coop:
            coop = Coop.of(make_coop(tmp_path / name, name=name))
            coop.start()
            stack.callback(coop.stop)
            return coop

        yield make


@pytest.fixture
def host(tmp_path: Path) -> Iterator[WebHost]:
    folder = tmp_path / "www"
    folder.mkdir()
    with WebHost(folder) as host:
        yield host


@pytest.fixture
def paris(coop: MakeCoop, host: WebHost) -> Coop:
    """A co-op that follows the federation and knows its site."""
    paris = coop("Paris")
    paris.run(paris.rooms.coops.follow, FED.id, now=paris.now)
    paris.call(host.address)
    return paris


def documents(*coops: Coop, at: int = NOON, **changes: object) -> list[bytes]:
    """Return what the federation and these co-ops signed."""
    rows = [one.run(row_of, one.rooms, f"coop-{n}", **changes) for n, one in enumerate(coops)]
    signed = [data for one in coops for data in one.documents()]
    return [FED.root(), FED.directory(rows, at=at), *signed]


def only(called: list[Called]) -> Called:
    (one,) = called
    return one


def test_a_node_has_all_from_a_plain_web_host_and_then_asks_for_the_index_alone(
    coop: MakeCoop, paris: Coop, host: WebHost
) -> None:
    hendaye = coop("Hendaye")
    card = hendaye.issue("Maïté Etcheverry")
    host.put(relay_files(documents(hendaye)))
    (first, *_) = paris.round()
    assert (first.code, paris.codes(card)) == ("", [])
    paris.now += 3_600
    paris.round()  # it began to hear a co-op, and has read all again
    host.asked.clear()
    host.sent = 0
    paris.now += 3_600
    assert only(paris.round()).code == ""
    assert host.asked == ["GET /p2p/v1/changes"]
    assert host.sent < 400


def test_fifteen_rotations_are_followed_from_a_plain_web_host(
    coop: MakeCoop, paris: Coop, host: WebHost
) -> None:
    hendaye = coop("Hendaye")
    card = hendaye.issue("Maïté Etcheverry")
    rows = [hendaye.run(row_of, hendaye.rooms, "hendaye")]
    directory = FED.directory(rows, at=NOON, signers=["one 16"])
    host.put(relay_files([*rotations(FED, 16), directory, *hendaye.documents()]))
    paris.round()
    assert paris.codes(card) == []


def test_only_what_changed_is_fetched(coop: MakeCoop, paris: Coop, host: WebHost) -> None:
    hendaye = coop("Hendaye")
    card = hendaye.issue("Maïté Etcheverry")
    host.put(relay_files(documents(hendaye)))
    paris.round()
    for one in (hendaye, paris):
        one.now += 3_600
    hendaye.revoke(card)
    host.put(relay_files(documents(hendaye)))
    host.asked.clear()
    called = only(paris.round())
    assert dict(called.accepted) == {"status_list": 1}
    assert paris.codes(card) == ["revoked"]
    assert len([one for one in host.asked if "/files/" in one]) == 1


def test_files_put_back_change_nothing(coop: MakeCoop, paris: Coop, host: WebHost) -> None:
    hendaye = coop("Hendaye")
    card = hendaye.issue("Maïté Etcheverry")
    before = relay_files(documents(hendaye))
    for one in (hendaye, paris):
        one.now += 3_600
    hendaye.revoke(card)
    host.put(relay_files(documents(hendaye, at=hendaye.now, suspended=True)))
    paris.round()
    held = paris.documents()
    host.put(before)
    called = only(paris.round())
    assert (called.code, dict(called.refused)) == ("", {"older": 2})
    assert paris.documents() == held


@pytest.mark.parametrize("damage", ["missing", "cut", "other", "forged"])
def test_a_half_or_forged_set_of_files_changes_nothing_and_is_told(
    coop: MakeCoop, paris: Coop, host: WebHost, damage: str
) -> None:
    hendaye = coop("Hendaye")
    files = relay_files(documents(hendaye))
    first = f"p2p/v1/files/{read_index(files[INDEX])[0].hash.hex()}.passkoop"
    if damage == "missing":
        del files[first]
    elif damage == "cut":
        files[first] = files[first][:-9]
    elif damage == "other":
        files[first] = files[first][:-1] + bytes([files[first][-1] ^ 1])
    else:
        bad = [FED.root(signers=["somebody else"]), FED.directory([], at=NOON, signers=["x"])]
        files = relay_files(bad)
    host.put(files)
    called = only(paris.round())
    if damage == "forged":
        assert dict(called.refused) == {"threshold_not_met": 1, "unknown_federation": 1}
    else:
        assert called.code == "bad_answer"
    assert not any(one.kind in ("root", "directory") for one in paris.disk())


def test_an_index_without_end_and_one_of_endless_files_are_told(paris: Coop, host: WebHost) -> None:
    one = Part.of(b"x")
    for index in (write_index([one] * (MAX_PARTS + 1)), INDEX_MAGIC + b"0" * 64 + b" 99999999\n"):
        host.put({INDEX: index})
        paris.now += 86_400
        assert only(paris.round(insist=True)).code == "bad_answer"


@settings(max_examples=50)
@given(st.lists(st.tuples(st.binary(min_size=32, max_size=32), st.integers(1, MAX_PART))))
def test_an_index_says_what_was_written(rows: list[tuple[bytes, int]]) -> None:
    parts = [Part(hash=name, size=size) for name, size in rows]
    assert read_index(write_index(parts)) == parts


@pytest.mark.parametrize("line", [b"x", b"00 1\n", b"0" * 64 + b" 0\n", b"A" * 64 + b" 1\n"])
def test_what_is_no_index_is_malformed(line: bytes) -> None:
    with pytest.raises(Malformed):
        read_index(INDEX_MAGIC + line)


def test_the_same_documents_make_the_same_files_in_any_order_and_one_co_op_changes_few() -> None:
    coops = [Signer(f"Coop {number}") for number in range(60)]
    shop = Shop().follow(FED, *coops)
    for coop in coops:  # as long as descriptors may be
        shop.add(coop.descriptor(at=T + 600, contact="x" * 300, page={"a": "b" * 20_000}))
    held = held_documents(shop.trust)
    files = relay_files(held)
    assert relay_files(reversed(held)) == files
    assert list(files)[-1] == INDEX
    parts = read_index(files[INDEX])
    assert sorted(data for part in parts for data in read_bundle(files[part.path])) == sorted(held)
    assert max(part.size for part in parts) < 2 * PART
    shop.add(coops[0].descriptor(at=T + 1_200, page={"a": "c" * 20_000}))
    again = relay_files(held_documents(shop.trust))
    assert len(files.items() - again.items()) == 2  # one part, and the index


def test_the_site_that_a_federation_builds_is_a_relay_with_all_that_its_co_ops_signed(
    coop: MakeCoop, paris: Coop, host: WebHost, tmp_path: Path
) -> None:
    hendaye = coop("Hendaye")
    card = hendaye.issue("Maïté Etcheverry")
    source = tmp_path / "contenu"
    (source / "documents").mkdir(parents=True)
    signed = documents(hendaye)
    (source / "documents" / "tout.passkoop").write_bytes(write_bundle(signed))
    (source / "site.toml").write_text('langues = ["fr"]\n')
    _, first = build_site(source, host.folder, Report(), now=NOON)
    paris.round()
    assert paris.codes(card) == []
    _, again = build_site(source, host.folder, Report(), now=NOON)
    assert (first.new, again.unchanged, again.changed) == (first.new, first.new, 0)
