"""The settings' pages of the co-op's own keys, and of what it says of itself."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from passkoop_node.core import guard
from passkoop_node.core.accounts import Role
from passkoop_node.core.keyring import IdentityState
from passkoop_node.core.recovery import words_of
from passkoop_node.core.switches import SWITCHES
from passkoop_node.identity.custody_pages import AWAY, BACK, SEAL
from passkoop_node.identity.declaring import COOP
from passkoop_node.identity.keys import KEYS
from passkoop_protocol.descriptor import Descriptor, KeyState
from relaying import Coop
from serving import Answer, Client, make_coop

PHRASE = "carotte velo lundi pluie"


@pytest.fixture
def hendaye(tmp_path: Path) -> Iterator[Coop]:
    coop = Coop.of(make_coop(tmp_path / "hendaye", name="Hendaia Koop"))
    coop.start()
    coop.app[guard.STRANGERS].tries = 10_000
    yield coop
    coop.stop()


@pytest.fixture
def nico(hendaye: Coop) -> Client:
    return hendaye.administrator()


def kids(coop: Coop) -> dict[str, KeyState]:
    return {one.kid.hex(): one.state for one in coop.run(coop.rooms.coops.issuing_keys)}


def state(coop: Coop) -> IdentityState:
    return coop.run(coop.rooms.keyring.identity_state)


def published(coop: Coop) -> Descriptor:
    def look() -> Descriptor:
        held = coop.rooms.live.get().descriptor(coop.rooms.ourselves.coop)
        assert held is not None
        return held.descriptor

    return coop.run(look)


def words(coop: Coop) -> tuple[str, ...]:
    """Return what stands on the recovery sheet."""
    return words_of(coop.run(coop.node.ask))


def take_away(nico: Client, sheet: tuple[str, ...], **more: str) -> Answer:
    """Answer with the words that the page asks for."""
    page = nico.get(AWAY).text
    places = [int(one) for one in re.findall(r'name="rang." value="(\d+)"', page)]
    given = {f"mot{n}": sheet[place - 1] for n, place in enumerate(places, 1)}
    asked = {f"rang{n}": str(place) for n, place in enumerate(places, 1)}
    return nico.post(AWAY, asked | given | more)


def audited(coop: Coop) -> list[str]:
    return [one.action for one in coop.run(coop.rooms.audit.entries)]


def test_countries_stand_as_in_a_dictionary_after_those_of_the_network(nico: Client) -> None:
    page = nico.get(COOP).text
    codes = re.findall(r'<option value="([A-Z]{2})"', page)
    assert codes[0] == "FR"
    assert codes.index("BJ") < codes.index("BR") < codes.index("BN")  # Bénin, Brésil, Brunei
    assert codes.index("EG") < codes.index("ER")  # Égypte, Érythrée: not after Zimbabwe


# --- the keys that sign cards ---


def test_a_new_key_signs_and_the_cards_of_the_old_one_stay_good(
    hendaye: Coop, nico: Client
) -> None:
    card = hendaye.issue("Maïté Etcheverry")
    (first,) = kids(hendaye)
    assert "1 carte" in nico.get(KEYS).words
    assert nico.post(f"{KEYS}/nouvelle").goes_to == KEYS
    states = kids(hendaye)
    assert states.pop(first) is KeyState.RETIRED
    assert list(states.values()) == [KeyState.ACTIVE]
    shown = nico.get(KEYS).words
    assert "Au repos : ses cartes restent bonnes depuis le 22 novembre 2026" in shown
    assert hendaye.codes(card) == []
    assert audited(hendaye)[0] == "key.rotate"


def test_a_key_that_signed_no_card_is_withdrawn_without_a_word_of_cards(
    hendaye: Coop, nico: Client
) -> None:
    (one,) = kids(hendaye)
    assert "Aucune carte n’est à refaire" in nico.get(f"{KEYS}/{one}/retirer").words
    assert "0 carte" not in nico.get(f"{KEYS}/{one}/retirer/confirmer").words
    done = nico.post(f"{KEYS}/{one}/retirer/confirmer", {"sur": "oui"})
    assert done.goes_to == KEYS
    assert "Aucune carte n’est à refaire" in nico.get(KEYS).words


def test_a_key_is_withdrawn_after_asking_twice(hendaye: Coop, nico: Client) -> None:
    card = hendaye.issue("Maïté Etcheverry")
    (first,) = kids(hendaye)
    one = f"{KEYS}/{first}/retirer"
    assert "1 carte sera à refaire" in nico.get(one).words
    assert "pour de bon" in nico.get(f"{one}/confirmer").words
    refused = nico.post(f"{one}/confirmer")
    assert refused.status == 422
    assert "Cochez cette case" in refused.words
    assert kids(hendaye) == {first: KeyState.ACTIVE}
    assert nico.post(f"{one}/confirmer", {"sur": "oui"}).goes_to == "/bureau/cartes"
    assert kids(hendaye)[first] is KeyState.WITHDRAWN
    assert KeyState.ACTIVE in kids(hendaye).values()
    assert hendaye.codes(card) == ["key_withdrawn"]
    assert nico.post(f"{one}/confirmer", {"sur": "oui"}).status == 404  # pressed twice
    assert nico.get(f"{KEYS}/0000000000000000/retirer").status == 404
    assert audited(hendaye).count("key.withdraw") == 1


def test_the_identity_key_goes_under_a_passphrase_which_then_is_asked_for(
    hendaye: Coop, nico: Client
) -> None:
    assert "sans phrase de passe" in nico.get(KEYS).words
    for form, said in (
        ({}, "Choisissez une phrase"),
        ({"nouvelle": "court", "encore": "court"}, "Plus longue"),
        ({"nouvelle": PHRASE, "encore": PHRASE + "s"}, "pas les mêmes"),
    ):
        answer = nico.post(SEAL, form)
        assert (answer.status, said in answer.words) == (422, True), answer.words
        assert PHRASE not in answer.text
    assert nico.post(SEAL, {"nouvelle": PHRASE, "encore": PHRASE}).goes_to == KEYS
    assert state(hendaye) is IdentityState.SEALED
    assert "sous phrase de passe" in nico.get(KEYS).words
    (first,) = kids(hendaye)
    for path, form in (
        (f"{KEYS}/nouvelle", {}),
        (f"{KEYS}/{first}/retirer/confirmer", {"sur": "oui"}),
        (COOP, {"nom": "Hendaia Koop", "lieu": "Hendaye", "pays": "FR"}),
    ):
        missing = nico.post(path, form)
        assert missing.status == 422
        assert "Tapez la phrase de passe" in missing.words
    wrong = nico.post(f"{KEYS}/nouvelle", {"phrase": "secret à ne pas montrer"})
    assert wrong.status == 422
    assert "ouvre pas la clé" in wrong.words
    assert "secret à ne pas montrer" not in wrong.text
    assert kids(hendaye) == {first: KeyState.ACTIVE}
    assert nico.post(f"{KEYS}/nouvelle", {"phrase": PHRASE}).goes_to == KEYS
    assert kids(hendaye)[first] is KeyState.RETIRED


# --- the identity key ---


def test_the_identity_key_is_taken_away_by_two_words_of_the_sheet_and_brought_back_by_all(
    hendaye: Coop, nico: Client
) -> None:
    sheet = words(hendaye)
    wrong = take_away(nico, tuple(reversed(sheet)))
    assert wrong.status == 422
    assert "pas ce mot-là" in wrong.words
    assert not any(f'value="{word}"' in wrong.text for word in sheet)
    assert state(hendaye) is IdentityState.OPEN
    assert take_away(nico, tuple(word.upper() for word in sheet)).goes_to == KEYS
    assert state(hendaye) is IdentityState.AWAY
    assert "Ailleurs" in nico.get(KEYS).words
    # Cards go on without it; what it has to sign does not.
    assert hendaye.codes(hendaye.issue("Maïté Etcheverry")) == []
    (first,) = kids(hendaye)
    for path in (f"{KEYS}/nouvelle", f"{KEYS}/{first}/retirer/confirmer", SEAL, AWAY):
        page = nico.get(path)
        assert page.status == 200
        assert "n’est pas sur cette machine" in page.words or "déjà plus" in page.words
    assert nico.post(f"{KEYS}/nouvelle").status == 422
    assert kids(hendaye) == {first: KeyState.ACTIVE}
    # Other words, and those of another co-op.
    swapped = " ".join((sheet[1], sheet[0], *sheet[2:]))
    for given, said in (
        ("", "Tapez les 24 mots"),
        (" ".join(sheet[:23]), "en voici 23"),
        (" ".join((*sheet[:4], "zzz", *sheet[5:])), "Le mot n° 5"),
        (swapped, "échangés"),
        ("abaisser " * 23 + "abeille", "pas le bon"),
    ):
        answer = nico.post(BACK, {"mots": given})
        assert answer.status == 422
        assert said in answer.words or "autre coop" in answer.words
        assert "></textarea>" in answer.text
    assert state(hendaye) is IdentityState.AWAY
    moved = {"nom": "Hendaia Koop", "lieu": "Irun", "pays": "ES"}
    assert "sera signée" in nico.get(nico.post(COOP, moved).goes_to).words
    assert not hendaye.run(hendaye.rooms.ourselves.descriptor_is_current)
    form = {"mots": " ".join(sheet), "nouvelle": PHRASE, "encore": PHRASE}
    assert nico.post(BACK, form).goes_to == KEYS
    assert hendaye.run(hendaye.rooms.ourselves.descriptor_is_current)  # as was promised
    assert state(hendaye) is IdentityState.SEALED
    assert [one for one in audited(hendaye) if one.startswith("key.")][::-1] == [
        "key.away",
        "key.back",
    ]
    entries = hendaye.run(hendaye.rooms.audit.entries)
    secrets = (" ".join(sheet[:3]), PHRASE)
    assert not any(secret in str(one) for one in entries for secret in secrets)


def test_the_identity_key_of_another_coop_is_not_taken(
    hendaye: Coop, nico: Client, tmp_path: Path
) -> None:
    other = Coop.of(make_coop(tmp_path / "lyon", name="Lyon"))
    other.start()
    theirs = " ".join(words(other))
    other.stop()
    answer = nico.post(BACK, {"mots": theirs})
    assert answer.status == 422
    assert "celle d’une autre coop" in answer.words
    hendaye.run(hendaye.node.ask)  # ours is still there


def test_the_key_stays_while_the_sheet_lies_on_this_machine(hendaye: Coop, nico: Client) -> None:
    hendaye.home.sheet.write_bytes(b"%PDF")
    sheet = words(hendaye)
    assert "effacez le fichier" in nico.get(AWAY).words
    form = {"rang1": "1", "rang2": "2", "mot1": sheet[0], "mot2": sheet[1]}
    answer = nico.post(AWAY, form)
    assert answer.status == 422
    assert state(hendaye) is IdentityState.OPEN


# --- what the co-op says of itself ---


def test_what_the_coop_says_of_itself_is_signed_anew(hendaye: Coop, nico: Client) -> None:
    form = {
        "nom": " Hendaia  Kooperatiba ",
        "lieu": "Hendaye",
        "pays": "FR",
        "contact": "bonjour@hendaia.example",
        "forme": "SCIC",
        "adresses": "https://carte.hendaia.example/\nhttps://deux.example",
    }
    before = published(hendaye)
    hendaye.now += 60
    assert nico.post(COOP, form).goes_to == COOP
    said = published(hendaye)
    assert (said.name, said.place, said.contact, said.form) == (
        "Hendaia Kooperatiba",
        "Hendaye",
        "bonjour@hendaia.example",
        "SCIC",
    )
    assert said.addresses == ("https://carte.hendaia.example", "https://deux.example")
    assert said.issued_at > before.issued_at
    page = nico.get(COOP)
    assert "Hendaia Kooperatiba" in page.text.partition("<header")[2].partition("</header>")[0]
    assert "SCIC" in page.text
    assert audited(hendaye)[0] == "coop.declare"


def test_a_refused_form_keeps_what_was_typed_and_changes_nothing(
    hendaye: Coop, nico: Client
) -> None:
    good = {"nom": "Hendaia", "lieu": "Hendaye", "pays": "FR", "adresses": ""}
    before = published(hendaye)
    for change, said in (
        ({"nom": ""}, "Écrivez quelque chose"),
        ({"nom": "é" * 60}, "une lettre accentuée compte double"),
        ({"lieu": "Hen\u202edaye"}, "invisibles"),
        ({"pays": "XX"}, "Choisissez"),
        ({"contact": "x" * 301}, "trop long"),
        ({"adresses": "carte.hendaia.example"}, "https:// devant"),
        ({"adresses": "\n".join(f"https://{n}.example" for n in range(9))}, "8 adresses au plus"),
    ):
        answer = nico.post(COOP, good | {"forme": "SCIC à capital variable"} | change)
        assert answer.status == 422, change
        assert said in answer.words
        assert "SCIC à capital variable" in answer.text
    assert published(hendaye) == before
    assert "Hendaia Koop" in nico.get(COOP).text


def test_while_the_identity_key_is_away_the_settings_wait_for_it(
    hendaye: Coop, nico: Client
) -> None:
    sheet = words(hendaye)
    take_away(nico, sheet)
    form = {"nom": "Hendaia", "lieu": "Hendaye", "pays": "FR"}
    assert nico.post(COOP, form).goes_to == COOP
    assert "sera signée quand la clé" in nico.get(COOP).words
    assert published(hendaye).name == "Hendaia Koop"
    nico.post(BACK, {"mots": " ".join(sheet)})
    assert published(hendaye).name == "Hendaia"
    hendaye.run(hendaye.rooms.ourselves.set_addresses, ["https://carte.exemple.example"])
    assert "enregistrez pour la signer" in nico.get(COOP).words
    nico.post(COOP, form)
    assert published(hendaye).addresses == ()


def test_a_coop_that_catches_up_declares_nothing(hendaye: Coop, nico: Client) -> None:
    hendaye.run(hendaye.rooms.ourselves.begin_catching_up)
    form = {"nom": "Hendaia", "lieu": "Hendaye", "pays": "FR"}
    for path, sent in ((COOP, form), (f"{KEYS}/nouvelle", {})):
        answer = nico.post(path, sent)
        assert answer.status == 422
        assert "restaurée" in answer.words
    assert "restaurée" in nico.get(KEYS).words
    assert hendaye.run(lambda: hendaye.rooms.ourselves.profile).name == "Hendaia Koop"


# --- what it uses ---


def test_what_is_switched_off_is_nowhere_and_comes_back_as_it_was(
    hendaye: Coop, nico: Client
) -> None:
    api = {"Content-Type": "application/json"}
    assert "Les 20 %" in nico.get("/bureau").words
    assert nico.ask("POST", "/api/v1/verify", b"{}", api).status == 401
    assert nico.post(f"{COOP}/fonctions").goes_to == COOP  # nothing is ticked
    for _ in range(2):
        assert nico.get("/bureau/vingt").status == 404
        assert nico.post("/bureau/vingt").status == 404
        assert nico.ask("POST", "/api/v1/verify", b"{}", api).status == 404
        assert nico.get("/reglages/logiciels").status == 404
        assert "Les 20 %" not in nico.get("/bureau").words
        assert "/bureau/vingt" not in nico.get("/bureau/visites").text
        assert nico.get("/bureau/visites").status == 200
        # And so it is after a restart.
        switches = hendaye.app[SWITCHES]
        switches.off = ()
        hendaye.run(switches.load, hendaye.rooms.settings)
    nico.post(f"{COOP}/fonctions", {"visits.twenty": "oui", "api": "oui"})
    assert nico.get("/bureau/vingt").status == 200
    assert nico.ask("POST", "/api/v1/verify", b"{}", api).status == 401
    assert audited(hendaye)[:2] == ["house.switch", "house.switch"]
    nico.post(f"{COOP}/fonctions", {"visits.twenty": "oui", "api": "oui"})
    assert audited(hendaye).count("house.switch") == 2  # nothing changed


def test_these_pages_are_the_administrations_alone(hendaye: Coop) -> None:
    office = hendaye.entered("Bruno", Role.OFFICE)
    (first,) = kids(hendaye)
    for path in (KEYS, COOP, AWAY, BACK, SEAL, f"{KEYS}/nouvelle", f"{KEYS}/{first}/retirer"):
        assert office.get(path).status == 403
        assert Client(hendaye).get(path).status == 303
    sent = (f"{KEYS}/nouvelle", f"{KEYS}/{first}/retirer/confirmer", f"{COOP}/fonctions")
    for path in (COOP, AWAY, BACK, SEAL, *sent):
        assert office.post(path).status == 403
