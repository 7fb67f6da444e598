"""Every page of the node, as the table of its routes has them: none can be forgotten."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import urlencode

import pytest
from playwright.sync_api import Browser

import joining
import kiosking
import segmenting
from browsing import ALL_RULES, World, axe, left_out, overflow
from dues_examples import DUES, DUES_FILES
from mailing import MailServerHere, letter
from owning import give_link, own
from passkoop_node.api.tokens import Scope, TokenStore
from passkoop_node.core import guard
from passkoop_node.core.accounts import AccountStore, Role
from passkoop_node.core.feature import Needs, Route
from passkoop_node.core.language import PSEUDO
from passkoop_node.core.outbox import State
from passkoop_node.dashboard import pages as dashboard
from passkoop_node.dues.pages import CORRECT
from passkoop_node.dues.plan import Plan, Yearly
from passkoop_node.joining.public_pages import CARD
from passkoop_node.members.preferences import Channel, Topic
from passkoop_protocol.directory import FederationId
from sending import send_file
from serving import NOON, Answer, Client
from tilling import Till

WHO = {
    Needs.NOTHING: "nobody",
    Needs.TILL: "till",
    Needs.KIOSK: "kiosk",
    Needs.MEMBER: "member",
}  # all others open for an administrator
FILES = {
    *kiosking.FILES,
    *DUES_FILES,
    "/bureau/fiche-visiteurs.pdf",
    "/bureau/cartes/image",
    "/bureau/coops/fichier/coop.passkoop",
    "/reglages/journal.csv",
    "/reglages/adhesion/affiche.pdf",
    CARD,
    "/bureau/cotisations/a-renouveler.csv",
    "/bureau/cotisations/a-renouveler.xlsx",
    "/moi/carte.pdf",
    "/bureau/courrier/{carrier:lettres|sms}/fichier",
    "/reglages/donnees/fichier",
    dashboard.SVG,
    dashboard.CSV,
    "/moi/donnees.zip",
    "/moi/recus/{receipt:[0-9]{4}-[0-9]{4,9}}.pdf",
    "/moi/documents/{id:[0-9]{1,9}}",
    "/bureau/membres/{id:[0-9]{1,9}}/donnees.zip",
    "/bureau/documents/{id:[0-9]{1,9}}",
}  # sent, not shown
MEMBERS_FILE = "Numéro;Nom;Prénom\n12;Etcheverry;Maïté\n;;Béhobie\n".encode()
IMPORT = "/bureau/membres/importer"
LONG = "https://passkoop.une-epicerie-cooperative-au-nom-long.example"
HOUSEHOLD = "/bureau/membres/{id:[0-9]{1,9}}/foyer"
DEED = "/bureau/membres/{id:[0-9]{1,9}}/cartes/{deed:remplacer|suspendre|reprendre|annuler}"


@pytest.fixture(scope="module")
def till(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Till]:
    till = Till(tmp_path_factory.mktemp("till"))
    till.served.app[guard.STRANGERS].tries = 100_000
    yield till
    till.close()


@pytest.fixture(scope="module")
def world(till: Till, chromium: Browser) -> Iterator[World]:
    world = peopled(till)
    world.browser = chromium
    yield world
    world.close()


def peopled(till: Till) -> World:
    """Return the till with an administrator, others who may enter, and a visit."""
    world = World(till.served)
    world.people = {
        "nobody": Client(till.served),
        "nico": till.served.administrator(),
        "till": till.client(),
    }
    till.served.add_account("Maïté", Role.CASHIER)
    world.people["member"] = own(till.served, "42")
    till.client()
    world.people["kiosk"] = till.served.kiosk("Tablette")
    till.scan(world.people["till"], "maite")
    till.served.run(till.served.rooms.ourselves.set_addresses, [LONG])  # in links of ours
    return world


# Where a page is, that one comes to by something else.


def invited(till: Till, world: World) -> str:
    secret = till.served.run(till.served.the(AccountStore).invite, None, now=till.served.now)
    return f"/premiere-fois/{secret}"


def previewed(till: Till, world: World) -> str:
    answer = send_file(world.people["nico"], IMPORT, "membres.csv", MEMBERS_FILE)
    assert answer.status == 303, answer.words
    return answer.goes_to


def imported(till: Till, world: World) -> str:
    nico = world.people["nico"]
    page = nico.get(previewed(till, world)).text
    shown = page.partition('name="apercu" value="')[2].partition('"')[0]
    return nico.post(f"{IMPORT}/confirmer", {"apercu": shown}).goes_to


def idle(till: Till, world: World) -> str:
    """Return the page of an import that goes on, while none does."""
    world.people["nico"].post(f"{IMPORT}/abandonner")
    world.people["nico"].get(IMPORT)  # says it, once
    return f"{IMPORT}/en-cours"


def affiliated(till: Till, world: World) -> str:
    nico = world.people["nico"]
    answer = nico.post("/bureau/membres/1/foyer", {"personne": "2"})
    nico.get(answer.goes_to.partition("#")[0] or "/bureau")  # says it, once
    return "/bureau/membres/2/foyer/retirer"


def answered(till: Till, world: World) -> str:
    till.served.now += 60
    return world.people["till"].post("/caisse", {"texte": till.cards["lost"]}).goes_to


def friend(till: Till, world: World) -> str:
    """Return the page of a co-op that is paired."""
    pairings = till.served.run(till.served.rooms.coops.pairings)
    return f"/bureau/coops/{pairings[0].coop.hex()}"


def allowed(till: Till, world: World) -> str:
    tokens, now = till.served.the(TokenStore), till.served.now
    if not till.served.run(tokens.all):
        till.served.run(tokens.add, "odoo", list(Scope), actor="test", now=now)
    return "/reglages/logiciels/odoo/retirer"


def own_key(till: Till, world: World) -> str:
    """Return the page of a key that signs cards."""
    keys = till.served.run(till.served.rooms.coops.issuing_keys)
    return f"/reglages/cles/{keys[-1].kid.hex()}"


def followed(till: Till, world: World) -> str:
    """Return the page of a federation whose documents are still to come."""
    till.served.run(till.served.rooms.coops.follow, FEDERATION, now=NOON)
    return f"/reglages/annuaires/{FEDERATION.hex()}"


COOP = "/bureau/coops/{id:[0-9a-f]{20}}"
DIRECTORY = "/reglages/annuaires/{id:[0-9a-f]{20}}"
FEDERATION = FederationId(b"federation")
KEY = "/reglages/cles/{kid:[0-9a-f]{16}}"


def written(till: Till, world: World) -> str:
    """A letter that failed, of a co-op whose server answers nobody."""
    rooms = till.served.rooms
    here = MailServerHere().settings(port=9)

    def write() -> int | None:
        rooms.mail.save(here)
        id = rooms.post.put(letter(), actor="cli", now=till.served.now)
        assert id is not None
        rooms.outbox.close(id, State.FAILED, why="recipient", answer="550 Non", now=NOON)
        return id

    return f"/bureau/courrier/{till.served.run(write)}"


def receipt(till: Till, world: World) -> str:
    """Return the page that asks before a payment is taken back."""
    page = "/bureau/membres/1/cotisation"
    typed = {"pour": "share", "montant": "20", "moyen": "cash", "jour": "2026-11-01", "vu": "0"}
    world.people["nico"].post(page, typed)
    world.people["nico"].get(page)  # says it, once
    return f"{page}/2026-0001/annuler"


def referred(till: Till, world: World) -> str:
    """Return the page that asks before a referral is erased."""
    *_others, one, other = till.served.run(till.served.rooms.members.members)
    typed = {"parrain": one.number, "filleul": other.number}
    world.people["nico"].post("/bureau/parrainages", typed)
    world.people["nico"].get("/bureau/parrainages")  # says it, once
    return "/bureau/parrainages/1/effacer"


def subscribed(till: Till, world: World) -> str:
    """Return where a link in a letter leads."""
    token_of = till.served.rooms.preferences.unsubscribe_token
    return f"/desabonnement/{till.served.run(token_of, 1, Topic.NEWS)}"


def dues_asked(till: Till, world: World) -> str:
    """Return the page of dues on a member's own page, in a co-op that asks for some."""
    plan = Plan(yearly=Yearly.ROLLING, cents=2_000)
    till.served.run(till.served.rooms.dues.set_plan, plan, actor="test", now=till.served.now)
    return "/moi/cotisation"


def new_email(till: Till, world: World) -> str:
    """Return the page on which a member confirms a new address."""
    rooms, token = till.served.rooms, "confirmez-cette-adresse"
    expires_at = till.served.now + 9_999
    till.served.run(rooms.own.wishes.new_email, 1, "tiago@exemple.fr", token, expires_at=expires_at)
    return f"/moi/adresse/{token}"


def printed(till: Till, world: World) -> str:
    """Return the page of letters to print, of which one waits."""
    rooms = till.served.rooms

    def write() -> None:
        member = rooms.members.get(1)
        member = replace(member, address="3 rue des Halles", postcode="64700", town="Hendaye")
        rooms.members.update(member, now=NOON)
        rooms.preferences.keep(1, {Topic.DUES: Channel.POST}, how="office", now=NOON)
        rooms.channels.send(
            rooms.members.get(1),
            topic=Topic.DUES,
            subject="Votre cotisation",
            text="Bonjour",
            kind="test",
            ref="once",
            actor="test",
            now=NOON,
        )

    till.served.run(write)
    return "/bureau/courrier/lettres"


EXAMPLES: Mapping[str, str | Callable[[Till, World], str]] = {
    **kiosking.EXAMPLES,
    **DUES,
    "/moi/lien/{token:[A-Za-z0-9_-]{20,60}}": lambda till, world: give_link(till.served, "42"),
    **segmenting.EXAMPLES,
    **joining.EXAMPLES,
    DIRECTORY: followed,
    f"{DIRECTORY}/quitter": lambda till, world: f"{followed(till, world)}/quitter",
    "/reglages/comptes/{id:[0-9]{1,9}}": "/reglages/comptes/2",
    "/reglages/comptes/{id:[0-9]{1,9}}/supprimer": "/reglages/comptes/2/supprimer",
    "/reglages/caisses/{id:[0-9]{1,9}}": "/reglages/caisses/2",
    "/reglages/logiciels/{name:[a-z0-9-]{1,40}}/retirer": allowed,
    "/premiere-fois/{token:[A-Za-z0-9_-]{20,60}}": invited,
    "/bureau/visites/{seq:[0-9]{1,12}}": "/bureau/visites/1",
    "/caisse/r/{id:[0-9a-f]{16}}": answered,
    "/caisse/r/{id:[0-9a-f]{16}}/quand-meme": lambda *all: f"{answered(*all)}/quand-meme",
    "/bureau/membres/{id:[0-9]{1,9}}": "/bureau/membres/1",
    "/moi/cotisation": dues_asked,
    "/moi/adresse/{token:[A-Za-z0-9_-]{20,60}}": new_email,
    "/bureau/membres/{id:[0-9]{1,9}}/page": "/bureau/membres/1/page",
    "/bureau/membres/{id:[0-9]{1,9}}/effacer": "/bureau/membres/1/effacer",
    "/bureau/membres/{id:[0-9]{1,9}}/corriger": "/bureau/membres/1/corriger",
    "/bureau/membres/{id:[0-9]{1,9}}/contact": "/bureau/membres/1/contact",
    "/bureau/courrier/{carrier:lettres|sms}": printed,
    "/desabonnement/{token:[A-Za-z0-9_-]{1,100}}": subscribed,
    "/bureau/membres/{id:[0-9]{1,9}}/depart": "/bureau/membres/1/depart",
    "/bureau/membres/{id:[0-9]{1,9}}/cotisation": "/bureau/membres/1/cotisation",
    CORRECT: receipt,
    "/bureau/parrainages/{id:[0-9]{1,9}}/effacer": referred,
    "/bureau/membres/{id:[0-9]{1,9}}/parrainage": "/bureau/membres/1/parrainage",
    DEED: "/bureau/membres/1/cartes/annuler",
    "/bureau/membres/{id:[0-9]{1,9}}/cartes/envoyer": "/bureau/membres/1/cartes/envoyer",
    HOUSEHOLD: "/bureau/membres/1/foyer?cherche=a",
    f"{HOUSEHOLD}/{{act:retirer|titulaire}}": affiliated,
    COOP: friend,
    f"{KEY}/retirer": lambda *all: f"{own_key(*all)}/retirer",
    f"{KEY}/retirer/confirmer": lambda *all: f"{own_key(*all)}/retirer/confirmer",
    f"{COOP}/{{deed:defaire|bloquer|debloquer}}": lambda *all: f"{friend(*all)}/bloquer",
    "/bureau/courrier/{id:[0-9]{1,12}}": written,
    f"{IMPORT}/apercu": previewed,
    f"{IMPORT}/fait": imported,
    f"{IMPORT}/en-cours": idle,
}


def pages(till: Till) -> list[Route]:
    """Return all pages of the node."""
    routes = till.served.app[guard.ROUTES].values()
    shown = [one for one in routes if one.method == "GET" and not one.is_api]
    assert {one.path for one in shown} > FILES
    return [one for one in shown if one.path not in FILES]


def where(page: Route, till: Till, world: World) -> tuple[str, str]:
    """Return who opens a page, and its address."""
    example = EXAMPLES.get(page.path, page.path)
    path = example if isinstance(example, str) else example(till, world)
    assert "{" not in path, f"{page.path}: an example is missing in EXAMPLES"
    return WHO.get(page.needs, "nico"), path


OTHERS = [pytest.param(one, marks=pytest.mark.slow) for one in ("en", "es", "pt", "nl")]


@pytest.mark.parametrize("language", ["fr", PSEUDO, *OTHERS])
def test_every_page_is_whole_on_a_narrow_screen_in_every_language(
    world: World, till: Till, language: str
) -> None:
    wrong = {}
    for route in pages(till):
        who, path = where(route, till, world)
        with world.page(who, language=language, viewport={"width": 320, "height": 640}) as page:
            answer = page.goto(till.served.url + path)
            assert answer is not None
            assert answer.status == 200, path
            found = {"overflow": overflow(page)}
            if language == PSEUDO:
                found["left out"] = left_out(page)
            else:
                found["axe"] = axe(page, ALL_RULES)
                assert page.locator("html").get_attribute("lang") == language
            assert page.locator("h1").count() == 1, path
        if any(found.values()):
            wrong[path] = found
    assert wrong == {}


# Without JavaScript: forms as a browser alone sends them.


@dataclass
class Form:
    """A form as it stands on a page, one button of it pressed."""

    page: str
    action: str
    method: str = "get"
    is_multipart: bool = False
    fields: list[tuple[str, str]] = field(default_factory=list)
    buttons: list[tuple[str, tuple[str, str] | None]] = field(default_factory=list)


class Forms(HTMLParser):
    """Reads the forms of a page, with what they hold before anybody types."""

    def __init__(self, page: str, html: str) -> None:
        super().__init__()
        self.page = page
        self.found: list[Form] = []
        self._form: Form | None = None
        self._select: tuple[str, list[tuple[str, bool]]] = ("", [])
        self._textarea = ""
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        told = {name: value or "" for name, value in attrs}
        if tag == "form":
            self._form = Form(self.page, told.get("action") or self.page)
            self._form.method = told.get("method", "get")
            self._form.is_multipart = told.get("enctype", "").startswith("multipart")
            self.found.append(self._form)
        if (form := self._form) is None:
            return
        name, value = told.get("name", ""), told.get("value", "")
        if tag == "input" and name and told.get("type") != "file":
            if told.get("type") not in ("checkbox", "radio") or "checked" in told:
                form.fields.append((name, value or ("on" if "checked" in told else "")))
        elif tag == "button" and told.get("type", "submit") == "submit":
            pressed = (name, value) if name else None
            form.buttons.append((told.get("formaction") or form.action, pressed))
        elif tag == "select":
            self._select = (name, [])
        elif tag == "option":
            self._select[1].append((value, "selected" in told))
        elif tag == "textarea":
            self._textarea = name

    def handle_data(self, data: str) -> None:
        if self._textarea and self._form:
            self._form.fields.append((self._textarea, data))
            self._textarea = ""

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._form = None
        elif tag == "select" and self._form and self._select[1]:
            name, options = self._select
            value = next((value for value, chosen in options if chosen), options[0][0])
            self._form.fields.append((name, value))


ENDING = ("/supprimer", "/retirer", "/sessions", "/sortir")  # what is gone for good: at the end


def test_every_form_of_every_page_works_without_scripts(tmp_path: Path) -> None:
    till = Till(tmp_path)
    till.served.app[guard.STRANGERS].tries = 100_000
    world = peopled(till)
    sent: list[tuple[str, Form, str, tuple[str, str] | None]] = []
    for route in pages(till):
        who, path = where(route, till, world)
        page = world.people[who].get(path)
        assert page.status == 200, path
        for form in Forms(path, page.text).found:
            assert form.buttons, f"{path}: nothing sends the form to {form.action}"
            sent += [(who, form, action, pressed) for action, pressed in form.buttons]
    assert len(sent) > 30
    sent.sort(key=lambda one: next((n for n, end in enumerate(ENDING) if one[2].endswith(end)), -1))
    for who, form, action, pressed in sent:
        answer = submit(world.people[who], form, action, pressed)
        assert answer.status in (200, 303, 422), (form.page, action, answer.status, answer.words)
    till.close()


def submit(client: Client, form: Form, action: str, pressed: tuple[str, str] | None) -> Answer:
    """Send a form as it stands; a field for a file is left empty."""
    fields = [*form.fields, *([pressed] if pressed else [])]
    if form.method == "get":
        return client.get(f"{action.partition('?')[0]}?{urlencode(fields)}")
    if not form.is_multipart:
        headers = {"Content-Type": "application/x-www-form-urlencoded"}
        return client.ask("POST", action, urlencode(fields).encode(), headers)
    body = "".join(
        f'--x\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'
        for name, value in fields
    )
    headers = {"Content-Type": "multipart/form-data; boundary=x"}
    return client.ask("POST", action, f"{body}--x--\r\n".encode(), headers)
