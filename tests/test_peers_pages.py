"""The office's pages of the other co-ops: pairing by the whole code, who is known, files."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from nodes import DAY
from passkoop_node.core import guard
from passkoop_node.core.accounts import Role
from passkoop_node.peers.codes import read_code
from passkoop_node.peers.exchange import FILE
from passkoop_node.peers.listing import COOPS
from passkoop_node.peers.meeting import MEET
from passkoop_node.relay.intake import TWO_TRUTHS
from passkoop_protocol.bundle import write_bundle
from passkoop_protocol.descriptor import sign_descriptor
from passkoop_protocol.errors import BadPairingCode
from passkoop_protocol.keyboards import LAYOUTS, typed
from passkoop_protocol.keys import CoopId, pairing_code, shown_id
from passkoop_protocol.qr import qr_png
from relaying import Coop
from sending import send_file
from serving import Answer, Client, make_coop


@pytest.fixture
def hendaye(tmp_path: Path) -> Iterator[Coop]:
    coop = Coop.of(make_coop(tmp_path / "hendaye", name="Hendaia Koop"))
    coop.start()
    coop.app[guard.STRANGERS].tries = 10_000
    yield coop
    coop.stop()


@pytest.fixture
def lyon(tmp_path: Path) -> Iterator[Coop]:
    coop = Coop.of(make_coop(tmp_path / "lyon", name="La Traboule"))
    coop.start()
    yield coop
    coop.stop()


@pytest.fixture
def nico(hendaye: Coop) -> Client:
    return hendaye.administrator()


def page_of(coop: Coop) -> str:
    return f"{COOPS}/{coop.coop.hex()}"


def pair(nico: Client, code: str, old: str = "") -> Answer:
    """Type a code, and say yes."""
    asked = nico.post(MEET, {"code": code, "ancien": old})
    assert asked.status == 200, asked.words
    assert "Se jumeler avec cette coop ?" in asked.words
    return nico.post(f"{MEET}/confirmer", {"code": code, "ancien": old})


def paired(coop: Coop) -> set[CoopId]:
    return {one.coop for one in coop.run(coop.rooms.coops.pairings)}


def test_two_coops_pair_by_their_codes_and_the_next_round_brings_the_rest(
    hendaye: Coop, lyon: Coop, nico: Client
) -> None:
    lyon.issue("Maïté Etcheverry")
    lyon.pair(hendaye)
    hendaye.call(lyon.address)
    code = pairing_code(lyon.coop)
    shown = nico.get(MEET).words
    for number, group in enumerate(pairing_code(hendaye.coop).split("-"), 1):
        assert f"Groupe {number} {group}" in shown
    answer = pair(nico, code.replace("-", " ").lower())
    assert answer.goes_to == page_of(lyon)
    assert paired(hendaye) == {lyon.coop}
    assert "Sa fiche n’est pas encore arrivée" in nico.get(page_of(lyon)).words
    assert nico.post(f"{COOPS}/nouvelles", {"coop": lyon.coop.hex()}).goes_to == page_of(lyon)
    words = nico.get(page_of(lyon)).words
    assert "La Traboule" in words
    assert "Vos membres y sont bienvenus avec leur carte." in words
    assert "Signe les cartes" in words
    assert "La Traboule" in nico.get(COOPS).words
    (entry,) = hendaye.run(lambda: hendaye.rooms.audit.entries(subject=shown_id(lyon.coop)))
    assert (entry.action, entry.actor[:8]) == ("peer.add", "account:")


def test_a_wrong_letter_is_told_by_its_group_and_what_was_typed_stays(
    hendaye: Coop, lyon: Coop, nico: Client
) -> None:
    groups = pairing_code(lyon.coop).split("-")
    for number in range(4):
        group = groups[number]
        other = "B" if group[2] != "B" else "C"
        wrong = [*groups[:number], group[:2] + other + group[3:], *groups[number + 1 :]]
        answer = nico.post(MEET, {"code": "-".join(wrong)})
        assert answer.status == 422
        assert f"Le groupe n° {number + 1} ne va pas" in answer.words
        assert f'value="{"-".join(wrong)}"' in answer.text
    assert "quatre groupes de cinq" in nico.post(MEET, {"code": "-".join(groups[:3])}).words
    assert "Écrivez quelque chose" in nico.post(MEET, {"code": " "}).words
    assert "trop long" in nico.post(MEET, {"code": "A" * 5_000}).words
    # Nor does the confirmation believe what the question did not.
    assert nico.post(f"{MEET}/confirmer", {"code": "-".join(groups[:3])}).status == 422
    assert paired(hendaye) == set()


def test_our_own_code_one_already_paired_and_one_twice_are_told_apart(
    hendaye: Coop, lyon: Coop, nico: Client
) -> None:
    ours, theirs = pairing_code(hendaye.coop), pairing_code(lyon.coop)
    for sent in ({"code": ours}, {"code": theirs, "ancien": ours}):
        for path in (MEET, f"{MEET}/confirmer"):
            answer = nico.post(path, sent)
            assert answer.status == 422
            assert "code de votre propre coop" in answer.words
    answer = nico.post(MEET, {"code": theirs, "ancien": theirs})
    assert (answer.status, "Les deux codes sont les mêmes" in answer.words) == (422, True)
    hendaye.pair(lyon)
    answer = nico.post(MEET, {"code": theirs})
    assert answer.status == 422
    assert "déjà jumelée" in answer.words
    assert page_of(lyon) in answer.text


def test_an_old_code_is_replaced_by_the_new_one(hendaye: Coop, lyon: Coop, nico: Client) -> None:
    hendaye.pair(lyon)
    hendaye.run(hendaye.node.take, lyon.documents())
    new = CoopId(bytes(range(10)))
    asked = nico.post(MEET, {"code": pairing_code(new), "ancien": pairing_code(lyon.coop)})
    assert "(La Traboule)" in asked.words
    pair(nico, pairing_code(new), pairing_code(lyon.coop))
    assert paired(hendaye) == {new}
    assert "Cette coop a changé de code" in nico.get(page_of(lyon)).words


def test_no_address_leads_to_the_question_with_a_code_that_nobody_typed(
    lyon: Coop, nico: Client
) -> None:
    code = pairing_code(lyon.coop)
    assert code not in nico.get(f"{MEET}?code={code}").text
    assert nico.get(f"{MEET}/confirmer?code={code}").status in (404, 405)
    elsewhere = {"Origin": "https://annuaire.example", "Sec-Fetch-Site": "cross-site"}
    assert nico.post(MEET, {"code": code}, elsewhere).status == 403


def test_a_reader_on_any_keyboard_types_the_code_and_a_mistake_of_a_person_is_not_read_into_one(
    lyon: Coop,
) -> None:
    code = pairing_code(CoopId(bytes.fromhex("dd2fb4e18b5e1ce30c46")))
    for layout in LAYOUTS:
        for caps_lock in (False, True):
            try:
                arrived = typed(code, layout, caps_lock=caps_lock)
            except ValueError:
                continue
            assert read_code(arrived) == bytes.fromhex("dd2fb4e18b5e1ce30c46"), (layout, arrived)
    for at, letter in enumerate(code):
        for other in "ABQWZMY2" if letter != "-" else "":
            if other != letter:
                with pytest.raises(BadPairingCode):
                    read_code(code[:at] + other + code[at + 1 :])


def test_a_photo_of_the_code_is_read(hendaye: Coop, lyon: Coop, nico: Client) -> None:
    path, code = f"{MEET}/photo", pairing_code(lyon.coop)
    answer = send_file(nico, path, "photo.png", qr_png(code))
    assert answer.status == 200
    assert f'value="{code}"' in answer.text
    for data, said in (
        (qr_png("https://exemple.coop"), "pas le code d’une coop"),
        (b"GIF89a nothing", "pas une photo lisible"),
    ):
        answer = send_file(nico, path, "photo.png", data)
        assert answer.status == 422
        assert said in answer.words
    assert "Choisissez une photo" in nico.post(path).words
    assert paired(hendaye) == set()


def test_a_pairing_is_undone_and_a_coop_blocked_after_asking(
    hendaye: Coop, lyon: Coop, nico: Client
) -> None:
    card = lyon.issue("Maïté Etcheverry")
    hendaye.pair(lyon)
    hendaye.run(hendaye.node.take, lyon.documents())
    one = page_of(lyon)
    assert hendaye.codes(card) == []
    assert "Bloquer cette coop ?" in nico.get(f"{one}/bloquer").words
    assert hendaye.codes(card) == []
    assert nico.post(f"{one}/bloquer").goes_to == one
    assert hendaye.codes(card) == ["coop_blocked"]
    assert "bloquée le 22 novembre 2026" in nico.get(one).words
    hendaye.run(hendaye.rooms.live.forget)  # as after a restart
    assert hendaye.codes(card) == ["coop_blocked"]
    nico.post(f"{one}/debloquer")
    assert hendaye.codes(card) == []
    assert "Défaire le jumelage ?" in nico.get(f"{one}/defaire").words
    assert nico.post(f"{one}/defaire").goes_to == COOPS
    assert hendaye.codes(card) == ["unknown_issuer"]
    assert nico.get(one).status == 404
    assert nico.post(f"{one}/defaire").status == 404
    entries = hendaye.run(lambda: hendaye.rooms.audit.entries(subject=shown_id(lyon.coop)))
    assert [entry.action for entry in entries] == ["peer.remove", "peer.unblock", "peer.block"]


def test_the_office_looks_and_the_administration_decides(hendaye: Coop, lyon: Coop) -> None:
    hendaye.pair(lyon)
    office = hendaye.entered("Bruno", Role.OFFICE)
    assert office.get(COOPS).status == 200
    page = office.get(page_of(lyon))
    assert page.status == 200
    assert "bloquer" not in page.text
    for path in (MEET, FILE, f"{page_of(lyon)}/bloquer", f"{FILE}/coop.passkoop"):
        assert office.get(path).status == 403
    assert office.post(f"{MEET}/confirmer", {"code": "x"}).status == 403
    assert office.post(f"{page_of(lyon)}/bloquer").status == 403
    assert Client(hendaye).get(COOPS).status == 303


def test_lists_that_never_came_are_awaited_and_not_called_old(
    hendaye: Coop, lyon: Coop, nico: Client
) -> None:
    hendaye.pair(lyon)
    words = nico.get(COOPS).words
    assert "On attend encore les listes de 1 coop jumelée." in words
    assert "plus de 10 jours" not in words
    hendaye.run(hendaye.node.take, lyon.documents())
    assert "On attend" not in nico.get(COOPS).words


def test_old_lists_and_two_truths_are_shown(hendaye: Coop, lyon: Coop, nico: Client) -> None:
    hendaye.pair(lyon)
    hendaye.run(hendaye.node.take, lyon.documents())
    assert "plus de 10 jours" not in nico.get(COOPS).words
    hendaye.now += 11 * DAY
    nico = hendaye.entered("Odile", Role.ADMINISTRATOR)
    assert "1 coop a des listes de plus de 10 jours" in nico.get(COOPS).words
    assert "Ses listes datent de plus de 10 jours" in nico.get(page_of(lyon)).words

    def lie() -> list[bytes]:
        """Sign two descriptors of one second, as somebody who has two copies of the keys."""
        ours, key = lyon.rooms.ourselves, lyon.node.ask()
        ours.set_addresses(["https://ailleurs.example"])
        twins = []
        for address in ("https://un.example", "https://deux.example"):
            ours.set_addresses([address])
            twins.append(sign_descriptor(ours._descriptor(hendaye.now), key=key))
        return twins

    hendaye.run(hendaye.node.take, lyon.run(lie))
    assert "deux versions" in nico.get(COOPS).words
    assert "deux versions" in nico.get(page_of(lyon)).words
    entries = hendaye.run(lambda: hendaye.rooms.audit.entries(subject=shown_id(lyon.coop)))
    assert [one.action for one in entries] == [TWO_TRUTHS]


def test_the_list_is_searched_and_sorted(hendaye: Coop, nico: Client, tmp_path: Path) -> None:
    names = ("Les Épis", "Zébulon", "La Traboule")
    for name in names:
        other = Coop.of(make_coop(tmp_path / name, name=name))
        other.start()
        hendaye.run(hendaye.rooms.coops.pair, other.coop, [], now=hendaye.now)
        if name != "Zébulon":
            hendaye.run(hendaye.node.take, other.documents())
        code = shown_id(other.coop)
        other.stop()
        assert code in nico.get(COOPS).words or name in nico.get(COOPS).words
        assert code in nico.get(f"{COOPS}?cherche={code}").text or name != "Zébulon"
    words = nico.get(f"{COOPS}?tri=nom").words
    assert words.index("La Traboule") < words.index("Les Épis")
    assert "La Traboule" not in nico.get(f"{COOPS}?cherche=epis").words
    first = nico.get(f"{COOPS}?tri=listes").words
    assert first.index("aucune") < first.index("La Traboule")  # the oldest: none at all
    assert "Aucune coop ne correspond" in nico.get(f"{COOPS}?cherche=zzz").words
    for nonsense in ("page=-1", "tri=x", "cherche=%00", "page=99"):
        assert nico.get(f"{COOPS}?{nonsense}").status == 200


def test_files_go_to_and_fro_and_each_document_is_reported(
    hendaye: Coop, lyon: Coop, nico: Client
) -> None:
    card = lyon.issue("Maïté Etcheverry")
    theirs = lyon.administrator().get(f"{FILE}/coop.passkoop")
    assert theirs.headers["Content-Disposition"].endswith('.passkoop"')
    answer = send_file(nico, FILE, "lyon.passkoop", theirs.body)
    assert answer.status == 200
    assert "2 documents laissés de côté" in answer.words
    assert "pas jumelée" in answer.words
    hendaye.pair(lyon)
    answer = send_file(nico, FILE, "lyon.passkoop", theirs.body)
    assert "2 documents pris" in answer.words
    assert "La Traboule" in answer.words
    assert hendaye.codes(card) == []
    assert "2 documents déjà là" in send_file(nico, FILE, "lyon.passkoop", theirs.body).words
    damaged = theirs.body[:-5] + bytes([theirs.body[-5] ^ 1]) + theirs.body[-4:]
    assert "modifié en route" in send_file(nico, FILE, "lyon.passkoop", damaged).words


def test_large_documents_are_looked_at_in_parts_and_told_by_their_places(nico: Client) -> None:
    documents = [b"\xd2\x84" + bytes(size) for size in (300_000, 300_000, 10)]
    words = send_file(nico, FILE, "x.passkoop", write_bundle(documents)).words
    assert "3 documents laissés de côté" in words
    assert all(f"Document n° {place}" in words.replace("\u00a0", " ") for place in (1, 2, 3))


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"<!doctype html><title>Connexion</title>", "pas un fichier de Pass'Koop"),
        (write_bundle([]), "aucun document"),
        (write_bundle([b"x" * 100])[:-1], "abîmé"),
    ],
    ids=["html", "empty", "cut"],
)
def test_what_is_no_file_of_documents_is_told(nico: Client, data: bytes, said: str) -> None:
    answer = send_file(nico, FILE, "x.passkoop", data)
    assert answer.status == 422
    assert said in answer.words.replace("’", "'")
    assert nico.post(FILE).status == 422
