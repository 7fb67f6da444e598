"""What a room hands to the house."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum
from pathlib import Path
from typing import TYPE_CHECKING

from sqlite_utils import Migrations

from passkoop_node.core.language import N_, Message

if TYPE_CHECKING:  # commands that serve no page need not load a web server
    from aiohttp import web

    Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
    Work = Callable[[web.Application], Awaitable[None]]
    SetUp = Callable[[web.Application], None]

FORM_BYTES = 64_000  # more than anybody types into a form


class Needs(Enum):
    """Who may open a page. Every route says it: there is no default."""

    NOTHING = "nothing"
    MEMBER = "member"  # who opened their own page by a link; no account opens it for them
    TILL = "till"  # a paired till, or whoever has an account
    KIOSK = "kiosk"  # a paired kiosk alone
    ACCOUNT = "account"
    OFFICE = "office"
    ADMINISTRATOR = "administrator"


class Door(Enum):
    """The three doors of the first page."""

    TILL = "till"
    OFFICE = "office"
    SETTINGS = "settings"


class Group(Enum):
    """What belongs together behind a door, in the order in which it is shown there."""

    TILL = (Door.TILL, N_("Caisse"))
    MEMBERS = (Door.OFFICE, N_("Membres et cartes"))
    WRITING = (Door.OFFICE, N_("Écrire aux membres"))
    VISITS = (Door.OFFICE, N_("Visites et autres coops"))
    FIGURES = (Door.OFFICE, N_("Chiffres et exports"))
    COOP = (Door.SETTINGS, N_("Votre coop"))
    WORK = (Door.SETTINGS, N_("Qui travaille ici"))
    OTHERS = (Door.SETTINGS, N_("Les autres coops"))
    UPKEEP = (Door.SETTINGS, N_("Entretien"))

    def __init__(self, door: Door, title: Message) -> None:
        self.door = door
        self.title = title


@dataclass(frozen=True, kw_only=True, slots=True)
class Route:
    """One address, and who may ask for it."""

    method: str
    path: str  # as aiohttp writes it: /reglages/comptes/{id:[0-9]+}
    handler: "Handler"
    needs: Needs
    max_body: int = FORM_BYTES  # bytes
    seconds: int = 15  # in which the body has to have come
    is_api: bool = False  # errors are JSON, and nobody is sent to the door of entry
    runs_wasm: bool = False  # the page may run WebAssembly of ours
    is_wire: bool = False  # for programs of others: whence it comes proves nothing, and need not
    by_token: bool = False  # the handler asks for a token, and cookies count for nothing


@dataclass(frozen=True, kw_only=True, slots=True)
class MenuEntry:
    """A page that the menu leads to, for those who may open it."""

    group: Group  # those of one group stand in the order of the features
    title: Message
    path: str
    needs: Needs
    says: Message | None = None  # a sentence, where there is room for one
    icon: str = ""  # a name of core/icons.html


@dataclass(frozen=True, kw_only=True, slots=True)
class Job:
    """Something to do again and again while the node serves."""

    name: str
    every: int  # seconds
    work: "Work"
    after: int = 0  # seconds from the start of the node until the first time


@dataclass(frozen=True, kw_only=True, slots=True)
class Switch:
    """Something that a co-op may do without: its pages are then not there."""

    name: str  # room.word, stable: it is in settings
    title: Message
    says: Message
    paths: tuple[str, ...]  # it is all that lies under these addresses

    def covers(self, path: str) -> bool:
        """Return whether an address belongs to it."""
        return any(f"{path}/".startswith(f"{one}/") for one in self.paths)


@dataclass(frozen=True, kw_only=True, slots=True)
class Pages:
    """What a room shows: its routes, and what they are made of."""

    routes: Sequence[Route]
    menu: Sequence[MenuEntry] = ()
    jobs: Sequence[Job] = ()
    switches: Sequence[Switch] = ()
    templates: Path | None = None  # a folder; its files are called "room/file.html"
    static: Path | None = None  # a folder; static("room/file.js") in a template gives an address
    more_static: Mapping[str, Path] = field(default_factory=dict)  # folders from elsewhere, by name
    set_up: "SetUp | None" = None  # puts what the pages need into the app, before it serves


@dataclass(frozen=True, kw_only=True, slots=True)
class Feature:
    """A subject of the co-op, as the house sees it."""

    name: str  # stable, English: it is in settings
    migrations: Migrations  # its tables; the set is named like the feature
    pages: Callable[[], Pages] | None = None  # imports the pages, and with them the web server


def get(path: str, handler: "Handler", *, needs: Needs) -> Route:
    """Return a page to look at."""
    return Route(method="GET", path=path, handler=handler, needs=needs)


def post(path: str, handler: "Handler", *, needs: Needs, max_body: int = FORM_BYTES) -> Route:
    """Return a form to send."""
    return Route(method="POST", path=path, handler=handler, needs=needs, max_body=max_body)
