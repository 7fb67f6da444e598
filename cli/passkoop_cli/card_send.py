"""`passkoop card send`: cards by e-mail."""

import click

from passkoop_cli.context import ACTOR, Context, pass_context
from passkoop_cli.output import day_of, json_option, plural, print_json, progress_bar, say
from passkoop_cli.usage import Misuse
from passkoop_node.cards.printing import Pairs

_BATCH = 50  # letters put at once


@click.command()
@click.argument("numbers", metavar="[NUMÉRO]…", nargs=-1)
@click.option("--all", "everybody", is_flag=True, help="Tous ceux à qui elle n’est jamais partie.")
@json_option
@pass_context
def send(context: Context, numbers: tuple[str, ...], everybody: bool, as_json: bool) -> None:
    """Mettre des cartes au courrier : chacun reçoit la sienne par e-mail.

    « passkoop serve » les envoie ; « passkoop mail outbox » dit où elles en sont.
    """
    if bool(numbers) == everybody:
        wrong = "il faut choisir entre des numéros et --all" if numbers else "il manque pour qui"
        raise Misuse(wrong, "Donnez des numéros de membres, ou --all pour tous.")
    rooms, now = context.rooms, context.now
    on = max(context.today, day_of(now))
    rooms.mail.ready()
    without = waiting = 0
    pairs: Pairs
    if everybody:
        unsent = rooms.card_mail.unsent(on=on, now=now)
        without, waiting = unsent.without_address, unsent.waiting
        pairs = rooms.card_mail.pairs(unsent.to_send, now=now)
    else:
        members = [rooms.members.by_number(number) for number in dict.fromkeys(numbers)]
        pairs = [(one, rooms.card_mail.sendable(one, on=on, now=now)) for one in members]
    count = 0
    with progress_bar(len(pairs), "Cartes") as bar:
        for first in range(0, len(pairs), _BATCH):
            batch = pairs[first : first + _BATCH]
            count += rooms.card_mail.send(batch, actor=ACTOR, now=now)
            bar.update(len(batch))
    waiting += len(pairs) - count
    if as_json:
        print_json({"cards": count, "waiting": waiting, "without_address": without})
    say(f"{plural(count, 'carte')} au courrier\u202f; «\u00a0passkoop serve\u00a0» les envoie.")
    if waiting:
        say(f"{plural(waiting, 'carte')} déjà au courrier.")
    if without:
        say(f"{plural(without, 'membre')} sans adresse e-mail valable.")
