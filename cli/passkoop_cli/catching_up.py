"""What is said when documents of our own come back from others."""

from passkoop_cli.output import say
from passkoop_node.rooms import Rooms


def say_catching_up(rooms: Rooms, *, was_catching_up: bool) -> None:
    """Say what it means for our own signing that documents came in, if it means anything."""
    ourselves = rooms.ourselves
    if ourselves.is_catching_up and not was_catching_up:
        say(
            "Attention\u202f: votre coop a signé ailleurs des documents plus récents que les siens."
        )
        say("Ce dossier est une ancienne copie, ou quelqu’un d’autre a ses clés.")
        say("Elle ne signe plus rien avant «\u00a0passkoop restore --finish\u00a0».")
        say("Si une clé est volée, d’abord\u202f: «\u00a0passkoop key withdraw\u00a0».")
    elif ourselves.is_catching_up and ourselves.has_fetched:
        say("Les documents de votre coop sont revenus.")
        say("Si ce sont les plus récents\u202f: «\u00a0passkoop restore --finish\u00a0».")
