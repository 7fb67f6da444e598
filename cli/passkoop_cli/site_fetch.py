"""`passkoop site fetch`: what co-ops published since, for a build that is scheduled."""

import asyncio
from pathlib import Path
from typing import TYPE_CHECKING

import click

from passkoop_cli.context import Context, pass_context
from passkoop_cli.kinds import FOLDER
from passkoop_cli.output import json_option, plural, print_json, say

if TYPE_CHECKING:
    from passkoop_site.fetched import Holding, Wanted

_AT_ONCE = 8  # subjects asked for at one time


@click.command()
@click.argument("content", metavar="CONTENU", type=FOLDER)
@click.option(
    "--from",
    "typed",
    multiple=True,
    metavar="ADRESSE",
    help="Demander aussi à ce relais ou à ce Pass’Koop (peut se répéter).",
)
@json_option
@pass_context
def fetch(context: Context, content: Path, typed: tuple[str, ...], as_json: bool) -> None:
    """Prendre ce que la fédération et les coops ont publié depuis.

    Leurs Pass’Koop et leurs relais sont interrogés ; seul ce qui est signé et plus récent entre
    dans CONTENU/documents. Quand personne ne répond, tout reste comme c’était.
    """
    from passkoop_node.core.reach import parse_web_address
    from passkoop_site.fetched import load_holding

    relays = tuple(parse_web_address(one) for one in typed)
    holding = load_holding(content, now=context.now)
    silent = asyncio.run(_fetch_all(holding, relays, now=context.now))
    files = holding.save()
    for subject, code in sorted(holding.refused.items()):
        say(f"{subject.hex()}\u202f: une réponse est refusée ({code})\u202f; rien n’en est gardé.")
    if as_json:
        print_json(
            {
                "new": holding.new,
                "files": files,
                "silent": [one.hex() for one in silent],
                "refused": {name.hex(): code for name, code in sorted(holding.refused.items())},
            }
        )
        return
    say(f"{plural(holding.new, 'document nouveau', 'documents nouveaux')}.")
    if silent:
        count = plural(len(silent), "coop ou fédération", "coops ou fédérations")
        say(f"{count} sans réponse\u202f: ce qui était là est gardé.")


async def _fetch_all(holding: "Holding", typed: tuple[str, ...], *, now: int) -> list[bytes]:
    """Ask for federations first: they say which co-ops there are. Return who was not found."""
    silent = await _fetch(holding, holding.federations(), typed, now=now)
    common = tuple(one for each in holding.federations() for one in each.own)
    return silent + await _fetch(holding, holding.coops(), typed, common, now=now)


async def _fetch(
    holding: "Holding",
    subjects: "list[Wanted]",
    typed: tuple[str, ...],
    common: tuple[str, ...] = (),
    *,
    now: int,
) -> list[bytes]:
    from passkoop_node.core.reach import Reach
    from passkoop_node.relay.asking import ask_for
    from passkoop_site.fetched import KINDS_OF_A_COOP

    turn = asyncio.Semaphore(_AT_ONCE)

    async def one(wanted: "Wanted") -> bool:
        answered = False
        # Whom a person typed may be near; whom a document names may not lead into this network.
        places = dict.fromkeys((*wanted.own, *common), Reach.PUBLIC)
        places |= dict.fromkeys(typed, Reach.ANYWHERE)
        async with turn:
            for address, reach in places.items():
                found = await ask_for(address, wanted.subject, wanted.kinds, reach=reach, now=now)
                if found:
                    answered = True
                    holding.take(wanted, found, now=now)
                    if address in wanted.own and wanted.kinds == KINDS_OF_A_COOP:
                        break  # it speaks for itself; of a federation, any relay may be behind
        return answered

    answers = await asyncio.gather(*(one(wanted) for wanted in subjects))
    return [one.subject for one, good in zip(subjects, answers, strict=True) if not good]
