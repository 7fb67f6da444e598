"""What keeps unpaid dues from suspending cards: somebody has to look first."""

from passkoop_node.core.language import N_
from passkoop_node.dues.lapsing import Wait
from passkoop_node.findings import Finding, Level
from passkoop_node.rooms import Rooms

_SEE_THEM = N_(
    "Voyez-les, puis donnez votre accord : bureau, Cotisations et paiements, « À renouveler »."
)
_WAITS = {
    Wait.CLOCK: (
        N_("L'horloge avance : aucune carte n'est suspendue pour la cotisation."),
        N_("Mettez-la à l'heure : le reste se fait tout seul."),
    ),
    Wait.RESTORED: (
        N_(
            "Des paiements notés après la sauvegarde sont peut-être perdus : aucune carte n'est "
            "suspendue pour la cotisation avant votre accord."
        ),
        N_(
            "Notez de nouveau les paiements reçus depuis, puis donnez votre accord : bureau, "
            "Cotisations et paiements, « À renouveler »."
        ),
    ),
    Wait.MANY: (
        N_("Beaucoup de cartes sont à suspendre pour la cotisation : votre accord est attendu."),
        _SEE_THEM,
    ),
}


def look_at_dues(rooms: Rooms, *, now: int) -> list[Finding]:
    """Return why nobody's card is suspended; nothing where nothing is against it."""
    waits = rooms.lapsing.waits()
    if waits is None or waits is Wait.OFF:
        return []
    if waits is Wait.MANY and not rooms.lapsing.outlook(now=now).payers:
        return []
    says, to_do = _WAITS[waits]
    return [Finding(code=f"dues_{waits}", level=Level.NOTE, says=says, to_do=to_do)]
