"""The stage: one page with six doors and the buttons of the play, and the visitor's card."""

from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

from aiohttp import web

from passkoop_cli.demo import folder
from passkoop_cli.demo.counter import PRACTICES
from passkoop_cli.demo.export_file import VISITOR
from passkoop_cli.demo.house import RIBBON, now
from passkoop_cli.demo.play import Play, Step
from passkoop_node.app import Options, guarded_app
from passkoop_node.core.cookies import JAR, Jar
from passkoop_node.core.feature import Needs, Pages, Route, get, post
from passkoop_node.core.forms import read_form
from passkoop_node.core.frame import go_to, render
from passkoop_node.core.hosts import Hosts
from passkoop_node.core.pages import doors
from passkoop_node.joining.public_pages import JOIN
from passkoop_node.till.room import READY, path_of
from passkoop_node.till.rules import RULES
from passkoop_node.till.saying import Screen, screen_of, strip_of
from passkoop_node.till.shown import Shown

_HERE = Path(__file__).parent
IMPORT = "/bureau/membres/importer"
CARDS = "/bureau/cartes"

Press = Callable[[], Awaitable[None]]


class Stage:
    """The pages over a play."""

    def __init__(self, play: Play, *, verify: str, pseudo: bool = False) -> None:
        self.play = play
        self.verify = verify  # what to type to have the card judged
        self.pseudo = pseudo  # for tests: see `core.language`

    def app(self) -> web.Application:
        """Return the application."""
        options = Options(hosts=Hosts(names=frozenset()), pseudo=self.pseudo, ribbon=RIBBON)
        return guarded_app({"demo": self.pages()}, _life, options)

    def pages(self) -> Pages:
        """Return the pages."""
        play, open_to_all = self.play, Needs.NOTHING
        presses: dict[str, tuple[Step, Press]] = {
            "presenter": (Step.CARD, play.show_card),
            "coop": (Step.ALONE, play.switch_home),
            "internet": (Step.ALONE, play.switch_internet),
            "falsifier": (Step.FAKE, play.show_fake),
            "inconnue": (Step.FAKE, play.show_stranger),
            "carte": (Step.LOST, play.switch_card),
        }
        routes: list[Route] = [
            get("/", self.page, needs=open_to_all),
            get("/visiteur", self.visitor, needs=open_to_all),
            get("/visiteur.png", self.picture, needs=open_to_all),
            get(f"/{folder.EXPORT}", self.export, needs=open_to_all),
            get("/porte/{door:[a-z]+}", self.door, needs=open_to_all),
            post("/regles", self.choose_rules, needs=open_to_all),
            post("/recommencer", self.begin_again, needs=open_to_all),
            get("/langue", doors.languages, needs=open_to_all),
            post("/langue", doors.choose_language, needs=open_to_all),
        ]
        routes += [
            post(f"/{name}", self._pressing(step, press), needs=open_to_all)
            for name, (step, press) in presses.items()
        ]
        return Pages(routes=routes, templates=_HERE / "templates", static=_HERE / "static")

    # --- to look at ---

    async def page(self, request: web.Request) -> web.Response:
        """GET /: the doors and the buttons."""
        play = self.play
        async with play.lock:  # while it begins again, there is nothing to show
            return render(
                request,
                "demo/stage.html",
                play=play,
                Step=Step,
                practices=PRACTICES,
                verify=self.verify,
                export=folder.EXPORT,
                screen=screen_of(play.shown) if play.shown else None,
                strip=await self._strip() if play.shown else "",
                with_card=self._with_card(),
                notices=play.host.notices(),
            )

    async def visitor(self, request: web.Request) -> web.Response:
        """GET /visiteur: the card, large enough to be read from the screen."""
        return render(
            request,
            "demo/visitor.html",
            play=self.play,
            name=VISITOR,
            file=folder.CARD,
            verify=self.verify,
        )

    async def picture(self, _request: web.Request) -> web.StreamResponse:
        """GET /visiteur.png."""
        return web.FileResponse(self.play.place / folder.CARD)

    async def export(self, _request: web.Request) -> web.StreamResponse:
        """GET /adhesions-en-desordre.csv: a file to drop on the import screen."""
        kept_as = {"Content-Disposition": f'attachment; filename="{folder.EXPORT}"'}
        return web.FileResponse(self.play.place / folder.EXPORT, headers=kept_as)

    # --- to go to ---

    async def door(self, request: web.Request) -> web.Response:
        """GET /porte/<door>: on to a node, whose page opens without a password."""
        async with self.play.lock:
            return web.Response(status=303, headers={"Location": await self._behind(request)})

    async def _behind(self, request: web.Request) -> str:
        home, host, newcomer = self.play.home, self.play.host, self.play.newcomer
        door = request.match_info["door"]
        # Links, not forms: a page of ours may send no form to another address.
        match door:
            case "caisse":
                return host.open_till(READY)
            case "presenter":
                await self.play.show_card()
                return host.open_till(path_of(await self.play.show_again()))
            case "reponse" if self.play.shown is not None:
                return host.open_till(path_of(await self.play.show_again()))
            case "reglages":
                return await host.open_office(RULES)
            case "bureau":
                return await newcomer.open_office("/bureau")
            case "import":
                return await newcomer.open_office(IMPORT)
            case "cartes":
                return await newcomer.open_office(CARDS)
            case "adhesion":
                return newcomer.address(JOIN)
            case "annuaire":
                return await self.play.open_annuaire()
            case "panier" if home.is_on:
                return await home.open_office(CARDS)
        return "/"

    # --- to press ---

    def _pressing(
        self, step: Step, press: Press
    ) -> Callable[[web.Request], Awaitable[web.Response]]:
        async def pressed(request: web.Request) -> web.Response:
            """POST: do it, and show what came of it."""
            async with self.play.lock:
                await press()
            return go_to(request, f"/#{step.value}")

        return pressed

    async def choose_rules(self, request: web.Request) -> web.Response:
        """POST /regles: the host welcomes as one of the real co-ops does."""
        form = await read_form(request)
        async with self.play.lock:
            await self.play.choose_rules(form["coop"])
        return go_to(request, f"/#{Step.RULES.value}")

    async def begin_again(self, request: web.Request) -> web.Response:
        """POST /recommencer."""
        async with self.play.lock:
            await self.play.begin_again()
        return go_to(request, "/")

    # --- within ---

    async def _strip(self) -> str:
        host = self.play.host
        lists_from = await host.run(lambda _rooms: host.desk.lists_from())
        return strip_of(lists_from, now=now())

    def _with_card(self) -> Screen | None:
        answer = self.play.with_card
        if answer is None:
            return None
        return screen_of(Shown(id="", till="", at=now(), answer=answer, name=VISITOR))


async def _life(app: web.Application) -> AsyncIterator[None]:
    app[JAR] = Jar(coop="demo", key=b"nothing is said from page to page")
    yield
