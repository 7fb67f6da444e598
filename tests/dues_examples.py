"""Pages of dues whose address has parameters, or before which something must come."""

from collections.abc import Callable, Mapping

from browsing import World
from passkoop_node.dues.agreement_pages import PAGE as AGREEMENTS
from passkoop_node.dues.receipt_pages import ONE as RECEIPT
from passkoop_node.dues.transfer_pages import ONE as TRANSFER
from tilling import Till

_PAYMENTS = "/bureau/membres/1/cotisation"
DUES_FILES = {f"{RECEIPT}.pdf", f"{TRANSFER}.pdf"}


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


DUES: Mapping[str, str | Callable[[Till, World], str]] = {
    RECEIPT: paid,
    TRANSFER: transfer,
    AGREEMENTS: f"{_PAYMENTS}/accords",
}
