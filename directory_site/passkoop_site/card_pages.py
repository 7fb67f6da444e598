"""/v: the page that a card's code opens, in five languages, and what it takes to work alone.

Its scripts lie in `card`; they share the verifier with the till of a node. Nothing that one of them
fetches lies outside /v, and the service worker touches nothing else.
"""

import hashlib
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import Any

from PIL import Image, ImageDraw

import passkoop_protocol
from passkoop_protocol.welcome import Policy
from passkoop_site.card_lists import FOLDER as LISTS
from passkoop_site.card_lists import card_lists
from passkoop_site.card_words import CATEGORIES, DATED, DIRECTORY, REMARKS, STATES, UNTIL, opened
from passkoop_site.entry import Entry
from passkoop_site.gather import Content
from passkoop_site.settings import LANGUAGES
from passkoop_site.site import Site

HOME = "v/"
WORKER = "v-sans-reseau.js"  # at the root of the site: else it could not open /v itself
COOPS = "v/coops.json"
ZXING = "v/zxing"
PAGES = (("card.html", ""), ("card_till.html", "ma-coop/"), ("card_sheet.html", "fiche/"))
ROWS = 18  # of the visitors' sheet, on a page of A4
ICONS = (180, 192, 512)
File = tuple[str, bytes]

_HERE = Path(__file__).parent
_STYLES = ("tokens.css", "site.css", "icon.svg")
_IMPORT = re.compile(r"""((?:from|import\()\s*['"]\.{1,2}/[\w/.-]+\.js)(['"])""")


@dataclass(frozen=True, kw_only=True)
class Scripts:
    """What /v is made of beside its pages: the same for everybody."""

    files: Mapping[str, bytes]  # by path
    version: str  # stands behind each address, and changes when a file does

    def address(self, root: str, path: str) -> str:
        """Return where a file is fetched."""
        return f"{root}/{path}?{self.version}"


def load_scripts(zxing: Path | None = None) -> Scripts:
    """Return the scripts, with the version in what they import of each other.

    Args:
        zxing: the folder of zxing-wasm, for browsers that read no codes by themselves.
    """
    package = Path(passkoop_protocol.__file__).parent
    verifier = next(one for one in (package / "js", package.parent / "js") if one.is_dir())
    folders = {"page": _HERE / "card", "verifier": verifier, "browser": verifier / "browser"}
    files = {
        f"v/{name}/{path.name}": path.read_bytes()
        for name, folder in folders.items()
        for path in sorted(folder.glob("*.js"))
    }
    del files["v/page/worker.js"]  # stands elsewhere
    files |= {f"v/page/{name}": (_HERE / "static" / name).read_bytes() for name in _STYLES}
    files["v/page/card.css"] = (_HERE / "card" / "card.css").read_bytes()
    files |= {f"v/icone-{side}.png": _icon(side) for side in ICONS}
    digest = _digest(files)
    files = {
        path: _IMPORT.sub(rf"\1?{digest}\2", data.decode()).encode() if path[-3:] == ".js" else data
        for path, data in files.items()
    }
    if zxing is not None:
        for path in sorted(zxing.rglob("*")):
            if path.is_file() and path.name != "VERSION":
                files[f"{ZXING}/{path.relative_to(zxing).as_posix()}"] = path.read_bytes()
    return Scripts(files=files, version=digest)


def card_pages(site: Site, scripts: Scripts) -> Iterator[File]:
    """Yield the pages of one language, and the manifest by which they are installed."""
    root, _ = site.settings.root, site.speech
    has_zxing = any(path.startswith(ZXING) for path in scripts.files)
    facts: dict[str, Any] = {
        "files": {path[2:]: scripts.address(root, path) for path in scripts.files},
        "zxing": f"{root}/{ZXING}/es/reader/index.js" if has_zxing else "",
        "states": [(code, _(said), opened(_, text)) for code, (said, text) in STATES.items()],
        "remarks": [(code, opened(_, text)) for code, text in REMARKS.items()],
        "categories": [(number, opened(_, text)) for number, text in CATEGORIES.items()],
        "until": opened(_, UNTIL),
        "dated": opened(_, DATED),
        "directory": opened(_, DIRECTORY),
        "trusts": _trusts(site.content),
        "worker": f"{root}/{WORKER}",
        "lists": f"{root}/{LISTS}/",
        "coops": f"{root}/{COOPS}",
        "scope": f"{root}/v",
        "manifest": f"{root}/{_place(site, site.language, 'carte.webmanifest')}",
        "rows": range(ROWS),
    }
    titles = (_("Votre carte"), _("Ma coop"), _("Fiche des visiteurs"))
    for (template, path), title in zip(PAGES, titles, strict=True):
        spoken = {
            one: (LANGUAGES.get(one, one), _place(site, one, path))
            for one in site.settings.languages
        }
        text = site.render(
            template, None, title=title, here=path, spoken=spoken, at=_addresses(site), **facts
        )
        yield f"{_place(site, site.language, path)}index.html", text
    yield _place(site, site.language, "carte.webmanifest"), _manifest(site)


def shared_files(content: Content, scripts: Scripts, pages: Mapping[str, bytes]) -> Iterator[File]:
    """Yield what all languages share: the scripts, the co-ops, the lists, the service worker last.

    Args:
        pages: all that `card_pages` yielded, by path.
    """
    yield from scripts.files.items()
    yield COOPS, coops(content.entries)
    yield from card_lists(content.signed).items()
    yield WORKER, _worker(content.settings.root, scripts, pages)


def coops(entries: Sequence[Entry]) -> bytes:
    """Return all co-ops with whom they welcome, in columns."""
    policies: dict[Policy | None, int] = {}
    columns: dict[str, list[str]] = {
        name: [] for name in ("slug", "name", "place", "country", "region")
    }
    chosen = []
    for entry in entries:
        for name, column in columns.items():
            column.append(" ".join(str(getattr(entry, name)).split()))
        chosen.append(policies.setdefault(entry.policy, len(policies)))
    value = {
        **{name: "\n".join(column) for name, column in columns.items()},
        "policy": chosen,
        "policies": [policy and _as_data(policy) for policy in policies],
    }
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()


def _as_data(policy: Policy) -> dict[str, Any]:
    """Return a policy as the verifier in JavaScript takes it."""
    return {
        "who": int(policy.who),
        "countries": sorted(policy.countries),
        "accept": sorted(one.hex() for one in policy.accepted),
        "refuse": sorted(one.hex() for one in policy.refused),
        "visits": [policy.visits, policy.period],
    }


def _place(site: Site, language: str, path: str) -> str:
    """Return where a page of /v stands; the first language stands at /v itself."""
    return f"{HOME}{path}" if language == site.settings.languages[0] else f"{HOME}{language}/{path}"


def _addresses(site: Site) -> dict[str, str]:
    root = site.settings.root
    return {path: f"{root}/{_place(site, site.language, path)}" for _, path in PAGES}


def _trusts(content: Content) -> dict[str, str]:
    """Return whose word the page takes: it is built into it."""
    return {
        "federations": " ".join(one.hex() for one in content.federations),
        "coops": " ".join(one.hex() for one in content.paired),
    }


def _digest(files: Mapping[str, bytes]) -> str:
    digest = hashlib.sha256()
    for path, data in sorted(files.items()):
        digest.update(path.encode() + hashlib.sha256(data).digest())
    return digest.hexdigest()[:8]


def _manifest(site: Site) -> bytes:
    root, _ = site.settings.root, site.speech
    icons = [
        {"src": f"{root}/v/icone-{side}.png", "sizes": f"{side}x{side}", "type": "image/png"}
        for side in ICONS[1:]
    ]
    value = {
        "name": _("Ma carte, membre.coop"),
        "short_name": _("Ma carte"),
        "lang": site.lang,
        "id": f"{root}/v/",
        "start_url": f"{root}/v/",
        "scope": f"{root}/v",
        "display": "standalone",
        "background_color": "#d9c19a",
        "theme_color": "#d9c19a",
        "icons": [
            {**icon, "purpose": purpose} for icon in icons for purpose in ("any", "maskable")
        ],
    }
    return json.dumps(value, ensure_ascii=False, indent=1).encode() + b"\n"


def _worker(root: str, scripts: Scripts, pages: Mapping[str, bytes]) -> bytes:
    """Return the service worker; it changes whenever a file that it keeps does."""
    kept = [path for path in scripts.files if not path.startswith(ZXING)]
    told: dict[str, object] = {
        "ROOT": root,
        "VERSION": _digest({**pages, "": scripts.version.encode()}),
        "PAGES": [f"{root}/{path.removesuffix('index.html')}" for path in pages],
        "FILES": [scripts.address(root, path) for path in kept],
    }
    lines = [f"const {name} = {json.dumps(value)};" for name, value in told.items()]
    return "\n".join([*lines, (_HERE / "card" / "worker.js").read_text("utf-8")]).encode()


def _icon(side: int) -> bytes:
    """Return the picture on the home screen: a label on kraft paper with the pea of the mark."""
    image = Image.new("RGB", (side * 2, side * 2), "#d9c19a")
    draw, unit = ImageDraw.Draw(image), side * 2 / 100
    draw.rectangle((26 * unit, 20 * unit, 74 * unit, 80 * unit), fill="#fffefb", outline="#241c15")
    draw.rectangle((26 * unit, 20 * unit, 74 * unit, 28 * unit), fill="#241c15")
    draw.ellipse((39 * unit, 43 * unit, 61 * unit, 65 * unit), fill="#3f6b2c")
    out = BytesIO()
    image.resize((side, side), Image.Resampling.LANCZOS).save(out, "PNG", optimize=True)
    return out.getvalue()
