"""The till by plain forms, as a browser without JavaScript sends them."""

import re
from collections.abc import Callable, Iterator
from io import BytesIO
from pathlib import Path

import pypdfium2 as pdfium
import pytest

from passkoop_node.core.devices import TillStore
from passkoop_node.core.settings import SettingsStore
from passkoop_node.errors import DiskFull
from passkoop_node.till.desk import ASKS_NAME, COUNTS_AMOUNTS
from passkoop_node.visits.store import VisitStore
from passkoop_node.visits.visit import Kind, Rule
from passkoop_protocol.keyboards import typed
from passkoop_protocol.qr import qr_png, read_qr
from passkoop_protocol.welcome import Policy, Who, Without
from serving import Answer, Client
from tilling import DAY, Till, photo_form


@pytest.fixture
def open_till(tmp_path: Path) -> Iterator[Callable[[Policy], Till]]:
    """Return a function that opens a till with rules of its own."""
    opened: list[Till] = []

    def make(policy: Policy) -> Till:
        opened.append(Till(tmp_path, policy))
        return opened[-1]

    yield make
    for one in opened:
        one.close()


def press(till: Till, client: Client, page: Answer, act: str, **form: str) -> Answer:
    """Press a button under an answer."""
    found = re.search(rf'(formaction|href)="([^"]+)" data-act="{act}"', page.text)
    assert found, page.words
    answer = client.post(found[2], form) if found[1] == "formaction" else client.get(found[2])
    return till.follow(client, answer)


def zone(page: Answer) -> str:
    """Return the ground of an answer."""
    found = re.search(r'<body class="till (\w+)', page.text)
    assert found
    return found[1]


def test_a_card_of_another_coop_is_welcomed_and_the_visit_noted_at_once(
    till: Till, device: Client
) -> None:
    before = len(till.visits())
    page = till.scan(device, "maite")
    assert zone(page) == "ok"
    assert page.words.startswith("Bienvenue Maïté Etcheverry Les Tilleuls, à Ici Carte valable")
    assert "Mêmes conditions que pour nos membres." in page.words
    newest = till.visits()[0]
    assert len(till.visits()) == before + 1
    assert (newest.visit.kind, newest.visit.rule) == (Kind.CARD, Rule.NETWORK)
    assert "Maïté Etcheverry" in device.get("/caisse").words


def test_a_visit_can_be_cancelled(till: Till, device: Client) -> None:
    page = till.scan(device, "maite")
    assert "Visite annulée" in press(till, device, page, "annuler").words
    assert till.visits()[0].cancelled


def test_a_card_held_a_little_longer_is_one_visit(till: Till, device: Client) -> None:
    first = till.scan(device, "maite")
    before = len(till.visits())
    second = till.scan(device, "maite", later=2)
    assert second.words == first.words
    assert len(till.visits()) == before


def test_a_second_purchase_of_the_day_is_asked_about(till: Till, device: Client) -> None:
    till.scan(device, "maite")
    page = till.scan(device, "maite", later=3600)
    assert zone(page) == "note"
    assert "Carte déjà passée aujourd’hui à" in page.words
    before = len(till.visits())
    assert "Visite notée : Maïté Etcheverry" in press(till, device, page, "accueillir").words
    assert len(till.visits()) == before + 1


def test_pas_aujourd_hui_notes_nothing(till: Till, device: Client) -> None:
    till.scan(device, "maite")
    page = till.scan(device, "maite")
    before = len(till.visits())
    press(till, device, page, "pas-aujourd-hui")
    assert len(till.visits()) == before


def test_a_lost_card_is_refused_and_welcomed_only_with_a_reason_that_is_kept(
    till: Till, device: Client
) -> None:
    page = till.scan(device, "lost")
    assert zone(page) == "no"
    assert "La carte a été annulée ou remplacée : demandez la nouvelle carte." in page.words
    assert "essai" not in re.findall('data-act="([^"]+)"', page.text)
    asks = press(till, device, page, "quand-meme")
    where = re.search(r'action="(/caisse/r/\w+/quand-meme)"', asks.text)
    assert where
    assert device.post(where[1], {"raison": " "}).status == 422
    device.post(where[1], {"raison": "voisine de la présidente"})
    newest = till.visits()[0]
    assert newest.visit.rule is Rule.ANYWAY
    assert newest.words.reason == "voisine de la présidente"


def test_an_expired_card_is_welcomed_as_if_there_were_none(till: Till, device: Client) -> None:
    page = till.scan(device, "old", later=4 * DAY)
    assert zone(page) == "no"
    assert "Sinon, comme sans carte : sa parole suffit." in page.words
    press(till, device, page, "essai")
    assert till.visits()[0].visit.rule is Rule.WORD


@pytest.mark.parametrize(
    ("card", "says"),
    [
        ("stranger", "Carte d’une coop inconnue ici"),
        ("damaged", "La carte est mal lue"),
        ("https://example.org/menu", "Ce n’est pas une carte Pass’Koop."),
        ("0421234567891", "Code-barres de coop"),
    ],
)
def test_what_is_not_proven_shows_nobody(till: Till, device: Client, card: str, says: str) -> None:
    page = till.scan(device, card)
    assert zone(page) == "unk"
    assert "Rien n’est prouvé, rien n’est reproché." in page.words
    assert says in page.words
    assert "Roux" not in page.text
    assert "Maïté" not in page.words


def test_the_lists_are_looked_at_again_for_a_coop_that_was_unknown(
    till: Till, device: Client
) -> None:
    page = press(till, device, till.scan(device, "stranger"), "mettre-a-jour")
    assert "Sa coop reste inconnue ici" in page.words
    assert "mettez les listes à jour" not in page.words
    assert 'class="button main" href="/caisse/sans-carte"' in page.text


@pytest.mark.parametrize("layout", ["fr", "be", "de", "ch-fr"])
def test_a_reader_may_type_on_any_keyboard(till: Till, device: Client, layout: str) -> None:
    _address, _sharp, code = till.cards["bastien"].partition("#")
    page = till.scan(device, typed(code, layout))
    assert page.words.startswith("Bienvenue Bastien Le Goff")


def test_our_own_members_come_by_card_by_badge_and_by_name(till: Till, device: Client) -> None:
    page = till.scan(device, "own")
    assert "Bienvenue Irène Vasseur Membre de notre coop" in page.words
    page = till.scan(device, typed("0420000000426", "fr"))
    assert "Bienvenue Tiago Moreira Membre n° 42" in page.words
    assert till.visits()[0].visit.kind is Kind.OWN
    found = device.post("/caisse/membres", {"q": "moreir"})
    id = re.search(r'name="id" value="(\d+)"', found.text)
    assert id
    page = till.follow(device, device.post("/caisse/membre", {"id": id[1]}))
    assert "Bienvenue Tiago Moreira" in page.words


def test_nobody_of_that_name(till: Till, device: Client) -> None:
    assert "Personne de ce nom" in device.post("/caisse/membres", {"q": "zzz"}).words


def test_a_photo_is_read(till: Till, device: Client) -> None:
    page = till.follow(device, send(device, qr_png(till.cards["bastien"], module_px=6)))
    assert "Bastien Le Goff" in page.words


def send(client: Client, image: bytes) -> Answer:
    """Upload a picture as a form does."""
    client.get("/caisse")
    return client.ask("POST", "/caisse/photo", *photo_form(client.token, image))


def test_without_a_card_ones_word_is_enough_where_the_rules_say_so(
    till: Till, device: Client
) -> None:
    assert "Sa parole suffit." in device.get("/caisse/sans-carte").words
    page = till.follow(device, device.post("/caisse/sans-carte", {"nom": "Luz, du Rio"}))
    assert zone(page) == "ok"
    assert till.visits()[0].words.name == "Luz, du Rio"


def test_three_purchases_to_try_are_counted_for_a_person(
    open_till: Callable[[Policy], Till],
) -> None:
    till = open_till(Policy(without=Without.VISITS, without_limit=3))
    device = till.client()
    page = device.post("/caisse/sans-carte", {"nom": "Luz Pereira"})
    assert "Première fois" in page.words
    page = till.follow(
        device, device.post("/caisse/sans-carte", {"nom": "Luz Pereira", "etape": "nouvelle"})
    )
    assert "visite n° 1 sur 3" in page.words
    made = re.search(r'action="(/caisse/r/\w+/carte)"', page.text)
    assert made
    assert device.post(made[1]).body.startswith(b"%PDF")
    said = []
    for _day in range(3):
        till.served.now += DAY
        known = device.post("/caisse/sans-carte", {"nom": "pereira luz"})
        assert "Déjà venue ?" in known.words
        id = re.search(r'name="id" value="(\d+)"', known.text)
        assert id
        page = till.follow(device, device.post("/caisse/essai", {"id": id[1]}))
        said.append(zone(page))
        if zone(page) == "note":
            press(till, device, page, "accueillir")
    assert said == ["ok", "note", "no"]
    assert "L’essai est terminé" in page.words


def test_a_visitors_card_counts_by_itself(open_till: Callable[[Policy], Till]) -> None:
    till = open_till(Policy(without=Without.VISITS, without_limit=3))
    device = till.client()
    page = till.follow(
        device, device.post("/caisse/sans-carte", {"nom": "Luz Pereira", "etape": "nouvelle"})
    )
    made = re.search(r'action="(/caisse/r/\w+/carte)"', page.text)
    assert made
    with pdfium.PdfDocument(device.post(made[1]).body) as document:
        (text,) = read_qr(png_of(document[0]))
    said = []
    for _day in range(3):
        till.served.now += DAY
        page = till.scan(device, text)
        said.append(zone(page))
        if zone(page) == "note":
            press(till, device, page, "accueillir")
    assert said == ["ok", "note", "no"]
    assert "Luz Pereira" in page.words


def png_of(page: pdfium.PdfPage) -> bytes:
    """Return a page as a picture."""
    picture = BytesIO()
    page.render(scale=3).to_pil().save(picture, "PNG")
    return picture.getvalue()


def test_a_visit_that_could_not_be_written_is_noted_at_the_next_try(
    till: Till, device: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = len(till.visits())
    with monkeypatch.context() as full:
        full.setattr(VisitStore, "append", disk_full)
        assert "Le disque est plein" in till.scan(device, "maite").words
    assert len(till.visits()) == before
    page = till.scan(device, "maite", later=2)
    assert zone(page) == "ok"
    assert len(till.visits()) == before + 1


def disk_full(*_visit: object) -> None:
    raise DiskFull(Path("/coop/passkoop.db"))


def test_a_revoked_till_notes_nothing_more(till: Till) -> None:
    device = till.client()
    device.get("/caisse")
    newest = till.served.run(till.served.the(TillStore).all)[-1]
    till.served.run(till.served.the(TillStore).revoke, newest.id, now=till.served.now)
    before = len(till.visits())
    answer = device.post("/caisse", {"texte": till.cards["maite"]})
    assert (answer.status, len(till.visits())) == (403, before)


def test_a_sponsor_is_a_member_of_ours(open_till: Callable[[Policy], Till]) -> None:
    till = open_till(Policy(without=Without.SPONSOR, without_limit=30))
    device = till.client()
    form = {"nom": "Luz", "etape": "nouvelle", "parrain": "personne"}
    assert "Aucun membre de ce nom" in device.post("/caisse/sans-carte", form).words
    assert "parraine" in device.post("/caisse/sans-carte", form | {"parrain": ""}).words
    page = till.follow(device, device.post("/caisse/sans-carte", form | {"parrain": "moreira"}))
    assert zone(page) == "ok"


def test_where_nobody_comes_without_a_card_the_till_can_still_welcome(
    open_till: Callable[[Policy], Till],
) -> None:
    till = open_till(Policy(who=Who.NOBODY, without=Without.REFUSAL))
    device = till.client()
    page = till.follow(device, device.post("/caisse/sans-carte"))
    assert page.words.startswith("Une carte, s’il vous plaît")
    assert 'data-act="quand-meme"' in page.text
    assert "n’accueille que ses propres membres" in till.scan(device, "maite").words


def test_the_amount_is_asked_for_where_it_is_counted(till: Till, device: Client) -> None:
    settings = till.served.the(SettingsStore)
    till.served.run(settings.set, COUNTS_AMOUNTS, True)
    try:
        page = till.scan(device, "maite")
        where = re.search(r'action="(/caisse/r/\w+/montant)"', page.text)
        assert where
        for wrong in ("-3", "beaucoup"):
            assert device.post(where[1], {"montant": wrong}).status == 422
        device.post(where[1], {"montant": "23,50"})
        assert till.visits()[0].amount == 2350
    finally:
        till.served.run(settings.set, COUNTS_AMOUNTS, False)


def test_an_answer_belongs_to_its_till(till: Till, device: Client) -> None:
    till.served.now += 60
    answer = device.post("/caisse", {"texte": till.cards["maite"]})
    other = till.client()
    assert other.get(answer.goes_to).status == 410


def test_nothing_scanned_says_so(till: Till, device: Client) -> None:
    answer = device.post("/caisse", {"texte": "  "})
    assert answer.status == 422
    assert "Rien n’est arrivé" in answer.words


def test_a_till_is_for_tills_and_accounts_alone(till: Till) -> None:
    assert Client(till.served).get("/caisse").goes_to.startswith("/entrer")
    assert till.client().get("/bureau").status == 403


def test_the_screen_of_a_welcome_stays_as_long_as_was_chosen_and_asks_the_first_name(
    till: Till,
) -> None:
    nico, device = till.served.administrator(), till.client()
    assert 'data-stay="5"' in till.scan(device, "maite").text
    for wrong in ("", "4", "x"):
        assert nico.post("/reglages/accueil/ecran", {"reste": wrong}).status == 422
    nico.post("/reglages/accueil/ecran", {"reste": "12", "prenom": "oui"})
    page = till.scan(device, "maite", later=DAY)
    assert 'data-stay="12"' in page.text
    assert "Demandez son prénom" in page.words
    assert "Maïté" not in page.text.partition("<details")[0]
    kept = device.get("/caisse/hors-ligne/pages").text
    assert 'data-stay=\\"12\\"' in kept
    assert "Demandez son pr" in kept
    till.served.run(till.served.the(SettingsStore).set, ASKS_NAME, False)
    assert "Demandez son prénom" not in till.scan(device, "maite", later=DAY).words
