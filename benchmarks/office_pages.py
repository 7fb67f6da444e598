"""The office's pages of a co-op with 100,000 members: how long each takes on the server.

Each GET page under /bureau of the table of routes is asked for, and the log. Those whose address
has parameters are asked for by an example, and the lists besides as people sort, leaf through and
search them. The time is from the request until the last byte, without a browser, from the same
machine; the processor time is of the node and of what asks it, together.
"""

import random
import statistics
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

from nodes import found as founded
from passkoop_node.core import guard
from passkoop_node.dues.plan import Plan, Yearly
from passkoop_node.dues.store import Kind as PaymentKind
from passkoop_node.dues.store import Method, Payment
from passkoop_node.members.member import MemberData
from passkoop_node.members.preferences import Channel, Topic
from passkoop_node.rooms import Rooms
from passkoop_node.visits.visit import Kind, NewVisit, Rule
from passkoop_protocol.verdict import Outcome
from serving import NOON, Client, Served
from tables import Table

MEMBERS = 100_000
HAVE_CARDS = 60_000  # more would want a second key; the others are those still to be made
HOUSEHOLDS = 5_000
EDITS = 50_000  # lines of the log beside those of cards
VISITS = 20_000
HAVE_PAID = 60_000  # one year each; the others are to renew
SAY_WHAT_THEY_WANT = 20_000
ROUNDS = 15
GOAL = 200  # ms, at the median

GIVEN = ("Anne", "Béatrice", "Chloé", "Denis", "Élie", "Fanny", "Gaël", "Hélène", "Inès", "Joanes")
FAMILY = ("Martin", "Lefèvre", "Petit", "Etcheverry", "Marchand", "Roux", "Dutertre", "Iribarne")
TOWNS = ("Hendaye", "Béhobie", "Urrugne", "Irun", "Biriatou", "Ciboure", "Le Teil", "Évian")

ASKED = ("/bureau/", "/reglages/journal/")
# Where an address has parameters, or a page is asked for in more ways than one.
ONE = "/bureau/membres/4321"
EXAMPLES: Mapping[str, Sequence[str]] = {
    "/bureau/membres": (
        "/bureau/membres",
        "/bureau/membres?tri=nom",
        "/bureau/membres?tri=nom&page=1500",
        "/bureau/membres?page=1999",
        "/bureau/membres?tri=commune&page=1000",
        "/bureau/membres?tri=adhesion&sens=inverse&page=1000",
        "/bureau/membres?cherche=e",
        "/bureau/membres?cherche=e&tri=nom",
        "/bureau/membres?cherche=etcheverry+helene",
        "/bureau/membres?cherche=personne",
    ),
    "/bureau/cartes": (
        "/bureau/cartes",
        "/bureau/cartes?carte=sans",
        "/bureau/cartes?carte=sans&cherche=etch&tri=nom",
    ),
    "/bureau/membres/{id:[0-9]{1,9}}": (ONE,),
    "/bureau/membres/{id:[0-9]{1,9}}/corriger": (f"{ONE}/corriger",),
    "/bureau/membres/{id:[0-9]{1,9}}/depart": (f"{ONE}/depart",),
    "/bureau/membres/{id:[0-9]{1,9}}/foyer": (f"{ONE}/foyer", f"{ONE}/foyer?cherche=mar"),
    "/bureau/membres/{id:[0-9]{1,9}}/cartes/{deed:remplacer|suspendre|reprendre|annuler}": (
        f"{ONE}/cartes/annuler",
    ),
    "/bureau/membres/{id:[0-9]{1,9}}/cartes/envoyer": (f"{ONE}/cartes/envoyer",),
    "/bureau/membres/{id:[0-9]{1,9}}/foyer/{act:retirer|titulaire}": (
        "/bureau/membres/4322/foyer/retirer",
    ),
    "/bureau/cartes/image": ("/bureau/cartes/image?numero=4321",),
    "/reglages/journal": (
        "/reglages/journal",
        "/reglages/journal?quoi=comptes",
        "/reglages/journal?qui=account:1&au=2026-11-01",
    ),
    "/bureau/visites/{seq:[0-9]{1,12}}": ("/bureau/visites/1",),
    "/bureau/membres/{id:[0-9]{1,9}}/cotisation": (f"{ONE}/cotisation",),
    "/bureau/membres/{id:[0-9]{1,9}}/contact": (f"{ONE}/contact",),
    "/bureau/membres/{id:[0-9]{1,9}}/parrainage": (f"{ONE}/parrainage",),
}


def people(count: int) -> Iterator[MemberData]:
    """Yield invented members, the same each time."""
    chance = random.Random(7)
    for number in range(1, count + 1):
        given, family = chance.choice(GIVEN), f"{chance.choice(FAMILY)}-{chance.choice(FAMILY)}"
        yield MemberData(
            number=str(number),
            given_name=given,
            family_name=family,
            email=f"membre{number}@exemple.test",
            phone=f"06 {number:08}",
            address=f"{number % 300} rue du Four",
            postcode=f"64{number % 1000:03}",
            town=chance.choice(TOWNS),
            joined=date(2015, 1, 1) + timedelta(days=chance.randrange(4000)),
            notes="Vient le samedi." if number % 3 == 0 else "",
        )


def fill(rooms: Rooms) -> None:
    """Make the register, cards, households, the log, and a year of visits."""
    rooms.members.write_all(list(people(MEMBERS)), now=NOON)
    members = rooms.members.members(limit=HAVE_CARDS)
    for first in range(0, len(members), 10_000):
        rooms.issuer.issue(members[first : first + 10_000], now=NOON, actor="cli")
    with rooms.db.atomic():
        for n in range(HOUSEHOLDS):
            rooms.households.store.add(members[4 * n + 1].id, to=members[4 * n].id, now=NOON)
        for n in range(EDITS):
            rooms.audit.add(
                "member.edit",
                now=NOON,
                actor="account:1",
                subject=str(n + 1),
                details={"fields": ["town"]},
            )
    rooms.visits.register.note_all(
        (
            NewVisit(
                till="1",
                line=str(n),
                at=NOON - 31_536_000 * (VISITS - n) // VISITS,
                kind=Kind.OWN,
                home=rooms.ourselves.coop,
                member_ref=members[n % 5_000].member_ref,
                outcome=Outcome.WELCOME,
                rule=Rule.OWN,
            )
            for n in range(VISITS)
        ),
        now=NOON,
    )


def fill_dues(rooms: Rooms) -> None:
    """Ask for dues, note who paid, and what some want to hear of."""
    rooms.dues.set_plan(
        Plan(yearly=Yearly.ROLLING, cents=2_000, grace_days=30), now=NOON, actor="cli"
    )
    members = rooms.members.members(limit=HAVE_PAID)
    chance = random.Random(8)
    with rooms.db.atomic():
        for number, member in enumerate(members, start=1):
            paid_on = date(2025, 6, 1) + timedelta(days=chance.randrange(530))
            payment = Payment(
                year=2026,
                number=number,
                member_id=member.id,
                kind=PaymentKind.DUES,
                cents=2_000,
                method=chance.choice(list(Method)),
                paid_on=paid_on,
                first=paid_on,
                last=paid_on + timedelta(days=364),
                noted_at=NOON,
            )
            rooms.dues.payments.add(payment)
        for member in members[:SAY_WHAT_THEY_WANT]:
            wants = {Topic.NEWS: chance.choice(list(Channel))}
            rooms.preferences.keep(member.id, wants, how="import", now=NOON)


def addresses(served: Served) -> tuple[list[str], list[str]]:
    """Return what is asked for of the table of routes, and the routes that have no example."""
    asked: list[str] = []
    left_out: list[str] = []
    for route in served.app[guard.ROUTES].values():
        if route.method != "GET" or route.is_api or not f"{route.path}/".startswith(ASKED):
            continue
        if "{" in route.path and route.path not in EXAMPLES:
            left_out.append(route.path)
        else:
            asked += EXAMPLES.get(route.path, (route.path,))
    return asked, left_out


@dataclass(frozen=True)
class Took:
    """How long a page took, in milliseconds, each round sorted."""

    address: str
    status: int
    wall: list[float]
    work: list[float]  # of the processor


def took(client: Client, address: str, *, rounds: int = ROUNDS) -> Took:
    """Return how long each of `rounds` took, after a first one that does not count."""
    status = client.get(address).status
    wall, work = [], []
    for _round in range(rounds):
        began, worked = time.perf_counter(), time.process_time()
        client.get(address)
        wall.append((time.perf_counter() - began) * 1000)
        work.append((time.process_time() - worked) * 1000)
    return Took(address, status, sorted(wall), sorted(work))


def measure(served: Served, *, rounds: int = ROUNDS) -> list[Took]:
    """Return how long each page took, the slowest first."""
    client = served.administrator()
    asked, _left_out = addresses(served)
    found = [took(client, one, rounds=rounds) for one in asked]
    return sorted(found, key=lambda one: -statistics.median(one.work))


def report() -> Iterator[Table | str]:
    """Yield the table, and a sentence."""
    with tempfile.TemporaryDirectory() as name:
        coop = founded(Path(name) / "coop", "Hendaia Koop", now=NOON)
        fill(coop.rooms)
        fill_dues(coop.rooms)
        coop.rooms.close()
        served = Served(coop.home).start()
        try:
            found, (_asked, left_out) = measure(served), addresses(served)
        finally:
            served.stop()
    rows: list[tuple[object, ...]] = [
        (
            f"`{one.address}`{'' if one.status == 200 else f' ({one.status})'}",
            f"≤ {GOAL} ms",
            f"{statistics.median(one.wall):.0f} ms ({one.wall[0]:.0f}–{one.wall[-1]:.0f})",
            f"{statistics.median(one.work):.0f} ms",
        )
        for one in found
    ]
    head = (
        f"page, {MEMBERS:,} members",
        "goal",
        f"median of {ROUNDS} (least–most)",
        "processor time",
    )
    yield Table(head, rows)
    slow = sum(statistics.median(one.wall) > GOAL for one in found)
    yield (
        f"{len(found)} addresses, {slow} over the goal. {HAVE_CARDS:,} members have a card,"
        f" {2 * HOUSEHOLDS:,} live in households of two; the log has"
        f" {HAVE_CARDS + EDITS:,} lines, the register of visits {VISITS:,};"
        f" {HAVE_PAID:,} have paid dues, {SAY_WHAT_THEY_WANT:,} said what they want to hear of."
        + (f" Not asked for: {', '.join(f'`{one}`' for one in left_out)}." if left_out else "")
    )
