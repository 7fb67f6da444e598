"""Bad input, typed: two lines, what happened and what to do, and nothing half-written."""

import os
import shutil
import sqlite3
import sys
from contextlib import closing
from pathlib import Path

import pytest
from PIL import Image

from command import (
    GIVEN,
    UNREACHABLE,
    Coop,
    found,
    members_csv,
    process,
    register,
    snapshot,
    told,
    two_friends,
    two_strangers,
)

on_posix = pytest.mark.skipif(sys.platform == "win32", reason="Windows has other permissions")


@pytest.fixture
def coop(tmp_path: Path) -> Coop:
    return two_strangers(tmp_path)[0]


def test_a_file_that_is_no_export_changes_nothing(coop: Coop, tmp_path: Path) -> None:
    before = register(coop)
    for name, content in {
        "photo.csv": b"\x89PNG\r\n\x1a\n" + bytes(100),
        "letter.csv": "Chère amie,\nnous serons là dimanche.\n".encode(),
        "workbook.csv": b"PK\x03\x04" + bytes(100),
        "empty.csv": b"",
        "titles.csv": b"Nom;E-mail\n",
        "random.csv": bytes(range(256)) * 20,
        "page.csv": b"<!doctype html><p>Nom;Prenom",
    }.items():
        (tmp_path / name).write_bytes(content)
        told(coop("member", "import", tmp_path / name), GIVEN)
    assert register(coop) == before


def test_an_export_in_another_encoding_is_read_with_its_accents(tmp_path: Path) -> None:
    for encoding in ("utf-8", "utf-8-sig", "iso-8859-15", "cp1252", "utf-16"):
        home = found(tmp_path / encoding, "Hendaia Koop")
        (tmp_path / "members.csv").write_bytes(members_csv(10, encoding=encoding))
        home.do("member", "import", tmp_path / "members.csv")
        names = {(one["given_name"], one["family_name"]) for one in register(home)}
        assert ("Maïté", "Durand") in names
        assert ("Élodie", "Œuvrard") in names


def test_accents_that_were_broken_before_are_pointed_out(coop: Coop, tmp_path: Path) -> None:
    broken = "Numéro;Nom;Prénom\n900;Etcheverry;Maïté\n".encode().decode("cp1252")
    (tmp_path / "members.csv").write_text(broken, encoding="utf-8")
    done = coop("member", "import", tmp_path / "members.csv", "--dry-run")
    assert "accents abîmés" in done.err or done.code == GIVEN


def test_a_line_without_a_name_is_left_out_and_named(coop: Coop, tmp_path: Path) -> None:
    (tmp_path / "members.csv").write_text("Numéro;Nom;Prénom\n901;Bidart;Ane\n902;;\n", "utf-8")
    done = coop.do("member", "import", tmp_path / "members.csv")
    assert any("ligne 3" in line and "pas de nom" in line for line in done.said)
    assert coop.do("member", "show", 901, "--json").answer["family_name"] == "Bidart"
    told(coop("member", "show", 902), GIVEN, "902")


def test_two_people_with_one_number_in_a_file_are_one_line_in_error(
    coop: Coop, tmp_path: Path
) -> None:
    lines = "Numéro;Nom;Prénom\n901;Bidart;Ane\n901;Ithurralde;Peio\n"
    (tmp_path / "members.csv").write_text(lines, "utf-8")
    done = coop.do("member", "import", tmp_path / "members.csv", "--json")
    (error,) = [line for line in done.answer["lines"] if line["outcome"] == "error"]
    assert error["line"] == 3
    assert "901" in error["message"]
    assert coop.do("member", "show", 901, "--json").answer["family_name"] == "Bidart"


def test_a_number_that_is_taken_is_not_given_again(coop: Coop) -> None:
    before = register(coop)
    told(coop("member", "add", "--family", "Bidart", "--number", 8), GIVEN, "«\u00a08\u00a0»")
    assert register(coop) == before


def test_a_member_without_a_name_is_not_added(coop: Coop) -> None:
    told(coop("member", "add"), GIVEN, "nom")
    told(coop("member", "add", "--given", "\u200b "), GIVEN, "nom")


def test_a_member_nobody_knows_has_no_card(coop: Coop) -> None:
    for words in (("issue",), ("show",), ("print",), ("revoke",), ("replace",)):
        told(coop("card", *words, "9999"), GIVEN, "9999", "member list")


def test_a_preview_changes_nothing(coop: Coop, tmp_path: Path) -> None:
    before = register(coop)
    (tmp_path / "members.csv").write_bytes(members_csv(60))
    done = coop.do("member", "import", tmp_path / "members.csv", "--dry-run")
    assert "10 à créer" in done.err
    assert register(coop) == before


# Pictures


def test_a_picture_without_a_code_says_how_to_take_a_better_one(coop: Coop, tmp_path: Path) -> None:
    Image.new("RGB", (400, 300), "white").save(tmp_path / "wall.png")
    told(coop("verify", tmp_path / "wall.png"), GIVEN, "aucun code", "lumière")


def test_what_is_no_picture_is_no_card_either(coop: Coop, tmp_path: Path) -> None:
    for name, content in {
        "note.png": b"Bonjour",
        "cut.png": b"\x89PNG\r\n\x1a\n\x00\x00",
        "cut.jpg": b"\xff\xd8\xff\xe0",
        "cut.pdf": b"%PDF-1.7\n%cut off",
        "drawing.svg": b"<svg xmlns='http://www.w3.org/2000/svg'/>",
    }.items():
        (tmp_path / name).write_bytes(content)
        told(coop("verify", tmp_path / name), GIVEN, "image")


def test_a_mistyped_name_of_a_picture_is_a_missing_file_not_a_bad_card(coop: Coop) -> None:
    told(coop("verify", "cartes/carte-8.png"), GIVEN, "n’existe pas")
    told(coop("verify", "carte-8.PDF"), GIVEN, "n’existe pas")


def test_a_picture_of_a_gigabyte_is_not_read(coop: Coop, tmp_path: Path) -> None:
    with (tmp_path / "film.png").open("wb") as film:
        film.truncate(1_000_000_000)
    told(coop("verify", tmp_path / "film.png"), GIVEN, "20\u00a0Mo")


# Files of other co-ops


def test_the_file_of_a_coop_that_is_not_paired_is_left_alone(tmp_path: Path) -> None:
    home, host = two_strangers(tmp_path)
    before = host.do("peer", "export").raw
    told(home.tell(host), GIVEN, "pas jumelée", "peer add")
    assert host.do("peer", "export").raw == before


@pytest.mark.parametrize("damage", ["cut", "one bit", "another file", "nothing"])
def test_a_damaged_file_of_another_coop_changes_nothing(damage: str, tmp_path: Path) -> None:
    home, host = two_friends(tmp_path)
    home.later().do("card", "revoke", 8)
    home.later().do("peer", "export", "-o", tmp_path / "news")
    data = bytearray((tmp_path / "news").read_bytes())
    if damage == "cut":
        del data[-20:]
    elif damage == "one bit":
        data[len(data) // 2] ^= 1
    else:
        data = bytearray(members_csv(3) if damage == "another file" else b"")
    (tmp_path / "news").write_bytes(data)
    before = host.do("peer", "export").raw
    done = host.later()("peer", "import", tmp_path / "news")
    if damage == "one bit":  # each document stands for itself: the others may be taken
        assert "de côté" in done.err or done.code == GIVEN
    else:
        told(done, GIVEN, "abîmé")
        assert host.do("peer", "export").raw == before


def test_a_pairing_code_with_a_wrong_letter_says_in_which_group(tmp_path: Path) -> None:
    home, host = two_strangers(tmp_path)
    code = home.code
    wrong = code[:7] + ("A" if code[7] != "A" else "B") + code[8:]
    told(host("peer", "add", wrong), GIVEN, "groupe n°\u00a02")
    told(host("peer", "add", code[:-1]), GIVEN, "quatre groupes")
    told(host("peer", "add", host.code), GIVEN, "propre coop")
    assert host.do("peer", "list", "--json").answers == []


def test_what_is_no_backup_is_not_restored(coop: Coop, tmp_path: Path) -> None:
    coop.do("backup", tmp_path / "backup")
    data = (tmp_path / "backup").read_bytes()
    (tmp_path / "cut").write_bytes(data[: len(data) // 2])
    (tmp_path / "letter").write_bytes(b"Bonjour")
    again = Coop(tmp_path / "again")
    for name in ("cut", "letter", "missing"):
        told(again("restore", tmp_path / name), GIVEN)
        assert not again.home.exists() or snapshot(again.home) == {}


# The folder, the database, the keys


def test_a_folder_without_a_coop_is_said_so(tmp_path: Path) -> None:
    told(Coop(tmp_path / "nowhere")("member", "list"), UNREACHABLE, "n’existe pas", "--home")
    (tmp_path / "photos").mkdir()
    told(Coop(tmp_path / "photos")("member", "list"), UNREACHABLE, "ne contient pas")
    assert list((tmp_path / "photos").iterdir()) == []


def test_a_coop_is_not_made_over_another(coop: Coop) -> None:
    before = snapshot(coop.home)
    again = coop("init", "--name", "Autre", "--place", "Irun", "--country", "ES")
    told(again, GIVEN, "contient déjà une coop")
    assert snapshot(coop.home) == before


def test_a_sheet_that_was_left_in_a_folder_is_never_written_over(tmp_path: Path) -> None:
    home = tmp_path / "a"
    home.mkdir()
    (home / "fiche-de-secours.pdf").write_bytes(b"the only copy")
    told(Coop(home)("init", "--name", "A", "--place", "B"), GIVEN)
    assert snapshot(home) == {"fiche-de-secours.pdf": b"the only copy"}


@pytest.mark.parametrize(
    "words",
    [
        ("--name", "N" * 300, "--place", "Hendaye"),
        ("--name", "Hendaia", "--place", "Hendaye", "--country", "France"),
        ("--name", " ", "--place", "Hendaye"),
        ("--name", "Hendaia"),
    ],
    ids=["a long name", "a country in full", "a blank name", "no place"],
)
def test_a_coop_that_cannot_be_made_leaves_no_folder(
    words: tuple[str, ...], tmp_path: Path
) -> None:
    told(Coop(tmp_path / "a")("init", *words), GIVEN)
    assert not (tmp_path / "a").exists()


def test_a_database_of_a_newer_version_is_not_touched(coop: Coop) -> None:
    with closing(sqlite3.connect(coop.home / "passkoop.db")) as db:
        db.execute(
            "insert into _sqlite_migrations (migration_set, name, applied_at)"
            " values ('cards', 'of_the_year_2040', '2040-01-01')"
        )
        db.commit()
    before = snapshot(coop.home)
    for words in (("member", "list"), ("card", "revoke", "8"), ("doctor",), ("verify", "x")):
        told(coop(*words), UNREACHABLE, "plus récente", "Mettez passkoop à jour")
    assert snapshot(coop.home) == before


def test_a_database_that_is_none_is_not_touched(coop: Coop) -> None:
    (coop.home / "passkoop.db").write_bytes(b"Bonjour" * 1000)
    told(coop("member", "list"), UNREACHABLE, "restore")
    assert (coop.home / "passkoop.db").read_bytes() == b"Bonjour" * 1000


@on_posix
@pytest.mark.parametrize(
    ("key", "words"),
    [
        ("identity.key", ("key", "rotate")),
        ("issuing-*.key", ("card", "revoke", "8")),
        ("issuing-*.key", ("card", "replace", "8")),
        ("issuing-*.key", ("backup",)),
    ],
)
def test_a_key_that_others_may_read_is_not_used(
    key: str, words: tuple[str, ...], coop: Coop
) -> None:
    (path,) = (coop.home / "keys").glob(key)
    before = state(coop)
    path.chmod(0o644)
    told(coop(*words), GIVEN, str(path), "chmod 600")
    path.chmod(0o600)
    assert state(coop) == before


def state(coop: Coop) -> list[object]:
    """Return what the register says of a member's cards and of the keys, and its backups."""
    cards = coop.do("card", "show", 8, "--json").answers
    keys = coop.do("key", "list", "--json").answers
    return [*cards, *keys, coop.verify(cards[0]["text"]), *(coop.home / "backups").iterdir()]


@on_posix
def test_doctor_finds_open_permissions_and_says_how_to_close_them(coop: Coop) -> None:
    (key,) = (coop.home / "keys").glob("issuing-*.key")
    key.chmod(0o640)
    done = coop("doctor", "--json")
    assert done.code == 1
    findings = {one["code"]: one for one in done.answers}
    assert findings["permissions"]["level"] == "bad"
    assert str(key) in findings["permissions"]["says"]
    assert "chmod" in findings["permissions"]["to_do"]
    (coop.home / "keys" / "identity.key").chmod(0o644)
    assert coop("doctor", "--json").code == 1
    coop.do("key", "list")


@on_posix
def test_somebody_else_s_folder_is_said_to_be_closed(coop: Coop) -> None:
    nobody = 65534 if os.geteuid() == 0 else None  # root goes everywhere
    coop.home.chmod(0)
    try:
        done = process("--home", coop.home, "member", "list", user=nobody)
    except PermissionError:
        pytest.skip("on this machine nobody else may run Python")
    finally:
        coop.home.chmod(0o700)
    if "ModuleNotFoundError" in done.err:
        pytest.skip("on this machine nobody else may read the program")
    told(done, UNREACHABLE, "accès", str(coop.home))


# Where files go


def test_a_file_in_a_folder_that_does_not_exist_is_not_written(coop: Coop, tmp_path: Path) -> None:
    for words in (
        ("peer", "export", "-o", tmp_path / "no" / "file"),
        ("backup", tmp_path / "no" / "file"),
        ("card", "print", "--all", "-o", tmp_path / "no" / "file"),
    ):
        told(coop(*words), GIVEN, "n’existe pas", "créez ce dossier")


def test_a_folder_is_no_file(coop: Coop, tmp_path: Path) -> None:
    told(coop("member", "import", tmp_path), GIVEN, "est un dossier")
    told(coop("verify", tmp_path), GIVEN, "est un dossier")
    told(coop("peer", "import", tmp_path), GIVEN, "est un dossier")
    (tmp_path / "file").write_bytes(b"")
    told(coop("card", "issue", "--all", "--out", tmp_path / "file"), GIVEN, "est un fichier")


def test_a_missing_folder_of_backups_is_no_accident(coop: Coop) -> None:
    shutil.rmtree(coop.home / "backups")
    done = coop("backup")
    assert done.code == 0 or len(done.said) == 2
