"""Pages of dues whose address has parameters, or before which something must come."""

from collections.abc import Callable, Mapping

from browsing import World
from passkoop_node.dues.agreement_pages import PAGE as AGREEMENTS
from passkoop_node.dues.hub_pages import JOURNAL
from passkoop_node.dues.inbox_pages import ONE as WAITING
from passkoop_node.dues.intake_pages import FILE
from passkoop_node.dues.receipt_pages import ONE as RECEIPT
from passkoop_node.dues.transfer_pages import ONE as TRANSFER
from sending import send_file
from tilling import Till

_PAYMENTS = "/bureau/membres/1/cotisation"
DUES_FILES = {JOURNAL, f"{RECEIPT}.pdf", f"{TRANSFER}.pdf"}


def paid(_till: Till, world: World) -> str:
    """Return the page of a receipt."""
    typed = {"pour": "share", "montant": "20", "moyen": "cash", "jour": "2026-11-01", "vu": "0"}
    world.people["nico"].post(_PAYMENTS, typed)
    world.people["nico"].get(_PAYMENTS)  # says it, once
    return "/bureau/cotisations/recus/2026-0001"


def transfer(_till: Till, world: World) -> str:
    """Return the page of a transfer that is waited for."""
    nico = world.people["nico"]
    account = {"titulaire": "Hendaia Koop", "iban": "FR14 2004 1010 0505 0001 3M02 606"}
    nico.post("/reglages/cotisations/virement", account)
    nico.get("/reglages/cotisations/virement")  # says it, once
    return nico.post(f"{_PAYMENTS}/virement", {"montant": "20", "pour": "share"}).goes_to


_BANK = "/bureau/cotisations/banque"
_STATEMENT = b"Date;Montant;Nom contrepartie;Communication\n16/11/2026;20,00;Papa;cotisation\n"


def looked_at(_till: Till, world: World) -> str:
    """Return the page of what a bank's file would change."""
    wrong = _STATEMENT + b"Total;25,00;;\n"
    return send_file(world.people["nico"], _BANK, "releve.csv", wrong).goes_to


def waiting(_till: Till, world: World) -> str:
    """Return the page of a payment of which nobody said whose it is."""
    nico = world.people["nico"]
    page = nico.get(send_file(nico, _BANK, "releve.csv", _STATEMENT).goes_to).text
    shown = page.partition('name="apercu" value="')[2].partition('"')[0]
    nico.post(f"{_BANK}/confirmer", {"apercu": shown})
    nico.get("/bureau/cotisations/a-rattacher")  # says it, once
    return "/bureau/cotisations/a-rattacher/1?cherche=a"


DUES: Mapping[str, str | Callable[[Till, World], str]] = {
    FILE: _BANK,
    f"{FILE}/apercu": looked_at,
    WAITING: waiting,
    RECEIPT: paid,
    TRANSFER: transfer,
    AGREEMENTS: f"{_PAYMENTS}/accords",
}
