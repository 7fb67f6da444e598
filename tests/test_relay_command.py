"""`passkoop peer sync`, `peer relay` and `peer address`: while the node serves, and while not."""

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from command import Coop as Typist
from federating import federation, rotations
from hostile import HostileRelay
from passkoop_protocol.bundle import write_bundle
from passkoop_protocol.keys import CoopId, pairing_code, parse_pairing_code
from relaying import Coop, elsewhere
from serving import NOON, make_coop


@pytest.fixture
def hendaye(tmp_path: Path) -> Iterator[Coop]:
    """A co-op that is served."""
    with ExitStack() as stack:
        coop = Coop.of(make_coop(tmp_path / "hendaye", name="Hendaye"))
        coop.start()
        stack.callback(coop.stop)
        yield coop


@pytest.fixture
def paris(tmp_path: Path, hendaye: Coop) -> Typist:
    """A co-op at whose command line somebody sits; it is paired with the other."""
    home = make_coop(tmp_path / "paris", name="Paris")
    typist = Typist(home.path, now=NOON)
    typist.do("peer", "add", pairing_code(hendaye.coop))
    return typist


def test_one_round_says_that_a_directory_came_and_that_a_forged_one_did(
    hendaye: Coop, paris: Typist
) -> None:
    office = federation()
    roots = rotations(office, 2)
    hendaye.run(hendaye.rooms.coops.follow, office.id, now=NOON)
    documents = [*roots, office.directory([], at=NOON, signers=["one 2"])]
    hendaye.run(hendaye.rooms.relay.intake.take_in, documents, now=NOON)
    paris.do("peer", "follow", pairing_code(CoopId(office.id)))
    paris.do("peer", "relay", "add", hendaye.address)
    said = elsewhere(paris.do, "peer", "sync").said
    assert "1 liste, 1 fiche et 1 annuaire en plus" in said[0]
    with HostileRelay([office.root(3, signers=["one"]), documents[2]]) as relay:
        paris.do("peer", "relay", "add", relay.address("truth"))
        said = elsewhere(paris.do, "peer", "sync").said
    (told,) = [line for line in said if relay.address("truth") in line]
    assert "1 document laissé de côté, car il manque des signatures" in told


def test_one_round_says_who_was_asked_and_what_came(hendaye: Coop, paris: Typist) -> None:
    paris.do("peer", "relay", "add", hendaye.address + "/")
    done = elsewhere(paris.do, "peer", "sync")
    assert done.said == [f"{hendaye.address}\u202f: 1 liste et 1 fiche en plus."]
    answer = elsewhere(paris.do, "peer", "sync", "--json").answer
    assert (answer["address"], answer["error"], answer["accepted"]) == (hendaye.address, None, {})
    (row,) = paris.do("peer", "list", "--json").answers
    assert (row["name"], row["list_age"]) == ("Hendaye", 0)


def test_a_round_works_beside_the_node_that_serves(hendaye: Coop, tmp_path: Path) -> None:
    beside = Typist(hendaye.home.path, now=NOON)
    lyon = Coop.of(make_coop(tmp_path / "lyon", name="Lyon"))
    lyon.start()
    try:
        hendaye.pair(lyon)
        lyon.pair(hendaye)
        beside.do("peer", "relay", "add", lyon.address)
        done = elsewhere(beside.do, "peer", "sync")
        came = "1 liste et 1 fiche en plus, vos nouvelles sont transmises"
        assert done.said == [f"{lyon.address}\u202f: {came}."]
        both = {hendaye.coop, lyon.coop}
        assert known_to(hendaye) == known_to(lyon) == both
    finally:
        lyon.stop()


def known_to(coop: Coop) -> set[CoopId]:
    """Return whose descriptors a co-op that serves holds."""
    return coop.run(lambda: {one.descriptor.coop for one in coop.rooms.live.get().descriptors()})


def test_who_is_paired_later_comes_with_the_next_round(
    hendaye: Coop, paris: Typist, tmp_path: Path
) -> None:
    lyon = Typist(make_coop(tmp_path / "lyon", name="Lyon").path, now=NOON)
    lyon.do("peer", "relay", "add", hendaye.address)
    hendaye.run(hendaye.rooms.coops.pair, parse_pairing_code(lyon.code), [], now=hendaye.now)
    elsewhere(lyon.do, "peer", "sync")
    paris.do("peer", "relay", "add", hendaye.address)
    elsewhere(paris.do, "peer", "sync")  # passes Lyon over
    done = paris.do("peer", "add", lyon.code)
    assert "passkoop peer sync" in done.said[-1]
    assert len(elsewhere(paris.do, "peer", "sync", "--json").answer["accepted"]) == 2


def test_who_does_not_answer_is_named(paris: Typist) -> None:
    paris.do("peer", "relay", "add", "http://127.0.0.1:1024")
    done = elsewhere(paris, "peer", "sync")
    assert done.code == 5
    assert done.said == ["http://127.0.0.1:1024\u202f: ne répond pas."]
    table = paris.do("peer", "relay", "list").out
    assert "à la main" in table
    assert "ne répond pas" in table
    paris.do("peer", "relay", "remove", "http://127.0.0.1:1024")
    assert paris.do("peer", "relay", "list", "--json").answers == []
    assert paris("peer", "relay", "remove", "http://127.0.0.1:1024").code == 2


@pytest.mark.parametrize(
    ("way", "said"),
    [
        ("html", "ne répond pas comme un Pass’Koop"),
        ("redirecting", "ne répond pas comme un Pass’Koop"),
        ("bomb", "ne répond pas comme un Pass’Koop"),
        ("huge", "envoie plus que prévu"),
        ("wrong_signatures", "transmet des documents abîmés ou falsifiés"),
    ],
)
def test_who_is_no_relay_is_said_so_and_nothing_is_changed(
    hendaye: Coop, paris: Typist, way: str, said: str
) -> None:
    before = paris.do("peer", "list", "--json").out
    with HostileRelay(hendaye.documents()) as relay:
        paris.do("peer", "relay", "add", relay.address(way))
        done = elsewhere(paris, "peer", "sync")
        assert done.code == 5
        assert done.said == [f"{relay.address(way)}\u202f: {said}."]
        assert len(relay.asked) == 1  # a redirect is not followed, a bomb not asked for again
    assert paris.do("peer", "list", "--json").out == before


def test_an_address_in_somebody_s_document_that_leads_inside_is_named_and_not_called(
    hendaye: Coop, paris: Typist, tmp_path: Path
) -> None:
    other = Typist(hendaye.home.path, now=NOON)
    with HostileRelay([]) as inside:
        other.do("peer", "address", "add", inside.address("truth"))
        file = tmp_path / "hendaye.passkoop"
        file.write_bytes(write_bundle(hendaye.documents()))
        paris.do("peer", "import", file)
        done = elsewhere(paris, "peer", "sync")
        assert done.code == 5
        said = f"{inside.address('truth')}\u202f: mène dans un réseau privé."
        assert done.said == [said]
        assert inside.asked == []


def test_a_document_of_a_co_op_that_nobody_here_knows_is_passed_over(
    hendaye: Coop, paris: Typist, tmp_path: Path
) -> None:
    before = paris.do("peer", "list", "--json").out
    stranger = Coop.of(make_coop(tmp_path / "stranger", name="Inconnue"))
    stranger.start()
    try:
        with HostileRelay(stranger.documents()) as relay:
            paris.do("peer", "relay", "add", relay.address("truth"))
            done = elsewhere(paris.do, "peer", "sync")
            assert done.said == [f"{relay.address('truth')}\u202f: rien de nouveau."]
    finally:
        stranger.stop()
    assert paris.do("peer", "list", "--json").out == before


def test_a_co_op_that_knows_nobody_is_told_how_to(paris: Typist) -> None:
    done = elsewhere(paris, "peer", "sync")
    assert done.code == 2
    assert "passkoop peer relay add ADRESSE" in done.err


def test_a_published_address_is_in_the_file_and_is_called_by_who_reads_it(
    hendaye: Coop, paris: Typist, tmp_path: Path
) -> None:
    other = Typist(hendaye.home.path, now=NOON)
    done = other.do("peer", "address", "add", "https://carte.hendaye.example/")
    assert done.said == ["https://carte.hendaye.example est publiée."]
    assert other.do("peer", "address", "list").out == "https://carte.hendaye.example\n"
    file = tmp_path / "hendaye.passkoop"
    file.write_bytes(write_bundle(hendaye.documents()))
    paris.do("peer", "import", file)
    (row,) = paris.do("peer", "relay", "list", "--json").answers
    assert (row["address"], row["typed"]) == ("https://carte.hendaye.example", False)
    other.do("peer", "address", "remove", "https://carte.hendaye.example")
    assert other.do("peer", "address", "list", "--json").answers == []
    assert other("peer", "address", "remove", "https://carte.hendaye.example").code == 2


def test_an_address_of_the_shop_s_network_is_published_with_a_warning(hendaye: Coop) -> None:
    other = Typist(hendaye.home.path, now=NOON)
    done = other.do("peer", "address", "add", "http://192.168.1.20:8765")
    assert done.said[0].startswith("Attention\u202f: cette adresse ne mène nulle part")


@pytest.mark.parametrize("words", ["relay add", "address add", "relay remove", "address remove"])
def test_what_is_no_address_is_said_so(paris: Typist, words: str) -> None:
    done = paris("peer", *words.split(), "carte.exemple.coop")
    assert done.code == 2
    assert "https://carte.exemple.coop" in done.said[1]


def test_nine_addresses_are_one_too_many(hendaye: Coop) -> None:
    other = Typist(hendaye.home.path, now=NOON)
    for number in range(8):
        other.do("peer", "address", "add", f"https://{number}.example.coop")
    done = other("peer", "address", "add", "https://9.example.coop", "--json")
    assert (done.code, done.answer["error"]) == (2, "too_many_addresses")


def test_a_restored_co_op_gets_its_documents_back_with_one_command(
    hendaye: Coop, paris: Typist, tmp_path: Path
) -> None:
    file, again = tmp_path / "paris.passkoop-backup", Typist(tmp_path / "again", now=NOON)
    friend = parse_pairing_code(paris.code)
    hendaye.run(hendaye.rooms.coops.pair, friend, [], now=hendaye.now)
    paris.do("peer", "relay", "add", hendaye.address)
    elsewhere(paris.do, "peer", "sync")
    paris.do("backup", file)
    again.do("restore", file)
    done = elsewhere(again.do, "peer", "sync")
    assert done.said == [f"{hendaye.address}\u202f: rien de nouveau."]  # as old as the backup
    hendaye.now += 7 * 3_600
    hendaye.tick()  # its list is signed anew: it speaks of a time after the backup
    again.now = hendaye.now
    done = elsewhere(again.do, "peer", "sync")
    assert "Les documents de votre coop sont revenus." in done.said
    again.do("restore", "--finish")
