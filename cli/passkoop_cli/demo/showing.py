"""The demonstration as it lives: from the folder that is made to the folder that is gone."""

import asyncio
import contextlib
import os
import signal
import sys
import webbrowser
from pathlib import Path

import click
from aiohttp import web

from passkoop_cli.demo import folder
from passkoop_cli.demo.house import ADDRESS
from passkoop_cli.demo.network import this_machine_alone
from passkoop_cli.demo.play import Play
from passkoop_cli.demo.stage import Stage
from passkoop_cli.demo.typed import command, say_for_real
from passkoop_cli.output import say

_ENDS = ("SIGINT", "SIGTERM", "SIGHUP")  # Ctrl-C, the system, a terminal that was closed
_GRACE = 0.5  # seconds for what is being answered at the end


def show(here: Path, *, opens: bool) -> None:
    """Show it until somebody ends it; then nothing of it is left.

    Args:
        here: where its folder is made.
        opens: open the browser.
    """
    say("Trois coops s’installent…")
    with (
        folder.demo_folder(here) as place,
        this_machine_alone(),
        contextlib.suppress(KeyboardInterrupt),  # where signals are not handled
    ):
        asyncio.run(_live(Play(place), opens=opens, named=_named(place, here)))
    with contextlib.suppress(OSError):  # the terminal may be the one that was closed
        click.echo("\nLa démonstration est finie, et tout est effacé.")
        say_for_real("init", "member import membres.csv", "card issue --all --out cartes", "serve")


async def _live(play: Play, *, opens: bool, named: Path) -> None:
    told = asyncio.Event()
    _listen(told)
    starting = asyncio.create_task(play.begin())
    ending = asyncio.create_task(told.wait())
    carrying: asyncio.Task[None] | None = None
    runner: web.AppRunner | None = None
    try:
        await asyncio.wait({starting, ending}, return_when=asyncio.FIRST_COMPLETED)
        await starting  # what was begun is done: its threads would go on without us
        if not told.is_set():
            stage = Stage(play, verify=_verify(named))
            runner = web.AppRunner(
                stage.app(), access_log=None, handle_signals=False, shutdown_timeout=_GRACE
            )
            await runner.setup()
            await web.TCPSite(runner, ADDRESS, 0).start()
            carrying = asyncio.create_task(play.keep_carrying())
            address = f"http://{ADDRESS}:{runner.addresses[0][1]}/"
            _say_ready(address, stage, named)
            if opens:  # in a thread: where there are no windows, a browser may fill the terminal
                asyncio.get_running_loop().run_in_executor(None, webbrowser.open, address)
            await told.wait()
    finally:
        ending.cancel()
        if carrying is not None:
            carrying.cancel()
            await asyncio.gather(carrying, return_exceptions=True)
        if runner is not None:
            await runner.cleanup()
        await play.end()


def _listen(told: asyncio.Event) -> None:
    loop = asyncio.get_running_loop()
    for name in _ENDS:
        number = getattr(signal, name, None)
        if number is not None and sys.platform != "win32":
            loop.add_signal_handler(number, told.set)


def _say_ready(address: str, stage: Stage, named: Path) -> None:
    click.echo(f"\n{click.style('La démonstration est ouverte', bold=True)}\u202f: {address}\n")
    click.echo(
        "Six portes\u202f: caisse, bureau, visiteur, adhésion, réglages, annuaire."
        " Tout y est inventé."
    )
    click.echo("Dans un autre terminal, ici même\u202f:")
    click.echo(f"   $ {stage.verify}")
    click.echo(f"Les fichiers sont dans {named}. Ctrl-C arrête tout et efface tout.")
    sys.stdout.flush()


def _named(place: Path, here: Path) -> Path:
    """Return the folder as one types it here."""
    return place.relative_to(here) if place.is_relative_to(here) else place


def _verify(named: Path) -> str:
    """Return what to type to have the visitor's card judged at the till's co-op.

    Where a real co-op would answer, the demonstration's is named.
    """
    words = [command(), "verify", str(named / folder.CARD)]
    if os.environ.get("PASSKOOP_HOME") or Path("passkoop").exists():
        words[1:1] = ["--home", str(named / folder.COOPS / folder.HOST)]
    return " ".join(f'"{word}"' if " " in word else word for word in words)
