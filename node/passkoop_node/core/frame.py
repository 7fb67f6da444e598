"""The frame of every page: templates, static files, and what all pages show."""

import hashlib
import mimetypes
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import jinja2
from aiohttp import web
from markupsafe import Markup

from passkoop_node.core import formats
from passkoop_node.core.caller import Caller
from passkoop_node.core.cookies import JAR
from passkoop_node.core.feature import Door, Group, MenuEntry
from passkoop_node.core.handling import CALLER, NOW, caller
from passkoop_node.core.language import (
    LANGUAGES,
    PSEUDO,
    SOURCE,
    Message,
    current,
    filled,
    translate,
    translate_plural,
)
from passkoop_node.core.switches import Switches

DOORS = {"/caisse": Door.TILL, "/bureau": Door.OFFICE, "/reglages": Door.SETTINGS}

_FOREVER = "public, max-age=31536000, immutable"  # the address changes with the content


class Static:
    """The files that browsers keep: one address for the state of all of them."""

    def __init__(self, folders: Mapping[str, Path]) -> None:
        self._files = {
            f"{room}/{path.relative_to(folder).as_posix()}": path
            for room, folder in sorted(folders.items())
            for path in sorted(folder.rglob("*"))
            if path.is_file()
        }
        state = hashlib.sha256()
        for name, path in self._files.items():
            state.update(name.encode() + b"\0" + hashlib.sha256(path.read_bytes()).digest())
        # In the folder, not in each name: scripts import their neighbours by relative addresses.
        self.base = f"/static/{state.hexdigest()[:12]}"

    def address(self, name: str) -> str:
        """Return the address of "room/file"."""
        if name not in self._files:
            raise LookupError(f"no static file is called {name}")
        return f"{self.base}/{name}"

    def names(self) -> Sequence[str]:
        """Return all names, for a page that keeps working without the node."""
        return list(self._files)

    async def serve(self, request: web.Request) -> web.StreamResponse:
        """GET /static/<state>/<room>/<file>."""
        path = self._files.get(request.match_info["name"])
        if path is None or not request.path.startswith(f"{self.base}/"):
            raise web.HTTPNotFound
        kind = mimetypes.guess_type(path.name)[0] or "application/octet-stream"
        if kind.startswith("text/"):
            kind += "; charset=utf-8"
        return web.FileResponse(path, headers={"Content-Type": kind, "Cache-Control": _FOREVER})


@dataclass(frozen=True, kw_only=True, slots=True)
class Frame:
    """What all pages show."""

    language: str
    languages: Mapping[str, str]
    coop: str  # its name
    vegetable: int  # its colour, 1 to 6
    caller: Caller
    path: str
    now: int  # seconds, UTC
    door: Door | None  # behind which door this page is
    doors: Sequence[Door]  # that open for the caller
    group: Group | None  # to which of its door's this page belongs
    menu: Sequence[MenuEntry]  # of this door
    said: str  # by the page before
    ribbon: Message | None  # above every page
    notices: Sequence[Message]  # in the till's strip
    switches: Switches

    def opens(self, path: str) -> bool:
        """Return whether an address leads anywhere: what it belongs to may be switched off."""
        return self.switches.is_open(path)

    @property
    def token(self) -> Markup:
        """The hidden field that each form of somebody who entered, or of a till, carries."""
        return Markup('<input type="hidden" name="_jeton" value="{}">').format(
            self.caller.form_token
        )


class Pages:
    """Renders pages."""

    def __init__(
        self,
        *,
        templates: Mapping[str, Path],
        static: Static,
        menu: Sequence[MenuEntry],
        switches: Switches,
    ) -> None:
        self.static = static
        self.menu = menu
        self.switches = switches
        self.coop = ""  # shown on every page; kept current by whoever changes it
        self.vegetable = 1  # the one colour that the co-op keeps
        self.ribbon: Message | None = None  # what stands above every page
        self.notices: Callable[[], Sequence[Message]] = tuple  # what the till's strip adds
        self._jinja = jinja2.Environment(
            loader=jinja2.PrefixLoader(
                {room: jinja2.FileSystemLoader(folder) for room, folder in templates.items()}
            ),
            autoescape=True,
            undefined=jinja2.StrictUndefined,
            extensions=["jinja2.ext.i18n", "jinja2.ext.do"],
            trim_blocks=True,
            lstrip_blocks=True,
            auto_reload=False,
            keep_trailing_newline=True,
        )
        self._jinja.install_gettext_callables(  # type: ignore[attr-defined]
            translate, translate_plural, newstyle=True
        )
        self._jinja.globals.update(gettext=_gettext, ngettext=_ngettext)
        self._jinja.globals["static"] = static.address
        self._jinja.globals["static_names"] = static.names()
        self._jinja.globals["Door"] = Door
        self._jinja.filters.update(
            day=formats.day, hour=formats.hour, number=formats.number, duration=formats.duration
        )
        self._jinja.filters["moment"] = formats.moment

    def page(self, request: web.Request, template: str, values: Mapping[str, Any]) -> str:
        """Return a page."""
        return self._jinja.get_template(template).render(frame=self._frame(request), **values)

    def entries(self, door: Door, who: Caller) -> list[MenuEntry]:
        """Return what is behind a door, for somebody: group after group."""
        return [
            one
            for group in Group
            for one in self.menu
            if one.group is group
            and group.door is door
            and who.may(one.needs)
            and self.switches.is_open(one.path)
        ]

    def _frame(self, request: web.Request) -> Frame:
        who = caller(request)
        # The longest address that this page lies under: /reglages/comptes/3 is behind /reglages.
        near = [one for one in self.menu if f"{request.path}/".startswith(f"{one.path}/")]
        group = max(near, key=lambda one: len(one.path)).group if near else None
        door = group.door if group else DOORS.get(request.path)
        return Frame(
            # Browsers and readers know no language that nobody speaks.
            language=SOURCE if current() == PSEUDO else current(),
            languages=LANGUAGES,
            coop=self.coop if CALLER in request else "",
            vegetable=self.vegetable,
            caller=who,
            path=request.path,
            now=request[NOW],
            door=door,
            group=group,
            doors=[one for one in Door if self.entries(one, who)],
            menu=self.entries(door, who) if door else [],
            said=request.app[JAR].said(request),
            ribbon=self.ribbon,
            notices=self.notices(),
            switches=self.switches,
        )


PAGES = web.AppKey("PAGES", Pages)


def _gettext(msgid: str, /, **facts: Any) -> str:
    """Return a text as templates say it: the facts escaped, French joined to the names."""
    return filled(Markup(translate(msgid)), facts)  # noqa: S704 - ours, and facts are escaped


def _ngettext(one: str, many: str, count: int, /, **facts: Any) -> str:
    facts.setdefault("num", count)
    return filled(Markup(translate_plural(one, many, count)), facts)  # noqa: S704


def render(
    request: web.Request, template: str, *, status: int = 200, **values: Any
) -> web.Response:
    """Return a page: `render(request, "till/ready.html", visits=visits)`."""
    pages = request.app[PAGES]
    response = web.Response(
        text=pages.page(request, template, values), status=status, content_type="text/html"
    )
    jar = request.app[JAR]
    if jar.read(request, "dit"):
        jar.drop(request, response, "dit")
    return response


def go_to(request: web.Request, path: str, *, say: object = "") -> web.Response:
    """Return the way to another page, after a form; that page says `say` once."""
    response = web.Response(status=303, headers={"Location": path})
    if say:
        request.app[JAR].say_next(request, response, str(say))
    return response
