"""What the register of visits says in words, in the terminal."""

from collections.abc import Callable

from passkoop_cli.context import Context
from passkoop_node.visits.chain import Fault
from passkoop_node.visits.visit import Kind, Rule
from passkoop_protocol.keys import CoopId, shown_id

KINDS = {
    Kind.OWN: "membre",
    Kind.CARD: "carte",
    Kind.WITHOUT: "sans carte",
    Kind.CANCEL: "annulation",
    Kind.AMOUNT: "montant corrigé",
}
RULES = {
    Rule.NONE: "",
    Rule.OWN: "membre",
    Rule.NETWORK: "réseau",
    Rule.WORD: "parole",
    Rule.VISITS: "essai",
    Rule.DAYS: "essai",
    Rule.SPONSOR: "parrainage",
    Rule.ANYWAY: "quand même",
}
FAULTS = {
    Fault.MISSING: "elle manque",
    Fault.CHANGED: "elle n’est plus comme elle a été écrite",
    Fault.PERSON: "la personne n’est plus celle qui y était",
    Fault.HEAD: "un export en montrait une autre",
}


def names_of(context: Context) -> Callable[[CoopId], str]:
    """Return what names a co-op: ours, one we know, or the letters of its id."""
    trust, ourselves = context.rooms.trust(), context.rooms.ourselves

    def name_of(coop: CoopId) -> str:
        if coop == ourselves.coop:
            return ourselves.profile.name
        held = trust.descriptor(trust.present_id(coop)) or trust.descriptor(coop)
        return held.descriptor.name if held else shown_id(coop)

    return name_of
