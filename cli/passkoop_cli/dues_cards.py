"""`passkoop dues suspend`: whether unpaid dues suspend cards, and whose."""

import click

from passkoop_cli.asking import confirm, is_interactive
from passkoop_cli.context import ACTOR, Context, pass_context
from passkoop_cli.output import json_option, plural, print_json, progress_bar, say
from passkoop_cli.usage import Misuse
from passkoop_node.dues.lapsing import DUES, Wait

_WAITS = {
    Wait.OFF: "La cotisation ne suspend aucune carte.",
    Wait.CLOCK: "L’horloge de cet ordinateur avance\u202f: aucune carte n’est suspendue.",
    Wait.RESTORED: "Cette coop vient d’une sauvegarde\u202f: aucune carte n’est suspendue avant "
    "votre accord. Notez d’abord les paiements reçus depuis.",
    Wait.MANY: "C’est beaucoup d’un coup\u202f: aucune carte n’est suspendue avant votre accord.",
}


@click.command()
@click.option("--on/--off", "wanted", default=None, help="Suspendre les cartes impayées, ou non.")
@click.option("--yes", is_flag=True, help="Donner l’accord attendu, sans question.")
@json_option
@pass_context
def suspend(context: Context, wanted: bool | None, yes: bool, as_json: bool) -> None:
    """Suspendre les cartes de qui n’a pas renouvelé, ou montrer lesquelles.

    Un paiement les réveille aussitôt, celles du foyer avec celle de la personne titulaire.
    """
    lapsing, now = context.rooms.lapsing, context.now
    is_on = lapsing.is_on if wanted is None else wanted
    people = lapsing.outlook(now=now).people
    asked = is_on and people > 0 and (wanted is True or yes)
    if asked and not yes:
        question = f"{plural(people, 'carte')} à suspendre aujourd’hui. Les suspendre\u202f?"
        if not is_interactive():
            raise Misuse(question.rpartition(". ")[0], "Relancez avec --yes pour les suspendre.")
        confirm(question)
    if wanted is not None and wanted != lapsing.is_on:
        lapsing.switch(wanted, now=now, actor=ACTOR)
    changed = 0
    if wanted is not None or asked:
        with progress_bar(people, "Cartes") as bar:
            for part in lapsing.sweep(now=now, actor=ACTOR, agreed=asked):
                changed += part
                bar.update(part)
    waits = lapsing.waits()
    left = lapsing.outlook(now=now).people
    held = len(context.rooms.cards.held(DUES))
    if as_json:
        print_json(
            {
                "on": lapsing.is_on,
                "waits": waits.value if waits and waits is not Wait.OFF else "",
                "changed": changed,
                "to_suspend": left,
                "suspended": held,
            }
        )
        return
    if waits is None:
        say("Les cartes de qui n’a pas renouvelé sont suspendues, jusqu’au paiement.")
    else:
        say(_WAITS[waits])
    if changed:
        say(f"{plural(changed, 'carte')} de changé{'e' if changed < 2 else 'es'}.")
    if left and waits is Wait.OFF:
        say(f"{plural(left, 'carte')} à suspendre si vous le vouliez\u202f: --on.")
    elif left:
        say(f"{plural(left, 'carte')} à suspendre.")
