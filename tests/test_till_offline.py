"""The till while the node is away: each visit is handed over once, and nothing else stays."""

from pathlib import Path

from playwright.sync_api import Route, expect

from federating import federation, row_of
from nodes import found
from passkoop_node.core.accounts import Role
from passkoop_node.core.devices import TillStore
from passkoop_node.visits.visit import Kind
from passkoop_protocol.text import encode_text
from stopping import Shop, chain_is_whole, waiting
from tilling import DAY


def test_the_till_goes_on_while_the_node_is_stopped_and_its_visits_arrive_once(shop: Shop) -> None:
    before = len(shop.lines())
    with shop.device() as device:
        page = shop.page(device)
        shop.stop()
        shop.scan(page, "maite")
        expect(page.locator("body.ok h1")).to_contain_text("Maïté Etcheverry")
        expect(page.locator(".strip")).to_contain_text("1 visite à envoyer")
        shop.scan(page, "lost")
        expect(page.locator("body.no h1")).to_contain_text("Yasmine Haddad")
        page.click("text=Pas aujourd")
        page.reload()  # the service worker answers
        expect(page.locator("#seule")).to_contain_text("ne répond pas")
        shop.scan(page, "own")
        expect(page.locator("main")).to_contain_text("Bonnes courses")
        expect(page.locator(".strip")).to_contain_text("2 visites à envoyer")
        waiting(page, 2)
        shop.start()  # nobody tells the till
        waiting(page, 0)
        page.keyboard.press("Escape")
        expect(page.locator(".strip")).to_contain_text("2 visites aujourd")
    kinds = [entry.visit.kind for entry in shop.till.visits()[: len(shop.lines()) - before]]
    assert sorted(kinds) == [Kind.OWN, Kind.CARD]
    assert chain_is_whole(shop)


def test_a_co_op_paired_this_morning_is_known_to_the_till_alone(shop: Shop, tmp_path: Path) -> None:
    served = shop.till.served
    friend = found(tmp_path / "amie", "La Coop amie", now=served.now)
    card = encode_text(friend.issue("Nadia Roux")[0].data or b"")
    coop, documents = friend.coop, friend.export()
    friend.rooms.close()

    def pair() -> None:
        served.rooms.coops.pair(coop, [], now=served.now)
        served.rooms.relay.intake.take_in(documents, now=served.now)

    with shop.device() as device:
        page = shop.page(device)
        served.run(pair)
        served.now += 60
        page.reload()
        shop.renewed(page)
        shop.stop()
        shop.scan(page, card)
        expect(page.locator("body.ok h1")).to_contain_text("Nadia Roux")


def test_a_directory_counts_for_the_till_alone_with_whom_it_suspends_and_its_date(
    shop: Shop, tmp_path: Path
) -> None:
    served, office = shop.till.served, federation()
    documents, rows, cards = [office.root()], [], []
    for slug, suspended in (("listee", False), ("suspendue", True)):
        node = found(tmp_path / slug, f"La Coop {slug}", now=served.now)
        cards.append(encode_text(node.issue(f"Nadia {slug}")[0].data or b""))
        rows.append(row_of(node.rooms, slug, suspended=suspended))
        documents += node.export()
        node.rooms.close()
    documents.insert(1, office.directory(rows, at=served.now, exp=served.now + 1))

    def follow() -> None:
        served.rooms.coops.follow(office.id, now=served.now)
        served.rooms.relay.intake.take_in(documents, now=served.now)

    with shop.device() as device:
        page = shop.page(device)
        served.run(follow)
        served.now += 60
        page.reload()
        shop.renewed(page)
        shop.stop()
        shop.scan(page, cards[0])
        expect(page.locator("body.note h1")).to_contain_text("Nadia listee")
        expect(page.locator("main")).to_contain_text("L’annuaire date du 2")
        page.click("text=Pas aujourd")
        shop.scan(page, cards[1])
        expect(page.locator("body.no h1")).to_contain_text("Nadia suspendue")
        shop.start()
    shop.till.served.run(shop.till.served.rooms.coops.unfollow, office.id)


def test_an_answer_that_is_lost_on_the_way_counts_once(shop: Shop) -> None:
    before = len(shop.lines())
    lost: list[str] = []

    def lose(route: Route) -> None:
        """Let the node do its work, and drop what it answers."""
        route.fetch()
        lost.append(route.request.url)
        route.abort()

    with shop.device() as device:
        page = shop.page(device)
        # The answer to a scan: the node has noted the visit, the till judges the card itself.
        page.route("**/caisse", lose, times=1)
        shop.scan(page, "maite")
        expect(page.locator("body.ok h1")).to_contain_text("Maïté")
        waiting(page, 0)
        assert len(shop.lines()) == before + 1
        # The answer to the visits that were handed over.
        page.keyboard.press("Escape")
        shop.stop()
        shop.scan(page, "bastien")
        page.route("**/caisse/visites", lose, times=1)
        shop.start(page)
        waiting(page, 0)
    assert len(lost) == 2
    assert len(shop.lines()) == before + 2
    assert all(entry.conflicts == 0 for entry in shop.till.visits())
    assert chain_is_whole(shop)


def test_a_proxy_that_answers_in_the_node_s_place_is_no_node(shop: Shop) -> None:
    before = len(shop.lines())
    with shop.device() as device:
        page = shop.page(device)
        page.route("**/caisse/**", lambda route: route.fulfill(status=502, body="Bad gateway"))
        page.route("**/caisse", lambda route: route.fulfill(status=502, body="Bad gateway"))
        shop.scan(page, "maite")
        expect(page.locator("body.ok h1")).to_contain_text("Maïté")
        expect(page.locator("#seule")).to_be_visible()
        waiting(page, 1)
        page.unroute_all()
        page.evaluate("dispatchEvent(new Event('online'))")
        waiting(page, 0)
    assert len(shop.lines()) == before + 1


def test_two_pages_of_one_till_hand_each_visit_over_once(shop: Shop) -> None:
    before = len(shop.lines())
    with shop.device() as device:
        first, second = shop.page(device), shop.page(device)
        shop.stop()
        shop.scan(first, "maite")
        shop.scan(second, "bastien")
        expect(second.locator(".strip")).to_contain_text("2 visites à envoyer")
        shop.start(first)
        waiting(first, 0)
        waiting(second, 0)
    assert len(shop.lines()) == before + 2


def test_a_till_that_was_revoked_forgets_all_but_its_visits(shop: Shop) -> None:
    before = len(shop.lines())
    with shop.device() as device:
        page = shop.page(device)
        shop.stop()
        shop.scan(page, "maite")
        device.set_offline(True)  # until it is revoked: else the visit may be handed over before
        shop.start()
        tills = shop.till.served.the(TillStore)
        (till, *_others) = sorted(shop.till.served.run(tills.all), key=lambda one: -one.id)
        shop.till.served.run(tills.revoke, till.id, now=shop.till.served.now)
        device.set_offline(False)
        expect(page.locator("h1")).to_contain_text("plus une caisse")
        page.goto(f"{shop.url}/jumeler")
        assert page.evaluate(HELD) == [1, 0]
        assert len(shop.lines()) == before
        # Paired anew, it hands them over.
        code = shop.till.served.run(tills.open_code, "Caisse 9", now=shop.till.served.now)
        page.fill("#code", code.code)
        page.press("#code", "Enter")
        page.wait_for_load_state()
        page.goto(f"{shop.url}/caisse")
        waiting(page, 0)
    assert len(shop.lines()) == before + 1
    assert shop.till.visits()[0].visit.till == f"till:{till.id}"


HELD = """async () => {
  const count = (name) => new Promise((done) => {
    const opening = indexedDB.open(name);
    opening.onupgradeneeded = () => opening.transaction.abort();
    opening.onerror = () => done(0);
    opening.onsuccess = () => {
      const counting = opening.result.transaction("it").objectStore("it").count();
      counting.onsuccess = () => { opening.result.close(); done(counting.result); };
    };
  });
  return [await count("passkoop-visites"), await count("passkoop-caisse")];
}"""


def test_after_leaving_nothing_of_the_till_is_shown_node_or_no_node(shop: Shop) -> None:
    client = shop.till.served.entered("Zoé", Role.CASHIER)
    with shop.device(client) as device:
        page = shop.page(device)
        page.goto(shop.url)
        page.click("text=Sortir")
        page.wait_for_load_state()
        assert page.evaluate(HELD) == [0, 0]
        shop.stop()
        page.goto(f"{shop.url}/caisse")
        expect(page.locator("#rien")).to_be_visible()
        assert "Zoé" not in page.content()


ADD = """(line) => import(document.scripts[0].src.replace('till.js', 'queue.js'))
  .then((queue) => import(document.scripts[0].src.replace('till.js', 'keep.js'))
  .then((keep) => keep.kept())
  .then(({ state: { who, proof } }) => queue.add({ who, proof, ...line })))"""


def test_a_visit_that_the_node_does_not_take_stays_and_says_why(shop: Shop) -> None:
    tomorrow = {"line": "0" * 16, "at": shop.till.served.now + DAY, "kind": 2, "rule": "word"}
    with shop.device() as device:
        page = shop.page(device)
        page.evaluate(ADD, tomorrow)
        page.evaluate(ADD, {**tomorrow, "line": "1" * 16, "proof": "0" * 32})
        page.goto(f"{shop.url}/caisse/attente")
        expect(page.locator("#lignes")).to_contain_text("datée de l’avenir")
        expect(page.locator(".strip")).to_contain_text("2 visites à envoyer")
        expect(page.locator("#lignes .row:visible")).to_have_count(2)
        expect(page.locator("#seule")).to_have_count(0)  # the node is there
        page.locator("text=Effacer de cet appareil").first.click()
        expect(page.locator("#lignes li")).to_have_count(1)
        page.click("text=Effacer de cet appareil")
        expect(page.locator("#aucune")).to_be_visible()
    assert "0" * 16 not in shop.lines()
