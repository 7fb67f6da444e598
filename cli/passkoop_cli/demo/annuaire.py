"""The fifth door: a federation of the invented co-ops, and the site that it makes of them."""

import json
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from aiohttp import web
from nacl.signing import SigningKey

from passkoop_cli.demo.coops import HOME, HOST, NEWCOMER
from passkoop_cli.demo.house import ADDRESS, now
from passkoop_protocol import cose
from passkoop_protocol.bundle import write_bundle
from passkoop_protocol.descriptor import TYP, Descriptor, parse_descriptor
from passkoop_protocol.directory import ROOT_AAD, ROOT_TYP, Directory, Row, encode_root
from passkoop_protocol.keys import PublicKey, pairing_code
from passkoop_site import federation
from passkoop_site.building import build_site
from passkoop_site.federation_changes import DIRECTORY_LASTS, first_root
from passkoop_site.federation_requests import Person
from passkoop_site.remarks import Report

_OTHERS = Path(__file__).with_name("annuaire.json")  # co-ops without a node
_GRACE = 0.5  # seconds

# What the entries of the three add to what they sign themselves: where they are on the map.
_ENTRIES: Mapping[str, Mapping[str, Any]] = {
    HOME.name: {
        "slug": "panier-a-deux-anses",
        "region": "Nouvelle-Aquitaine",
        "latitude": 45.2,
        "longitude": 0.2,
        "etape": "epicerie",
        "fr": {"resume": "La coop de Maëlle\u202f: une épicerie au bord de la rivière."},
    },
    HOST.name: {
        "slug": "courge-voyageuse",
        "region": "Wallonie",
        "latitude": 50.2,
        "longitude": 5.6,
        "etape": "epicerie",
        "fr": {"resume": "La coop des vacances\u202f: ses règles changent à la porte Réglages."},
    },
    NEWCOMER.name: {
        "slug": "haricot-grimpant",
        "region": "Bourgogne-Franche-Comté",
        "latitude": 47.1,
        "longitude": 5.2,
        "etape": "commandes",
        "adhesion_en_ligne": False,
        "fr": {"resume": "Une coop qui s’installe, et importe sa première liste de membres."},
    },
}


class Annuaire:
    """A federation's site on a port of its own, made anew each time its door is opened."""

    def __init__(self, place: Path) -> None:
        self._source, self._site = place / "annuaire", place / "site"
        self._key = SigningKey.generate()  # of the one person of the federation
        self._documents: tuple[bytes, ...] = ()
        self._runner: web.AppRunner | None = None
        self._port = 0

    async def start(self) -> None:
        """Serve what is made of it: plain files, as any web host does."""
        app = web.Application()
        app.router.add_get("/{path:.*}", self._serve)
        runner = web.AppRunner(app, access_log=None, handle_signals=False, shutdown_timeout=_GRACE)
        await runner.setup()
        self._runner = runner
        await web.TCPSite(runner, ADDRESS, self._port).start()
        self._port = runner.addresses[0][1]

    async def stop(self) -> None:
        """Close it."""
        runner, self._runner = self._runner, None
        if runner is not None:
            await runner.cleanup()

    def forget(self) -> None:
        """Do as if there had never been a federation: its co-ops are others now."""
        self._documents = ()
        for folder in (self._source, self._site):
            shutil.rmtree(folder, ignore_errors=True)

    @property
    def is_open(self) -> bool:
        """Whether somebody has opened its door."""
        return self._runner is not None

    @property
    def address(self) -> str:
        """Where a browser finds it."""
        return f"http://{ADDRESS}:{self._port}/"

    def build(self, news: list[bytes]) -> None:
        """Make the site of what the three co-ops have signed by now, and of the others' entries."""
        moment = now()
        if not self._documents:
            self._documents = self._begin(news, now=moment)
        for name in ("coops", "documents"):
            (self._source / name).mkdir(parents=True, exist_ok=True)
        settings = f'adresse = "{self.address.rstrip("/")}"\n'
        (self._source / "site.toml").write_text(settings, "utf-8")
        three = json.dumps(_entries_of(news), ensure_ascii=False)
        (self._source / "coops" / "trois.json").write_text(three, "utf-8")
        shutil.copyfile(_OTHERS, self._source / "coops" / "autres.json")
        documents = self._source / "documents"
        (documents / "federation.passkoop").write_bytes(write_bundle(self._documents))
        (documents / "coops.passkoop").write_bytes(write_bundle(news))
        build_site(self._source, self._site, Report(), now=moment)

    def _begin(self, news: list[bytes], *, now: int) -> tuple[bytes, ...]:
        """Return a first root, and a directory with the three co-ops in it."""
        person = Person(name="Camille (démo)", key=PublicKey(bytes(self._key.verify_key)))
        root = first_root("Fédération des potagers (démo)", person, relays=(), now=now)
        directory = Directory(
            federation=root.federation,
            issued_at=now,
            expires_at=now + DIRECTORY_LASTS,
            rows=tuple(
                Row(
                    identity_key=one.identity_key,
                    slug=_ENTRIES[one.name]["slug"],
                    name=one.name,
                    country=one.country,
                    region=_ENTRIES[one.name]["region"],
                )
                for one in _descriptors(news)
            ),
        )
        signed = cose.sign(encode_root(root), keys=[self._key], aad=ROOT_AAD, typ=ROOT_TYP)
        return federation.begin(signed, directory, self._key, now=now).documents

    async def _serve(self, request: web.Request) -> web.StreamResponse:
        """GET /…: a file, or what lies behind a folder's address."""
        asked = self._site / request.match_info["path"].lstrip("/")
        found = asked.resolve()
        if not found.is_relative_to(self._site.resolve()):
            raise web.HTTPNotFound
        if found.is_dir():
            if request.path != "/" and not request.path.endswith("/"):
                return web.Response(status=301, headers={"Location": f"{request.path}/"})
            found /= "index.html"
        if found.is_file():
            return web.FileResponse(found, headers={"Cache-Control": "no-cache"})
        page = (self._site / "404.html").read_bytes()
        return web.Response(body=page, status=404, content_type="text/html", charset="utf-8")


def _descriptors(news: list[bytes]) -> list[Descriptor]:
    """Return the newest of each co-op."""
    found = [
        parse_descriptor(cose.parse_sign1(one, typ=TYP).payload)
        for one in news
        if cose.has_typ(one, TYP)
    ]
    found.sort(key=lambda one: one.issued_at)
    return list({one.coop: one for one in found}.values())


def _entries_of(news: list[bytes]) -> list[dict[str, Any]]:
    """Return what the entries of the three add, under the codes of their co-ops."""
    return [
        {
            "nom": one.name,
            "lieu": one.place,
            "pays": one.country,
            "code": pairing_code(one.coop),
            **_ENTRIES[one.name],
        }
        for one in _descriptors(news)
    ]
