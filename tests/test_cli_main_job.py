"""The main job, typed: a member of one co-op is verified in another."""

import json
import re
from pathlib import Path

import pytest
from PIL import Image

from command import Coop, found, members_csv, two_friends, two_strangers
from passkoop_protocol import keyboards
from passkoop_protocol.qr import qr_png
from passkoop_protocol.text import decode_text, encode_text

WELCOME: tuple[str, list[str], str] = ("welcome", [], "Maïté Durand")  # member 8 of the list


@pytest.fixture
def friends(tmp_path: Path) -> tuple[Coop, Coop]:
    return two_friends(tmp_path)


# From the first command to a welcome


def test_a_member_of_one_coop_is_welcomed_in_another_then_refused_once_revoked(
    tmp_path: Path,
) -> None:
    home, host = found(tmp_path / "a", "Hendaia Koop"), found(tmp_path / "b", "Les Bottes")
    (tmp_path / "members.csv").write_bytes(members_csv(50))
    home.do("member", "import", tmp_path / "members.csv")
    home.do("card", "issue", "--all", "--out", tmp_path / "cards")
    card = tmp_path / "cards" / "carte-8-maite-durand.png"
    assert host.verify(card) == ("unverified", ["unknown_issuer"], "")
    home.do("peer", "export", "-o", tmp_path / "a.passkoop")
    host.do("peer", "add", home.code)
    host.do("peer", "import", tmp_path / "a.passkoop")
    answer = host.do("verify", card, "--json").answer
    assert answer["outcome"] == "welcome"
    assert answer["holder"]["name"] == "Maïté Durand"
    assert answer["holder"]["coop"] == "Hendaia Koop"
    home.later().do("card", "revoke", 8)
    home.later().tell(host.later())
    assert host.later().verify(card) == ("refused", ["revoked"], "Maïté Durand")


def test_each_card_is_written_as_a_png_and_an_svg(tmp_path: Path) -> None:
    home, _ = two_strangers(tmp_path)
    home.do("card", "issue", "--all", "--out", tmp_path / "cards")
    names = [path.name for path in (tmp_path / "cards").iterdir()]
    assert len([name for name in names if name.endswith(".png")]) == 50
    assert {name[:-4] for name in names if name.endswith(".png")} == {
        name[:-4] for name in names if name.endswith(".svg")
    }


def test_who_has_a_card_gets_no_second_one(tmp_path: Path) -> None:
    home, _ = two_strangers(tmp_path)
    before = home.card_text(8)
    assert home.do("card", "issue", "--all").said == ["Chaque membre a déjà sa carte."]
    assert home.card_text(8) == before
    again = home("card", "issue", 8)
    assert again.code == 2
    assert "a déjà une carte" in again.said[0]


def test_who_lost_the_right_to_a_card_gets_a_new_one_only_by_name(tmp_path: Path) -> None:
    home, _ = two_strangers(tmp_path)
    home.do("card", "revoke", 8, "--reason", "départ")
    said = " ".join(home.do("card", "issue", "--all").said)
    assert "1 membre dont la carte a été annulée (n°\u00a08)" in said
    assert home.do("card", "show", 8, "--json").answers[0]["state"] == "revoked"
    home.do("card", "issue", 8)
    assert home.do("card", "show", 8, "--json").answers[0]["state"] == "valid"


def test_the_file_for_other_coops_says_nothing_of_the_members(friends: tuple[Coop, Coop]) -> None:
    home, _ = friends
    exported = home.do("peer", "export").raw
    assert b"Hendaia Koop" in exported
    for secret in ("Maïté", "Durand", "exemple.fr"):
        assert secret.encode() not in exported


# What a card means, and the exit code that says so


def test_a_card_of_a_friendly_coop_is_welcomed(friends: tuple[Coop, Coop]) -> None:
    home, host = friends
    assert host.verify(home.card_text(8)) == WELCOME


def test_a_card_is_welcomed_at_home(friends: tuple[Coop, Coop]) -> None:
    home, _ = friends
    assert home.verify(home.card_text(8)) == WELCOME


def test_nothing_of_a_card_is_shown_before_the_coops_are_paired(tmp_path: Path) -> None:
    home, host = two_strangers(tmp_path)
    done = host("verify", home.card_text(8), "--json")
    assert done.code == 3
    assert done.answer == {"outcome": "unverified", "reasons": [{"code": "unknown_issuer"}]}
    shown = host("verify", home.card_text(8))
    assert "Durand" not in shown.out
    assert "Hendaia" not in shown.out


def test_a_suspended_card_is_refused_until_it_is_resumed(friends: tuple[Coop, Coop]) -> None:
    home, host = friends
    card = home.card_text(8)
    home.later().do("card", "suspend", 8, "--reason", "cotisation")
    home.later().tell(host.later())
    assert host.later().verify(card) == ("refused", ["suspended"], "Maïté Durand")
    home.later(days=1).do("card", "resume", 8)
    home.later(days=1).tell(host.later(days=1))
    assert host.later(days=1).verify(card) == WELCOME


def test_a_replaced_card_is_refused_and_the_new_one_welcomed(friends: tuple[Coop, Coop]) -> None:
    home, host = friends
    lost = home.card_text(8)
    home.later().do("card", "replace", 8, "--reason", "perdue")
    home.later().tell(host.later())
    assert host.later().verify(lost)[:2] == ("refused", ["revoked"])
    assert host.later().verify(home.card_text(8)) == WELCOME


def test_a_card_is_refused_once_it_has_expired(friends: tuple[Coop, Coop]) -> None:
    home, host = friends
    home.do("card", "replace", 8, "--days", 30)
    home.tell(host)
    outcome, codes, _ = host.later(days=32).verify(home.card_text(8))
    assert (outcome, codes[0]) == ("refused", "expired")
    assert "décembre" in host.later(days=32)("verify", home.card_text(8)).out


def test_lists_older_than_ten_days_are_a_remark(friends: tuple[Coop, Coop]) -> None:
    home, host = friends
    assert host.later(days=9).verify(home.card_text(8)) == WELCOME
    assert host.later(days=11).verify(home.card_text(8)) == ("remark", ["old_list"], "Maïté Durand")


def test_a_pairing_undone_makes_strangers_of_the_coops(friends: tuple[Coop, Coop]) -> None:
    home, host = friends
    host.do("peer", "remove", home.code)
    assert host.verify(home.card_text(8)) == ("unverified", ["unknown_issuer"], "")
    assert host("peer", "remove", home.code).code == 2


@pytest.mark.parametrize("place", [10, 60, -1])
def test_a_card_with_one_bit_changed_is_never_welcomed(
    place: int, friends: tuple[Coop, Coop], tmp_path: Path
) -> None:
    home, host = friends
    data = bytearray(decode_text(home.card_text(8)))
    data[place] ^= 1
    (tmp_path / "fake.png").write_bytes(qr_png(encode_text(bytes(data))))
    outcome, _, name = host.verify(tmp_path / "fake.png")
    assert outcome in ("refused", "unverified")
    assert name == ""


def test_a_verdict_is_one_word_a_name_a_coop_and_what_to_do(friends: tuple[Coop, Coop]) -> None:
    home, host = friends
    welcome = host("verify", home.card_text(8))
    assert welcome.out.splitlines()[:3] == [
        "Bienvenue",
        "Maïté Durand (membre)",
        "Hendaia Koop, Hendaye",
    ]
    home.later().do("card", "revoke", 8)
    refused = home.later()("verify", home.card_text(8)).out.splitlines()
    assert refused[0] == "Carte refusée"
    assert any("demandez la nouvelle carte" in line for line in refused)


# Read by all kinds of readers


def typed_by_a_reader(text: str, layout: str, *, caps_lock: bool) -> str:
    """Return what arrives of `text`; of a dead key nothing does."""
    arrived = ""
    for character in text:
        try:
            arrived += keyboards.typed(character, layout, caps_lock=caps_lock)
        except ValueError:
            assert character not in text.rpartition("#")[2]
    return arrived


@pytest.mark.parametrize("caps_lock", [False, True], ids=["", "caps lock"])
@pytest.mark.parametrize("layout", keyboards.LAYOUTS)
def test_a_card_typed_by_a_reader_on_any_keyboard_is_still_read(
    layout: str, caps_lock: bool, friends: tuple[Coop, Coop]
) -> None:
    home, host = friends
    arrived = typed_by_a_reader(home.card_text(8), layout, caps_lock=caps_lock)
    done = host("verify", "-", "--json", typed=f"{arrived}\n")
    assert (done.code, done.answer["outcome"]) == (0, "welcome")
    assert done.answer["holder"]["name"] == "Maïté Durand"


@pytest.mark.parametrize("layout", ["fr", "fr-bepo", "be", "de", "ca"])
def test_so_it_is_where_the_text_is_an_argument(layout: str, friends: tuple[Coop, Coop]) -> None:
    home, host = friends
    arrived = typed_by_a_reader(home.card_text(8), layout, caps_lock=False)
    assert host.verify(arrived) == WELCOME


def test_the_printed_cards_are_all_read_back(friends: tuple[Coop, Coop], tmp_path: Path) -> None:
    home, host = friends
    home.do("card", "print", "--all", "-o", tmp_path / "cards.pdf")
    done = host("verify", tmp_path / "cards.pdf", "--json")
    assert done.code == 0
    assert len(done.answers) == 50
    numbers = {answer["number"] for answer in home.do("member", "list", "--json").answers}
    assert len({json.dumps(answer["holder"]["name"]) for answer in done.answers}) == len(
        {one["name"] for number in numbers for one in cards_of(home, number)}
    )


def cards_of(coop: Coop, number: str) -> list[dict[str, str]]:
    return coop.do("card", "show", number, "--json").answers


def test_a_photo_of_a_card_is_read(friends: tuple[Coop, Coop], tmp_path: Path) -> None:
    home, host = friends
    home.do("card", "show", 8, "--out", tmp_path)
    (png,) = tmp_path.glob("carte-8-*.png")
    with Image.open(png) as picture:
        photo = picture.convert("RGB").rotate(12, expand=True, fillcolor="white")
        photo.save(tmp_path / "photo.jpg", quality=60)
    assert host.verify(tmp_path / "photo.jpg") == WELCOME


# Looking around


def test_the_list_of_members_comes_in_pages_for_people_and_whole_for_programs(
    tmp_path: Path,
) -> None:
    home = found(tmp_path / "a", "Hendaia Koop")
    (tmp_path / "members.csv").write_bytes(members_csv(120))
    home.do("member", "import", tmp_path / "members.csv")
    first = home.do("member", "list")
    assert len(first.out.splitlines()) == 51
    assert first.said == ["120 membres\u202f; la suite avec --page 2."]
    last = home.do("member", "list", "--page", 3)
    assert len(last.out.splitlines()) == 21
    assert last.said == []
    assert len(home.do("member", "list", "--json").answers) == 120
    assert len(home.do("member", "list", "--json", "--limit", 7, "--page", 2).answers) == 7
    found_ones = home.do("member", "list", "--search", "etcheverry maité", "--json").answers
    assert {one["family_name"] for one in found_ones} == {"Etcheverry"}
    assert home.do("member", "list", "--search", "personne de ce nom").said == ["Personne."]


def test_doctor_says_what_is_missing_and_is_content_with_the_rest(tmp_path: Path) -> None:
    home, _ = two_strangers(tmp_path)
    findings = {one["code"]: one for one in home.do("doctor", "--json").answers}
    assert findings["backup"]["level"] == "note"
    assert "passkoop backup" in findings["backup"]["to_do"]
    assert findings["database"]["level"] == "ok"


def test_the_pairing_code_is_all_that_peer_code_prints(tmp_path: Path) -> None:
    home, _ = two_strangers(tmp_path)
    assert re.fullmatch(r"([A-Z2-7]{5}-){3}[A-Z2-7]{5}\n", home.do("peer", "code").out)
