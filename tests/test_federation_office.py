"""`passkoop federation`: the office of a federation, from one key to two of three, in files."""

import json
import shutil
from base64 import b64encode
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from command import DAY, GIVEN, NOW, Coop, snapshot, told, two_strangers
from federation_desks import Desk, admit, letters, office, request, trio
from passkoop_protocol.cose import parse_sign
from passkoop_protocol.directory import DIRECTORY_TYP, parse_directory
from passkoop_site.building import build_site
from passkoop_site.errors import SiteError
from passkoop_site.federation import parse_proposal
from passkoop_site.federation_requests import read_person, read_request
from passkoop_site.remarks import Report
from webhost import WebHost


@pytest.fixture
def ada(tmp_path: Path) -> Desk:
    return office(tmp_path / "ada")


@pytest.fixture
def coops(tmp_path: Path) -> tuple[Coop, Coop]:
    return two_strangers(tmp_path)


def rows(desk: Desk) -> list[dict[str, object]]:
    return desk.do("status", "--json").answers[1:]


def test_a_federation_begins_with_one_key_and_one_person(tmp_path: Path) -> None:
    desk = Desk(tmp_path / "fed")
    done = desk.do("init", "--name", "Les Coops d'ici", "--person", "Ada Lovelace")
    assert desk.fingerprint in done.err
    assert [path.stat().st_mode & 0o777 for path in desk.folder.glob("keys/*.key")] == [0o600]
    assert len(list(desk.folder.glob("fiche-de-secours-*.pdf"))) == 1
    told(desk("init", "--name", "Autre", "--person", "Bob"), GIVEN, "déjà une fédération")
    shown = desk.do("status")
    assert "Il faut 1 signature sur 1" in shown.err
    assert "Ada Lovelace" in shown.err


def test_a_co_op_is_admitted_from_its_request_and_welcome_where_the_federation_is_followed(
    ada: Desk, coops: tuple[Coop, Coop]
) -> None:
    home, host = coops
    done = admit(ada, home)
    assert f"+ Hendaia Koop ({letters(home)}), adresse «\u00a0hendaia-koop\u00a0», FR." in done.err
    host.do("peer", "follow", ada.fingerprint, "--file", ada.file)
    home.tell(host)
    assert host.verify(home.card_text(1))[:2] == ("welcome", [])
    ada.later()
    ada.do("suspend", "hendaia-koop")
    host = host.later(seconds=200)
    host.do("peer", "import", ada.file)
    assert host.verify(home.card_text(1))[:2] == ("refused", ["coop_suspended"])
    ada.later()
    assert "n’est plus suspendue" in ada.do("resume", letters(home)).err
    host.do("peer", "import", ada.file)
    assert host.verify(home.card_text(1))[0] == "welcome"
    ada.later()
    ada.do("remove", home.code)
    host.do("peer", "import", ada.file)
    assert host.verify(home.card_text(1))[:2] == ("unverified", ["unknown_issuer"])


@pytest.mark.parametrize("way", ["line", "broken line", "file", "export"])
def test_a_request_comes_as_a_line_or_as_a_file(
    ada: Desk, coops: tuple[Coop, Coop], tmp_path: Path, way: str
) -> None:
    home, _ = coops
    line, file = request(home), tmp_path / "demande"
    given: tuple[object, bytes] = (line, b"")
    if way == "broken line":
        broken = "\n> ".join(line[at : at + 72] for at in range(0, len(line), 72))
        given = ("-", broken.encode())
    elif way == "file":
        home.do("federation", "request", "-o", file)
        given = (file, b"")
    elif way == "export":
        home.do("peer", "export", "-o", file)
        given = (file, b"")
    ada.later()
    ada.do("admit", given[0], "--code", letters(home), typed=given[1])
    assert [row["name"] for row in rows(ada)] == ["Hendaia Koop"]


def test_what_is_no_request_or_was_changed_is_refused_and_leaves_the_folder_as_it_was(
    ada: Desk, coops: tuple[Coop, Coop], tmp_path: Path
) -> None:
    home, host = coops
    line, other = request(home), request(host)
    code = letters(home)
    before = snapshot(ada.folder)
    # The co-op's own words, the other one's signature.
    forged = line[:-80] + other[-80:]
    told(ada("admit", forged, "--code", code), GIVEN, "pas signée avec la clé de la coop")
    told(ada("admit", line[:-40], "--code", code), GIVEN, "cette demande ne vaut rien")
    told(ada("admit", "passkoop-demande:!!!", "--code", code), GIVEN, "ne vaut rien")
    told(ada("admit", f"{line[:90]}!{line[90:]}", "--code", code), GIVEN, "ne vaut rien")
    told(ada("admit", f"{line}=", "--code", code), GIVEN, "ne vaut rien")
    empty = tmp_path / "empty"
    empty.write_bytes(b"")
    told(ada("admit", empty, "--code", code), GIVEN, "ne vaut rien")
    told(ada("admit", tmp_path / "nowhere", "--code", code), GIVEN, "n’existe pas")
    done = ada("admit", line, "--code", letters(host))
    assert done.code == GIVEN
    assert "ce ne sont pas les lettres de cette demande" in done.err
    assert "comparer les seize lettres" in ada("admit", line).err
    assert snapshot(ada.folder) == before


@pytest.mark.parametrize(
    ("slug", "says"),
    [("../../etc", "ne peut pas servir"), ("A b", "ne peut pas servir"), ("-", "ne peut pas")],
)
def test_a_slug_that_is_a_path_is_refused(
    ada: Desk, coops: tuple[Coop, Coop], slug: str, says: str
) -> None:
    before = snapshot(ada.folder)
    done = ada("admit", request(coops[0]), "--code", letters(coops[0]), f"--slug={slug}")
    assert done.code == GIVEN
    assert says in done.err
    assert snapshot(ada.folder) == before


def test_one_identity_is_not_admitted_twice_and_one_slug_not_given_twice(
    ada: Desk, coops: tuple[Coop, Coop]
) -> None:
    home, host = coops
    admit(ada, home)
    before = snapshot(ada.folder)
    done = ada("admit", request(home), "--code", letters(home), "--slug", "autre")
    assert "est déjà dans l’annuaire" in done.err
    done = ada("admit", request(host), "--code", letters(host), "--slug", "hendaia-koop")
    assert "déjà prise" in done.err
    assert snapshot(ada.folder) == before
    admit(ada, host, "--name", "Hendaia Koop")
    assert [row["slug"] for row in rows(ada)] == ["hendaia-koop", "hendaia-koop-valbruyere"]


def test_a_co_op_that_lost_its_identity_key_goes_on_under_a_new_one(
    ada: Desk, coops: tuple[Coop, Coop]
) -> None:
    home, host = coops
    admit(ada, home)
    old = letters(home)
    ada.later()
    done = ada.do("replace", "hendaia-koop", request(host), "--code", letters(host))
    assert f"remplace son identité {old}" in done.err
    (row,) = rows(ada)
    assert (row["coop"], row["slug"]) == (letters(host), "hendaia-koop")
    before = snapshot(ada.folder)
    done = ada("admit", request(home), "--code", old)
    assert "cette identité a été remplacée" in done.err
    assert ada("replace", "hendaia-koop", request(home), "--code", old).code == GIVEN
    assert snapshot(ada.folder) == before


def test_a_change_of_nothing_and_one_of_nobody_are_told(
    ada: Desk, coops: tuple[Coop, Coop]
) -> None:
    admit(ada, coops[0])
    before = snapshot(ada.folder)
    assert "n’est pas suspendue" in ada("resume", "hendaia-koop").err
    told(ada("suspend", "nobody"), GIVEN, "aucune coop de l’annuaire")
    told(ada("person", "remove", "Ada"), GIVEN, "dernière personne")
    told(ada("rotate", "Bob"), GIVEN, "personne de la fédération")
    told(ada("threshold", 2), GIVEN, "cela ne se peut pas")
    told(ada("person", "add", "Bob"), GIVEN, "n’est pas la clé d’une personne")
    assert snapshot(ada.folder) == before


# k of n


def test_two_of_three_sign_in_any_order_by_file(tmp_path: Path, coops: tuple[Coop, Coop]) -> None:
    ada, bob, eve = trio(tmp_path)
    home, _ = coops
    ada.later()
    line, code = request(home), letters(home)
    answer = ada.answer("admit", line, "--code", code)
    assert (answer["published"], answer["lacking"]) == (False, 1)
    assert rows(ada) == []
    told(ada("publish", answer["proposal"]), GIVEN, "il manque encore 1 signature")
    sent = tmp_path / "par-e-mail"
    shutil.copy(answer["proposal"], sent)
    done = eve.do("sign", sent)
    assert "+ Hendaia Koop" in done.err
    assert "Il ne manque plus rien" in done.err
    bob.do("publish", sent)  # whoever has the file may
    assert [row["name"] for row in rows(bob)] == ["Hendaia Koop"]


def test_copies_signed_each_by_one_person_are_put_together(
    tmp_path: Path, coops: tuple[Coop, Coop]
) -> None:
    ada, bob, eve = trio(tmp_path)
    for count in (3,):
        proposal = ada.answer("threshold", count)["proposal"]
        for desk in (bob, eve):
            desk.now = ada.now
        copies = [tmp_path / name for name in ("one", "two")]
        for copy, desk in zip(copies, (bob, eve), strict=True):
            shutil.copy(proposal, copy)
            assert "Il manque" in desk.do("sign", copy).err
    told(ada("publish", copies[0]), GIVEN, "il manque encore 1 signature")
    ada.do("publish", *copies)
    assert ada.answer("status")["threshold"] == 3


def test_one_person_who_signs_twice_counts_once(tmp_path: Path, coops: tuple[Coop, Coop]) -> None:
    ada, _, _ = trio(tmp_path)
    ada.later()
    proposal = ada.answer("renew")["proposal"]
    before = snapshot(ada.folder)
    ada.do("sign", proposal)
    told(ada("publish", proposal), GIVEN, "il manque encore 1 signature")
    assert snapshot(ada.folder) == before


def test_a_proposal_that_was_overtaken_is_not_published(
    tmp_path: Path, coops: tuple[Coop, Coop]
) -> None:
    ada, bob, eve = trio(tmp_path)
    home, host = coops
    ada.later()
    slow = ada.answer("admit", request(home), "--code", letters(home))["proposal"]
    bob.now = eve.now = ada.now + 60
    fast = bob.answer("admit", request(host), "--code", letters(host))["proposal"]
    eve.do("sign", fast)
    eve.do("publish", fast)
    before = snapshot(eve.folder)
    told(eve("sign", slow), GIVEN, "part d’une version qui a été remplacée")
    ada.do("publish", fast)
    told(ada("publish", slow), GIVEN, "part d’une version qui a été remplacée")
    assert snapshot(eve.folder) == before


def test_who_may_not_sign_says_so_and_a_damaged_file_changes_nothing(
    tmp_path: Path, coops: tuple[Coop, Coop]
) -> None:
    ada, _, _ = trio(tmp_path)
    ada.later()
    proposal = Path(ada.answer("renew")["proposal"])
    stranger = Desk(tmp_path / "mallory", now=ada.now)
    stranger.do("key", "Mallory")
    assert "aucune clé de ce dossier" in stranger("sign", proposal).err
    whole = proposal.read_bytes()
    before = snapshot(ada.folder)
    for damage in (b"", whole[:-5], whole[:400] + b"x" + whole[401:], b"passkoop/proposition/1\n"):
        copy = tmp_path / "copy"
        copy.write_bytes(damage)
        for word in ("sign", "publish"):
            assert ada(word, copy).code == GIVEN
    other = office(tmp_path / "other")
    told(other("sign", proposal), GIVEN, "est d’une autre fédération")
    assert snapshot(ada.folder) == before


def test_a_key_is_rotated_and_a_lost_one_is_replaced_by_the_others(tmp_path: Path) -> None:
    ada, bob, eve = trio(tmp_path)
    bob.now = eve.now = ada.now
    first = ada.answer("rotate", "Ada")  # with the old key and the new one
    assert first["lacking"] == 1
    bob.do("sign", first["proposal"])
    ada.do("publish", first["proposal"])
    for desk in (bob, eve):
        desk.do("update", ada.file)
    new = Desk(tmp_path / "eve 2", now=ada.now)
    line = new.answer("key", "Ève")["line"]
    ada.later()
    bob.now = new.now = ada.now
    second = ada.answer("rotate", "Ève", line)
    bob.do("sign", second["proposal"])
    ada.do("publish", second["proposal"])
    ada.later()
    third = ada.answer("renew")
    told(eve("sign", third["proposal"]), GIVEN, "aucune clé de ce dossier")
    new.do("sign", third["proposal"])
    ada.do("publish", third["proposal"])


def test_the_only_key_hands_over_to_a_new_one_and_signs_nothing_more(ada: Desk) -> None:
    (old,) = ada.folder.glob("keys/*.key")
    ada.later()
    assert ada.answer("rotate", "Ada")["published"]
    old.unlink()
    ada.later()
    ada.do("renew")
    assert [one["name"] for one in ada.answer("status")["people"]] == ["Ada"]


def test_a_machine_whose_clock_is_slow_says_so(tmp_path: Path) -> None:
    ada, bob, _ = trio(tmp_path)
    ada.later(DAY)
    proposal = ada.answer("renew")["proposal"]
    told(bob("publish", proposal), GIVEN, "il manque encore 1 signature")
    bob.do("sign", proposal)
    told(bob("publish", proposal), GIVEN, "daté de plus de dix minutes dans l’avenir")


def test_whoever_is_removed_signs_nothing_more(tmp_path: Path) -> None:
    ada, bob, _ = trio(tmp_path)
    bob.now = ada.now
    proposal = ada.answer("person", "remove", "Ève")["proposal"]
    done = bob.do("sign", proposal)
    assert "ne peut plus signer" in done.err
    assert "Signatures nécessaires\u202f: 2 sur 2 (avant\u202f: 2 sur 3)." in done.err
    ada.do("publish", proposal)
    assert len(ada.answer("status")["people"]) == 2


# Dates


def test_directory_and_keys_are_renewed_before_or_after_their_date(
    ada: Desk, coops: tuple[Coop, Coop]
) -> None:
    home, host = coops
    admit(ada, home)
    host.do("peer", "follow", ada.fingerprint, "--file", ada.file)
    first = ada.answer("status")
    ada.later(400 * DAY)
    home, host = home.later(days=400), host.later(days=400)
    home.tell(host)
    assert host.verify(home.card_text(1))[1] == ["old_directory"]
    assert "renew" in ada.do("status").err
    ada.do("renew")
    second = ada.answer("status")
    assert (second["root"], second["expires_at"] > ada.now) == (first["root"], True)
    host.do("peer", "import", ada.file)
    assert host.verify(home.card_text(1))[:2] == ("welcome", [])
    ada.later(800 * DAY)  # the keys are past their date, too; they sign all the same
    ada.do("renew")
    third = ada.answer("status")
    assert (third["root"], third["root_expires_at"] > ada.now) == (first["root"] + 1, True)


def test_a_clock_that_was_set_back_signs_nothing_of_an_earlier_date(
    ada: Desk, coops: tuple[Coop, Coop]
) -> None:
    admit(ada, coops[0])
    before = parse_directory(parse_sign(ada.documents[-1], typ=DIRECTORY_TYP).payload).issued_at
    ada.now -= 300
    ada.do("suspend", "hendaia-koop")
    after = parse_directory(parse_sign(ada.documents[-1], typ=DIRECTORY_TYP).payload).issued_at
    assert after == before + 1


# The folder


def test_a_damaged_or_rolled_back_folder_is_told(ada: Desk, coops: tuple[Coop, Coop]) -> None:
    admit(ada, coops[0])
    whole = ada.file.read_bytes()
    for damage in (whole[:-3], whole.replace(b"Hendaia", b"Hendaya"), b"", b"x"):
        ada.file.write_bytes(damage)
        told(ada("status"), GIVEN, "ne tiennent pas ensemble")
        told(ada("suspend", "hendaia-koop"), GIVEN, "ne tiennent pas ensemble")
        assert ada.file.read_bytes() == damage
    told(Desk(ada.folder / "nowhere")("status"), GIVEN, "il n’y a pas de fédération")


def test_a_key_under_a_passphrase_signs_with_it_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PASSKOOP_PASSPHRASE", "carotte velo")
    desk = office(tmp_path / "fed")
    monkeypatch.delenv("PASSKOOP_PASSPHRASE")
    desk.later()
    assert "est protégée par une phrase de passe" in desk("renew").err
    monkeypatch.setenv("PASSKOOP_PASSPHRASE", "poireau")
    assert desk("renew").code == GIVEN
    monkeypatch.setenv("PASSKOOP_PASSPHRASE", "carotte velo")
    desk.do("renew")


def test_what_others_published_is_taken_and_nothing_older_or_foreign(
    tmp_path: Path, coops: tuple[Coop, Coop]
) -> None:
    ada, bob, eve = trio(tmp_path)
    old = tmp_path / "old.passkoop"
    shutil.copy(ada.file, old)
    ada.later()
    eve.now = ada.now
    proposal = ada.answer("renew")["proposal"]
    eve.do("sign", proposal)
    ada.do("publish", proposal, "--to", tmp_path / "www")
    bob.now = ada.now
    bob.do("update", tmp_path / "www" / "federation.passkoop")
    assert bob.documents == ada.documents
    before = snapshot(bob.folder)
    told(bob("update", old), GIVEN, "part d’une version qui a été remplacée")
    told(bob("update", office(tmp_path / "other").file), GIVEN, "d’une autre fédération")
    assert snapshot(bob.folder) == before
    site = snapshot(tmp_path / "www")  # Ève's folder is behind
    told(eve("publish", "--to", tmp_path / "www"), GIVEN, "contient une version plus récente")
    assert snapshot(tmp_path / "www") == site


def test_a_site_is_built_from_what_was_published_without_a_remark(
    ada: Desk, coops: tuple[Coop, Coop], tmp_path: Path
) -> None:
    admit(ada, coops[0])
    source, report = tmp_path / "contenu", Report()
    ada.do("publish", "--to", source / "documents")
    ada.later()
    ada.do("renew")
    ada.do("publish", "--to", source / "documents")
    content, _ = build_site(source, tmp_path / "www", report, now=ada.now)
    assert [entry.name for entry in content.entries] == ["Hendaia Koop"]
    assert len(content.signed) == 3  # a root, the directory, what the co-op says of itself
    assert report.remarks == []


def test_parts_of_the_index_before_stay_one_publication_longer(ada: Desk, tmp_path: Path) -> None:
    site = tmp_path / "www"
    for expected in (2, 3, 3, 3):
        ada.do("publish", "--to", site)
        assert len(list(site.glob("p2p/v1/files/*"))) == expected
        ada.later()
        ada.do("renew")


def test_a_proposal_cannot_give_other_names_to_the_keys_that_one_knows(tmp_path: Path) -> None:
    ada, bob, _ = trio(tmp_path)
    bob.now = ada.now
    proposal = Path(ada.answer("person", "remove", "Ève")["proposal"])
    lie = proposal.read_bytes().replace("dÈve".encode(), b"dMoi!")
    assert lie != proposal.read_bytes()
    bob.do("status")
    names = json.loads((bob.folder / "people.json").read_text("utf-8"))
    assert sorted(names.values()) == ["Ada", "Bob", "Ève"]
    proposal.write_bytes(lie)
    done = bob("sign", proposal)
    assert "Ève (clé" in done.err
    assert "Moi!" not in done.err


def test_two_roots_of_one_version_are_signed_only_with_a_warning(tmp_path: Path) -> None:
    ada, _, _ = trio(tmp_path)
    assert "autre version" not in ada.do("threshold", 1).err
    ada.later()
    assert "autre version n°\u00a0" in ada.do("threshold", 3).err
    ada.later(DAY)
    assert "Proposition faite ici\u202f:" in ada.do("status").err


@pytest.mark.parametrize("name", ["", "x" * 200, "a\nb\x00", "\u202e"])
def test_a_name_that_nobody_could_read_is_refused(tmp_path: Path, name: str) -> None:
    desk = Desk(tmp_path / "fed")
    assert desk("init", "--name", name, "--person", "Ada").code == GIVEN
    assert desk("init", "--name", "Fédération", "--person", name).code == GIVEN
    assert not desk.file.exists()
    assert not list(tmp_path.rglob("*.key"))


@settings(max_examples=200)
@given(st.binary(max_size=200), st.booleans())
def test_whatever_is_handed_in_is_refused_in_words(data: bytes, wrap: bool) -> None:
    start = b"passkoop/proposition/1\n" if wrap else b""
    with pytest.raises(SiteError):
        parse_proposal(start + data, now=NOW)
    start = b"passkoop-demande:" + b64encode(data) if wrap else data
    with pytest.raises(SiteError):
        read_request(start, now=NOW)
    text = f"passkoop-personne:{b64encode(data).decode()}" if wrap else repr(data)
    with pytest.raises(SiteError):
        read_person(text)


def test_what_is_published_says_where_the_co_ops_answer_whoever_of_the_three_publishes(
    tmp_path: Path, coops: tuple[Coop, Coop]
) -> None:
    ada, bob, _ = trio(tmp_path)
    home, host = coops
    home.do("peer", "address", "add", "https://carte.hendaye.example")
    ada.later()
    home = home.later(seconds=30)
    proposal = ada.answer("admit", request(home), "--code", letters(home))["proposal"]
    bob.now = ada.now
    bob.do("sign", proposal)
    bob.do("publish", proposal, "--to", tmp_path / "www")
    host = host.later(seconds=600)
    with WebHost(tmp_path / "www") as web:
        host.do("peer", "follow", bob.fingerprint, "--from", web.address)
        host("peer", "sync")
    assert "https://carte.hendaye.example" in host.do("peer", "relay", "list").out
    bob.later()
    bob.do("remove", "hendaia-koop")  # a proposal: nothing of it is published yet
    bob.do("publish", "--to", tmp_path / "www")


def test_what_is_published_is_a_folder_for_any_web_host(
    ada: Desk, coops: tuple[Coop, Coop], tmp_path: Path
) -> None:
    admit(ada, coops[0])
    site = tmp_path / "www"
    ada.do("publish", "--to", site)
    first = snapshot(site)
    assert {"federation.passkoop", "coops.passkoop", "p2p/v1/changes"} <= first.keys()
    assert first["federation.passkoop"] == ada.file.read_bytes()
    ada.do("publish", "--to", site)
    assert snapshot(site) == first
    assert "rien à publier" in ada("publish").err
