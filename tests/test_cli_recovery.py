"""What happens to cards when a machine, a key or an identity is lost, as one types it."""

from pathlib import Path

import pypdfium2
import pytest

from command import Coop, found, meet, members_csv, snapshot, two_friends
from passkoop_node.core.recovery import words_of
from passkoop_protocol.card import Card, issue_card
from passkoop_protocol.keys import KeyId
from passkoop_protocol.text import encode_text

Friends = tuple[Coop, Coop]


@pytest.fixture
def friends(tmp_path: Path) -> Friends:
    return two_friends(tmp_path)


def places(coop: Coop) -> list[tuple[str, int]]:
    """Return the place of each card that the register knows: its key and its index."""
    cards = [
        card
        for member in coop.do("member", "list", "--json").answers
        for card in coop.do("card", "show", member["number"], "--json").answers
    ]
    return [(card["kid"], card["index"]) for card in cards]


def restored(coop: Coop, folder: Path, backup: Path) -> Coop:
    """Return the co-op of a backup on another machine."""
    again = Coop(folder / "new-machine", now=coop.now)
    again.do("restore", backup)
    return again


# A backup


def test_a_card_revoked_after_the_backup_stays_refused(friends: Friends, tmp_path: Path) -> None:
    home, host = friends
    lost = home.card_text(8)
    home.do("backup", tmp_path / "backup")
    home.later().do("card", "revoke", 8)
    home.later().tell(host.later())
    home, host = restored(home.later(days=1), tmp_path, tmp_path / "backup"), host.later(days=1)
    assert host.tell(home).code == 0
    home.do("restore", "--finish")
    assert home.verify(lost)[:2] == ("refused", ["revoked"])
    home.tell(host)
    assert host.verify(lost)[:2] == ("refused", ["revoked"])
    assert host.verify(home.card_text(9))[0] == "welcome"
    assert home.do("card", "show", 8, "--json").answers[0]["state"] == "revoked"


def test_no_place_is_given_twice_after_a_restore(friends: Friends, tmp_path: Path) -> None:
    home, host = friends
    home.do("backup", tmp_path / "backup")
    # Given after the backup: the restored register knows nothing of them.
    for number in range(1, 20):
        home.later().do("card", "replace", number)
    given = places(home.later())
    home.later().tell(host.later())
    home, host = restored(home.later(days=1), tmp_path, tmp_path / "backup"), host.later(days=1)
    host.tell(home)
    home.do("restore", "--finish")
    home.do("card", "issue", "--all")
    for number in range(20, 40):
        home.do("card", "replace", number)
    new = [place for place in places(home) if place not in given]
    assert len(new) == len(set(new)) == 39
    assert not {kid for kid, _ in new} & {kid for kid, _ in given}


@pytest.mark.parametrize(
    "words",
    [
        ("card", "issue", "--all"),
        ("card", "revoke", "8"),
        ("card", "replace", "8"),
        ("card", "suspend", "8"),
        ("key", "rotate"),
        ("key", "withdraw", "", "--yes"),
    ],
    ids=" ".join,
)
def test_nothing_is_signed_before_a_restored_coop_has_caught_up(
    words: tuple[str, ...], friends: Friends, tmp_path: Path
) -> None:
    home, _ = friends
    kid = home.do("key", "list", "--json").answer["kid"]
    home.do("backup", tmp_path / "backup")
    home = restored(home.later(days=1), tmp_path, tmp_path / "backup")
    before = home.do("peer", "export").raw
    done = home(*[word or kid for word in words])
    assert done.code == 2
    assert len(done.said) == 2
    assert "restore --finish" in done.said[1]
    # It still hands on what it holds, byte for byte.
    assert home.do("peer", "export").raw == before


def test_a_restored_coop_says_what_it_waits_for(friends: Friends, tmp_path: Path) -> None:
    home, host = friends
    home.do("backup", tmp_path / "backup")
    home = restored(home.later(days=1), tmp_path, tmp_path / "backup")
    waiting = home("restore", "--finish")
    assert waiting.code == 2
    assert "--nothing-newer" in waiting.said[1]
    doctor = home("doctor", "--json")
    assert doctor.code == 1
    assert "catching_up" in [one["code"] for one in doctor.answers]
    told = host.later(days=1).tell(home)
    assert any("restore --finish" in line for line in told.said)
    home.do("restore", "--finish")
    assert home("restore", "--finish").code == 2


def test_a_coop_of_which_nobody_knows_anything_newer_goes_on_too(
    friends: Friends, tmp_path: Path
) -> None:
    home, host = friends
    card = home.card_text(8)
    home.do("backup", tmp_path / "backup")
    home = restored(home.later(days=1), tmp_path, tmp_path / "backup")
    home.do("restore", "--finish", "--nothing-newer")
    home.do("card", "replace", 9)
    home.tell(host.later(days=1))
    assert host.later(days=1).verify(card)[0] == "welcome"
    assert host.later(days=1).verify(home.card_text(9))[0] == "welcome"


def test_cards_issued_after_the_backup_are_welcomed_still(tmp_path: Path) -> None:
    # So many that the list had to grow: the restored register alone would sign a shorter one.
    home, host = found(tmp_path / "a", "Hendaia Koop"), found(tmp_path / "b", "Les Bottes")
    (tmp_path / "members.csv").write_bytes(members_csv(1300))
    home.do("member", "import", tmp_path / "members.csv")
    home.do("backup", tmp_path / "backup")
    home = home.later()
    home.do("card", "issue", "--all")
    cards = home.do("card", "issue", "--all", "--json").answers
    farthest = max(cards, key=lambda card: int(card["index"]))
    assert farthest["index"] > 1024
    home.do("card", "revoke", 1)
    meet(home, host.later())
    home, host = restored(home.later(days=1), tmp_path, tmp_path / "backup"), host.later(days=1)
    host.tell(home)
    home.do("restore", "--finish")
    home.tell(host)
    assert host.verify(farthest["text"])[:2] == ("welcome", [])


def test_a_backup_is_put_into_the_co_op_s_own_folder_unless_told_otherwise(
    friends: Friends,
) -> None:
    home, _ = friends
    answer = home.do("backup", "--json").answer
    (file,) = (home.home / "backups").iterdir()
    assert answer == {"file": str(file), "size": file.stat().st_size}


def test_a_backup_is_not_restored_over_another_coop(friends: Friends, tmp_path: Path) -> None:
    home, host = friends
    home.do("backup", tmp_path / "backup")
    before = snapshot(host.home)
    done = host("restore", tmp_path / "backup")
    assert (done.code, len(done.said)) == (2, 2)
    assert snapshot(host.home) == before


# The recovery sheet


def sheet_of(coop: Coop, file: Path) -> Path:
    """Write the words as somebody copies them from the sheet."""
    with coop.rooms() as rooms:
        words = words_of(rooms.keyring.identity_key(lambda: ""))
    file.write_text("\n".join(words).upper(), encoding="utf-8")
    return file


def test_the_sheet_has_all_its_letters(friends: Friends) -> None:
    home, _ = friends
    with pypdfium2.PdfDocument(home.home / "fiche-de-secours.pdf") as document:
        said = document[0].get_textpage().get_text_range()
    # Our letters have no narrow no-break space: it was a box on paper.
    assert "Identifiant de la coop\u2009: " in said


def test_a_coop_comes_back_from_its_24_words(friends: Friends, tmp_path: Path) -> None:
    home, host = friends
    kept, lost = home.card_text(9), home.card_text(8)
    words = sheet_of(home, tmp_path / "words.txt")
    home.do("card", "revoke", 8)
    home.tell(host.later())
    place = ("--place", "Hendaye", "--country", "FR")
    again = Coop(tmp_path / "again", now=home.later(days=1).now)
    again.do("init", "--name", "Hendaia Koop", *place, "--words", words)
    assert again.code == home.code
    assert again("key", "rotate").code == 2
    host = host.later(days=1)
    again.do("peer", "add", host.code)
    host.tell(again)
    again.do("restore", "--finish")
    again.do("member", "add", "--given", "Élodie", "--family", "Nouvelle")
    again.do("card", "issue", "--all")
    assert again.tell(host).code == 0
    assert host.verify(kept)[:2] == ("welcome", [])
    assert host.verify(lost)[:2] == ("refused", ["revoked"])
    assert host.verify(again.card_text(1)) == ("welcome", [], "Élodie Nouvelle")


def test_the_words_may_be_typed(friends: Friends, tmp_path: Path) -> None:
    home, _ = friends
    words = sheet_of(home, tmp_path / "words.txt").read_text(encoding="utf-8")
    again = Coop(tmp_path / "again")
    place = ("--place", "Hendaye", "--country", "FR")
    again.do("init", "--name", "Hendaia Koop", *place, "--words", "-", typed=words)
    assert again.code == home.code


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (lambda words: words[:-1], "24"),
        (lambda words: [*words[:4], "zzz", *words[5:]], "n°\u00a05"),
        (lambda words: [words[1], words[0], *words[2:]], "échangés"),
    ],
    ids=["one is missing", "one is no word", "two are exchanged"],
)
def test_words_that_were_copied_wrongly_make_no_coop(
    change: object, told: str, friends: Friends, tmp_path: Path
) -> None:
    home, _ = friends
    file = sheet_of(home, tmp_path / "words.txt")
    assert callable(change)
    file.write_text("\n".join(change(file.read_text(encoding="utf-8").split())), encoding="utf-8")
    again = Coop(tmp_path / "again")
    done = again("init", "--name", "Hendaia", "--place", "Hendaye", "--words", file)
    assert (done.code, len(done.said)) == (2, 2)
    assert told in done.said[0]
    assert not again.home.exists()


# An issuing key


def test_the_cards_of_a_withdrawn_key_are_refused_and_made_anew_at_once(friends: Friends) -> None:
    home, host = friends
    stolen = home.do("key", "list", "--json").answer["kid"]
    card = home.card_text(8)
    home = home.later()
    withdrawn = home.do("key", "withdraw", stolen[:6], "--json").answer
    assert withdrawn["kid"] == stolen
    assert withdrawn["cards"] == 50
    home.tell(host.later())
    assert host.later().verify(card) == ("refused", ["key_withdrawn"], "")
    assert home.verify(card) == ("refused", ["key_withdrawn"], "")
    assert "à refaire" in home.do("card", "show", 8).out
    assert home.do("card", "issue", "--all").said == ["50 nouvelles cartes."]
    home.tell(host.later())
    assert host.later().verify(home.card_text(8))[0] == "welcome"
    keys = {one["kid"]: one["state"] for one in home.do("key", "list", "--json").answers}
    assert keys == {stolen: "withdrawn", withdrawn["new"]: "active"}


def test_a_withdrawn_key_is_not_withdrawn_again(friends: Friends) -> None:
    home, _ = friends
    kid = home.do("key", "list", "--json").answer["kid"]
    home.do("key", "withdraw", kid)
    again = home.later()("key", "withdraw", kid)
    assert (again.code, len(again.said)) == (2, 2)


def test_the_cards_of_a_retired_key_stay_good(friends: Friends) -> None:
    home, host = friends
    old = home.card_text(8)
    home = home.later()
    home.do("key", "rotate")
    home.do("card", "replace", 9)
    home.tell(host.later())
    assert host.later().verify(old)[0] == "welcome"
    assert host.later().verify(home.card_text(9))[0] == "welcome"
    home.later().do("card", "revoke", 8)
    home.later().tell(host.later(seconds=600))
    assert host.later(seconds=600).verify(old)[:2] == ("refused", ["revoked"])


def test_a_retired_key_signs_no_card_any_more(friends: Friends) -> None:
    home, host = friends
    kid = home.do("key", "list", "--json").answer["kid"]
    home.later().do("key", "rotate")
    home.later().tell(host.later())
    late = home.later(seconds=900).now
    with home.rooms() as rooms:
        key = rooms.keyring.issuing_key(KeyId(bytes.fromhex(kid)))
    forged = Card(
        status_index=1023,
        member_ref=bytes(8),
        holder_name="Personne",
        category=0,
        issued_at=late,
        expires_at=late + 1000,
    )
    text = encode_text(issue_card(forged, key=key))
    assert host.later(seconds=900).verify(text)[:2] == ("refused", ["key_retired"])


# An identity


def test_a_coop_that_lost_its_identity_is_paired_again_and_its_old_cards_are_made_anew(
    friends: Friends, tmp_path: Path
) -> None:
    home, host = friends
    old_card, old_code = home.card_text(8), home.code
    new = found(tmp_path / "new", "Hendaia Koop")
    (tmp_path / "members.csv").write_bytes(members_csv(50))
    new.do("member", "import", tmp_path / "members.csv")
    new.do("card", "issue", "--all")
    host.do("peer", "add", new.code, "--replaces", old_code)
    new.tell(host)
    assert host.verify(old_card)[:2] == ("refused", ["coop_replaced"])
    assert host.verify(new.card_text(8))[0] == "welcome"
    assert len(host.do("peer", "list", "--json").answers) == 1
    # The last word of the people there counts.
    host.do("peer", "add", old_code)
    assert host.verify(old_card)[0] == "welcome"


def test_a_backup_takes_a_folder_and_replaces_no_file_without_being_told(tmp_path: Path) -> None:
    coop = Coop(tmp_path / "coop")
    coop.do("init", "--name", "La Courge", "--place", "Ici", "--country", "FR")
    usb = tmp_path / "usb"
    usb.mkdir()
    coop.do("backup", usb)
    (made,) = usb.iterdir()
    assert made.name.endswith(".passkoop-backup")
    before = made.read_bytes()
    refused = coop.later()("backup", made)
    assert refused.code == 2
    assert "existe déjà" in refused.err
    assert "--replace" in refused.err
    assert made.read_bytes() == before
    coop.later().do("backup", made, "--replace")
    assert made.read_bytes() != before
