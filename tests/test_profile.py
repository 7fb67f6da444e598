"""What a co-op says of itself: what fits into a descriptor, and what is refused unwritten."""

from pathlib import Path

import pytest
from nacl.signing import SigningKey

from nodes import NOW, Node
from passkoop_node.coops.ourselves import Unfinished
from passkoop_node.coops.profile import BadProfile, Profile
from passkoop_node.core.database import open_database
from passkoop_node.errors import AlreadyANode, NotANode
from passkoop_node.home import Home
from passkoop_node.rooms import FEATURES, open_rooms


@pytest.mark.parametrize(
    ("name", "place", "country", "contact"),
    [
        ("", "Hendaye", "FR", ""),
        ("   ", "Hendaye", "FR", ""),
        ("Koop", "", "FR", ""),
        ("é" * 51, "Hendaye", "FR", ""),
        ("Koop", "é" * 51, "FR", ""),
        ("Koop", "Hendaye", "FR", "é" * 151),
        ("Koop\n", "Hendaye", "FR", ""),
        ("Koop", "Hen\u202edaye", "FR", ""),
        ("Koop\udcff", "Hendaye", "FR", ""),
        ("Koop", "Hendaye", "fr", ""),
        ("Koop", "Hendaye", "FRA", ""),
        ("Koop", "Hendaye", "", ""),
    ],
)
def test_what_a_descriptor_cannot_say_is_refused_and_nothing_is_kept(
    courge: Node, name: str, place: str, country: str, contact: str
) -> None:
    before = courge.rooms.ourselves.profile
    with pytest.raises(BadProfile) as caught:
        courge.rooms.ourselves.set_profile(
            Profile(name=name, place=place, country=country, contact=contact)
        )
    assert caught.value.hint
    assert courge.rooms.ourselves.profile == before
    assert courge.rooms.ourselves.descriptor_is_current()


def test_the_longest_words_that_fit_are_signed_and_read_by_others(
    courge: Node, panier: Node
) -> None:
    longest = Profile(name="é" * 50, place="ç" * 50, country="CH", contact="à" * 150)
    courge.rooms.ourselves.set_profile(longest)
    assert not courge.rooms.ourselves.descriptor_is_current()
    courge.rooms.ourselves.sign_descriptor(courge.ask, now=NOW)
    panier.pair(courge)
    assert panier.take(courge.export()).refused == []
    held = panier.rooms.trust().descriptor(courge.coop)
    assert held is not None
    assert (held.descriptor.name, held.descriptor.contact) == ("é" * 50, "à" * 150)


def test_a_coop_with_a_bad_name_is_not_made_at_all(tmp_path: Path) -> None:
    home = Home(tmp_path / "coop")
    home.create()
    rooms = open_rooms(home, new=True)
    with pytest.raises(BadProfile):
        rooms.ourselves.found(
            SigningKey.generate(), Profile(name="", place="Ici", country="FR"), now=NOW
        )
    assert list(home.keys.iterdir()) == []
    with pytest.raises(Unfinished):
        _ = rooms.ourselves.coop
    rooms.close()


def test_a_coop_whose_making_was_cut_short_says_what_to_do(tmp_path: Path) -> None:
    home = Home(tmp_path / "coop")
    home.create()
    open_database(home.database, [feature.migrations for feature in FEATURES]).close()
    rooms = open_rooms(home)
    with pytest.raises(NotANode, match="coop") as caught:
        rooms.trust()
    assert "passkoop init" in caught.value.hint.replace("\u00a0", " ")
    rooms.close()


def test_keys_without_a_database_are_never_written_over(tmp_path: Path, courge: Node) -> None:
    courge.rooms.close()
    for path in courge.home.path.glob("passkoop.db*"):
        path.unlink()
    keys = {path.name: path.read_bytes() for path in courge.home.keys.iterdir()}
    with pytest.raises(AlreadyANode):
        courge.home.create()
    assert {path.name: path.read_bytes() for path in courge.home.keys.iterdir()} == keys
