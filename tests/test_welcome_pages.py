"""The office's pages about welcome: the rules, the visits, the 20 %."""

import re
from collections.abc import Iterator
from urllib.parse import urlencode

import pytest
from playwright.sync_api import Browser, Page

from browsing import Scene, World, faults
from passkoop_node.core.accounts import Role
from passkoop_node.core.language import PSEUDO
from passkoop_node.rooms import Rooms
from passkoop_node.visits.presets import PRESETS
from passkoop_node.visits.register import check_chain
from passkoop_protocol.welcome import Policy, Who, Without
from serving import Client
from tilling import Till

RULES, VISITS, TWENTY = "/reglages/accueil", "/bureau/visites", "/bureau/vingt"
MEASURED = "regle=mesure&qui=reseau&pays=FR+BE&sans=parole&carte=3&visites=&jours=&combien="


@pytest.fixture(scope="module")
def till(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Till]:
    till = Till(tmp_path_factory.mktemp("till"))
    device = till.client()
    for card in ("maite", "bastien", "own"):
        till.scan(device, card)
    yield till
    till.close()


@pytest.fixture(scope="module")
def nico(till: Till) -> Client:
    return till.served.administrator()


@pytest.fixture(scope="module")
def odile(till: Till) -> Client:
    return till.served.entered("Odile", Role.OFFICE)


def policy_of(till: Till) -> Policy:
    return till.served.run(lambda: till.served.the(Rooms).ourselves.policy)


def test_each_practice_says_what_it_does_and_to_whom_before_it_is_chosen(nico: Client) -> None:
    page = nico.get(f"{RULES}?regle=three_purchases")
    assert "À l’essai : Essai de trois achats" in page.words
    assert "Comme : Coopalim" in page.words
    assert "La même, quatrième visite" in page.words
    assert "les 3 visites prévues par nos règles sont faites" in page.words


def test_the_office_reads_the_rules_without_buttons_that_it_may_not_press(odile: Client) -> None:
    page = odile.get(f"{RULES}?regle=three_purchases")
    assert "Demandez à quelqu’un qui administre" in page.words
    assert "Choisir ces règles" not in page.words
    assert "Montant des achats" not in page.words


@pytest.mark.parametrize("preset", PRESETS, ids=lambda one: one.code)
def test_a_practice_is_chosen_and_published(till: Till, nico: Client, preset: object) -> None:
    code = preset.code  # type: ignore[attr-defined]
    assert nico.post(RULES, {"regle": code}).goes_to == RULES
    assert policy_of(till) == preset.policy  # type: ignore[attr-defined]
    assert "Elles sont publiées" in nico.get(RULES).words


def test_rules_are_made_to_measure(till: Till, nico: Client) -> None:
    assert "ensuite une carte est demandée" in nico.get(f"{RULES}?{MEASURED}").words
    form = dict(one.split("=") for one in MEASURED.replace("+", " ").split("&"))
    assert nico.post(RULES, form).status == 303
    assert policy_of(till) == Policy(
        who=Who.NETWORK, countries=frozenset({"FR", "BE"}), without=Without.WORD, card_from=3
    )


def test_single_co_ops_are_accepted_or_refused(till: Till, nico: Client) -> None:
    page = nico.get(f"{RULES}?{MEASURED}")
    (code,) = set(re.findall('name="acceptees" value="([0-9a-f]{20})"', page.text))
    looked_at = nico.get(f"{RULES}?{MEASURED}&refusees={code}")
    assert "Sauf ces coops : Les Tilleuls." in looked_at.words
    form = dict(one.split("=") for one in MEASURED.replace("+", " ").split("&"))
    both = nico.post(RULES, form | {"refusees": code, "acceptees": code})
    assert both.status == 422
    assert nico.post(RULES, form | {"acceptees": code}).status == 303
    assert policy_of(till).accepted == {bytes.fromhex(code)}
    assert f'name="acceptees" value="{code}" checked' in nico.get(RULES).text
    assert "seulement : Les Tilleuls" in nico.get(RULES).words
    assert nico.post(RULES, form | {"acceptees": "x"}).status == 422
    assert nico.post(RULES, form).status == 303
    assert policy_of(till).accepted == frozenset()


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"pays": "France"}, "Écrivez des codes de deux lettres"),
        ({"qui": "tous", "sans": "refus"}, "Tout le monde est accueilli, et pourtant"),
        ({"sans": "visites", "combien": "beaucoup"}, "Écrivez un nombre"),
        ({"sans": "visites"}, "Un essai a une durée"),
        ({"qui": "x"}, "Choisissez"),
    ],
)
def test_rules_that_contradict_themselves_or_cannot_be_read_change_nothing(
    till: Till, nico: Client, changes: dict[str, str], says: str
) -> None:
    before = policy_of(till)
    form = dict(one.split("=") for one in MEASURED.replace("+", " ").split("&")) | changes
    answer = nico.post(RULES, form)
    assert answer.status == 422
    if "qui" not in changes or changes["qui"] != "x":
        assert says in answer.words
    assert policy_of(till) == before


def test_the_office_reads_the_rules_and_an_administrator_changes_them(odile: Client) -> None:
    assert odile.get(RULES).status == 200
    assert odile.post(RULES, {"regle": "word"}).status == 403


def test_the_visits_of_a_month_are_shown_corrected_and_exported(till: Till, odile: Client) -> None:
    page = odile.get(VISITS)
    assert "Les Tilleuls" in page.words
    assert "Membre de notre coop" in page.words
    assert "Maïté" not in page.text  # a host knows no name
    seq = till.visits()[-1].visit.seq
    one = f"{VISITS}/{seq}"
    assert odile.post(f"{one}/montant", {"montant": "-3"}).status == 422
    assert (
        "Montant corrigé"
        in odile.get(odile.post(f"{one}/montant", {"montant": "12,40"}).goes_to).words
    )
    assert (
        "Visite annulée"
        in odile.get(odile.post(f"{one}/annuler", {"raison": "essai"}).goes_to).words
    )
    lines = len(till.visits())
    odile.post(f"{one}/annuler")  # pressed twice
    assert len(till.visits()) == lines
    exported = odile.post(f"{VISITS}/export", {"mois": "2026-11"})
    assert exported.headers["Content-Type"].startswith("text/csv")
    assert "Les Tilleuls" in exported.body.decode("utf-8-sig")
    assert till.served.run(check_chain, till.served.the(Rooms).visits.store).whole


def test_a_visit_that_is_not_there(odile: Client) -> None:
    assert odile.get(f"{VISITS}/999").status == 404
    assert odile.get(f"{VISITS}?mois=rien&sur=x&avant=x").status == 200
    assert "Aucune visite" in odile.get(f"{VISITS}?avant=1").words
    for month in ("rien", "0001-01", "9999-12", "2028-5", "2028-05\n"):
        assert odile.post(f"{VISITS}/export", {"mois": month}).status == 400
        for page in (VISITS, TWENTY):
            assert odile.get(f"{page}?{urlencode({'mois': month})}").status == 200
        assert odile.post(TWENTY, {f"ca-{month}": "5"}).status == 400
        assert odile.post(TWENTY, {"mois": f"\r\n{month}"}).goes_to == TWENTY


def test_the_share_of_the_year_is_known_from_what_the_office_types(odile: Client) -> None:
    assert odile.post(TWENTY, {"ca-2026-11": "beaucoup"}).status == 422
    odile.post(TWENTY, {"ca-2026-11": "10 000", "visiteurs-2026-11": "1 600"})
    assert "16,0 %" in odile.get(TWENTY).words
    assert "approche" in odile.get(TWENTY).words
    assert odile.post(f"{TWENTY}/preuve").body.startswith(b"%PDF")
    assert odile.get("/bureau/fiche-visiteurs.pdf").body.startswith(b"%PDF")
    odile.post(f"{TWENTY}/reglages", {"forme": "association", "premier": "9", "coops": "oui"})
    assert "Aucune limite" in odile.get(TWENTY).words


@pytest.fixture(scope="module")
def world(till: Till, nico: Client, chromium: Browser) -> Iterator[World]:
    world = World(till.served, browser=chromium)
    world.people |= {"nico": nico, "odile": till.served.entered("Olga", Role.OFFICE)}
    yield world
    world.close()


def press(button: str) -> "Press":
    return Press(button)


class Press:
    """Presses a button of the page."""

    def __init__(self, button: str) -> None:
        self.button = button

    def __call__(self, page: Page) -> None:
        page.locator(self.button).first.click()


def type_a_sheet(page: Page) -> None:
    """Type a line in, of which the number of the sheet and the amount are wrong."""
    for name, text in {
        "fiche": "A",
        "date": "2026-11-02",
        "nom-2": "Zoé",
        "montant-2": "-3",
    }.items():
        page.fill(f"[name={name}]", text)
    page.click("main form .main")


SCENES = [
    Scene("regles", "nico", RULES),
    Scene("regles-essai", "nico", f"{RULES}?regle=sixty_days"),
    Scene("regles-mesure", "nico", f"{RULES}?{MEASURED}"),
    Scene(
        "regles-faute", "nico", f"{RULES}?{MEASURED}&pays=France".replace("FR+BE", "Z"), status=422
    ),
    Scene("visites", "odile", f"{VISITS}?sur=36"),
    Scene("visite", "odile", f"{VISITS}/2"),
    Scene("fiche", "odile", f"{VISITS}/feuille"),
    Scene("fiche-faute", "odile", f"{VISITS}/feuille", type_a_sheet, 422),
    Scene("vingt", "odile", TWENTY),
]
every_scene = pytest.mark.parametrize("scene", SCENES, ids=lambda one: one.name)


@every_scene
def test_a_page_shuts_nobody_out(world: World, scene: Scene) -> None:
    with world.page(scene.who, viewport={"width": 1280, "height": 900}) as page:
        world.open(scene, page)
        assert faults(page, language="fr") == {}


@every_scene
def test_a_page_is_whole_in_any_language_on_a_narrow_screen_in_the_dark(
    world: World, scene: Scene
) -> None:
    narrow = {"width": 320, "height": 640}
    with world.page(scene.who, language=PSEUDO, viewport=narrow, color_scheme="dark") as page:
        world.open(scene, page)
        assert faults(page, language=PSEUDO) == {}
