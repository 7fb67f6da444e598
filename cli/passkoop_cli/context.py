"""What every command starts from: the co-op's folder, the clock, a passphrase if asked."""

import datetime
import os
import time
from functools import cached_property
from pathlib import Path
from types import TracebackType

import click
from nacl.signing import SigningKey

from passkoop_cli.asking import ask_secret, is_interactive
from passkoop_node.core.keyring import PassphraseNeeded
from passkoop_node.home import Home
from passkoop_node.rooms import Rooms, open_rooms

ACTOR = "cli"  # in the audit


class Context:
    """One run of the command."""

    def __init__(self, path: Path) -> None:
        self.home = Home(path)
        self.now = int(time.time())  # the only clock: everything below is told the time
        self._rooms: Rooms | None = None

    @property
    def rooms(self) -> Rooms:
        """The rooms of the co-op, opened when first needed."""
        if self._rooms is None:
            self._rooms = open_rooms(self.home)
        return self._rooms

    @cached_property
    def identity(self) -> SigningKey:
        """The identity key; a passphrase is asked once, and only in a terminal."""
        return self.rooms.keyring.identity_key(ask_passphrase)

    def ask_identity(self) -> SigningKey:
        """Return the identity key, for those who may need it."""
        return self.identity

    @property
    def today(self) -> datetime.date:
        """The day it is in the shop."""
        return datetime.datetime.fromtimestamp(self.now).astimezone().date()

    def __enter__(self) -> "Context":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._rooms is not None:
            self._rooms.close()


pass_context = click.make_pass_decorator(Context)


def ask_passphrase() -> str:
    """Return the passphrase of the identity key, from PASSKOOP_PASSPHRASE or the terminal."""
    if given := given_passphrase():
        return given
    if not is_interactive():
        raise PassphraseNeeded
    return ask_secret("Phrase de passe de la clé d’identité")


def given_passphrase() -> str:
    """Return the passphrase that the environment gives; "": none."""
    return os.environ.get("PASSKOOP_PASSPHRASE", "")
