"""`passkoop dues remind`: who would get which reminder today, and sending them."""

import click

from passkoop_cli.context import ACTOR, Context, pass_context
from passkoop_cli.output import json_option, plural, print_json, print_table, progress_bar, say
from passkoop_node.dues.reminding_words import said_step
from passkoop_node.members.preferences import Channel, Topic

_CHANNELS = {
    Channel.EMAIL: "e-mail",
    Channel.SMS: "SMS",
    Channel.POST: "lettre",
    Channel.NONE: "personne à joindre autrement",
}


@click.command()
@click.option("--send", "is_sent", is_flag=True, help="Mettre ces rappels au courrier.")
@json_option
@pass_context
def remind(context: Context, is_sent: bool, as_json: bool) -> None:
    """Montrer qui recevrait quel rappel aujourd’hui, ou les mettre au courrier."""
    reminders, now = context.rooms.reminders, context.now
    due = reminders.due(now=now)
    ways = reminders.channels.look([one.member for one in due], Topic.DUES)
    if as_json and not is_sent:
        for one in due:
            print_json(
                {
                    "number": one.member.number,
                    "due": one.due,
                    "days_after": one.step,
                    "channel": ways[one.member.id].channel.value,
                    "why": ways[one.member.id].why,
                }
            )
        return
    count = 0
    if is_sent:
        with progress_bar(len(due), "Rappels") as bar:
            for part in reminders.send(now=now, actor=ACTOR):
                count += part
                bar.update(part)
        if as_json:
            print_json({"reminders": count})
        say(
            f"{plural(count, 'rappel')} au courrier\u202f; «\u00a0passkoop serve\u00a0» les envoie."
        )
        return
    if not reminders.rules.is_on:
        say("Les rappels ne sont pas en service\u202f: réglages, page «\u00a0Cotisations\u00a0».")
    if due:
        print_table(
            ("N°", "Nom", "Rappel", "Par"),
            [
                (
                    one.member.number,
                    one.member.full_name,
                    said_step(one.step),
                    _CHANNELS[ways[one.member.id].channel],
                )
                for one in due
            ],
        )
    say(f"{plural(len(due), 'rappel')} à envoyer aujourd’hui.")
