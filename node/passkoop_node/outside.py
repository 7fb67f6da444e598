"""Between a node and the rest of the world: whether others answer it, and how its pages open."""

from passkoop_node.core.language import N_
from passkoop_node.core.ways import Way, ways_since
from passkoop_node.findings import Finding, Level
from passkoop_node.rooms import Rooms

DAY = 86_400
SILENT = 2 * DAY  # seconds without an answer: a shop is closed on Sundays
LOOKED_BACK = 8 * DAY  # of shops, many open once a week


def look_outside(rooms: Rooms, *, now: int) -> list[Finding]:
    """Return whether other nodes answer, and whether pages come over https, as far as is known."""
    return [*_relays(rooms, now), *_ways(rooms, now)]


def _relays(rooms: Rooms, now: int) -> list[Finding]:
    situation = rooms.relay.situation()
    if not situation.addresses:
        if now - rooms.relay.answered_at() <= SILENT:
            says = N_("Une coop sous le même toit répond.")
            return [Finding(code="relays", level=Level.OK, says=says)]
        return _nobody_to_call(rooms)
    peers = situation.peers.values()
    answer = max((peer.answered_at for peer in peers), default=0)
    asked = [peer for peer in peers if peer.asked_at]
    if answer and now - answer <= SILENT:
        good = sum(not peer.said for peer in asked)
        says = N_(
            "Parmi les coops appelées, %(good)s sur %(asked)s répondent.",
            good=good,
            asked=len(asked),
        )
        return [Finding(code="relays", level=Level.OK, says=says)]
    if not asked or max(peer.asked_at for peer in asked) < now - SILENT:
        return [
            Finding(
                code="relays",
                level=Level.NOTE,
                says=N_("Aucune autre coop n'a été appelée ces deux derniers jours."),
                to_do=N_(
                    "« passkoop serve » les appelle toutes les cinq minutes ; Réglages, Réseau, ou "
                    "« passkoop peer sync », le fait maintenant."
                ),
            )
        ]
    return [
        Finding(
            code="relays",
            level=Level.BAD,
            says=N_("Aucune autre coop n'a répondu depuis deux jours : les listes vieillissent."),
            to_do=N_(
                "Vérifiez que cet ordinateur va sur internet. Réglages, Réseau, ou « passkoop peer "
                "sync », dit qui ne répond pas, et pourquoi."
            ),
        )
    ]


def _nobody_to_call(rooms: Rooms) -> list[Finding]:
    if not rooms.coops.pairings():
        return []  # a co-op that is alone so far
    return [
        Finding(
            code="relays",
            level=Level.NOTE,
            says=N_("Aucune adresse à appeler : les nouvelles ne viennent que par fichier."),
            to_do=N_(
                "Demandez à une coop jumelée où la sienne répond, puis Réglages, Réseau, ou "
                "« passkoop peer relay add ADRESSE »."
            ),
        )
    ]


def _ways(rooms: Rooms, now: int) -> list[Finding]:
    ways = ways_since(rooms.settings, now - LOOKED_BACK)
    if Way.HTTP in ways:
        return [
            Finding(
                code="https",
                level=Level.NOTE,
                says=N_(
                    "Des appareils ouvrent les pages en http : leur caméra reste fermée, et qui "
                    "est sur le même réseau peut lire ce qui passe."
                ),
                to_do=N_(
                    "Mettez https devant : docs/installer.md, « Un serveur derrière Caddy ». Pour "
                    "une caisse seule, un lecteur USB suffit, sur l'ordinateur lui-même."
                ),
            )
        ]
    if Way.HTTPS in ways:
        return [Finding(code="https", level=Level.OK, says=N_("Les pages s'ouvrent en https."))]
    if Way.HERE in ways:
        says = N_("Les pages ne s'ouvrent que sur cet ordinateur : https n'est pas nécessaire.")
        return [Finding(code="https", level=Level.OK, says=says)]
    return []
