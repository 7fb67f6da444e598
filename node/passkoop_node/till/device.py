"""A page to test a reader, and one that says what this device can do and why not the rest."""

from aiohttp import web
from markupsafe import Markup

from passkoop_node.core.forms import Form, read_form
from passkoop_node.core.frame import render
from passkoop_node.core.handling import IS_HTTPS
from passkoop_node.core.hosts import host_name
from passkoop_node.core.language import N_, Message
from passkoop_protocol.keyboards import LAYOUTS, MAX_TEXT, typed
from passkoop_protocol.qr import qr_svg

READER, DEVICE = "/caisse/douchette", "/caisse/appareil"
# Every sign that a card's code may have, and those in which keyboards differ most.
SAMPLE = "PASSKOOP#QWERTYAZUIOMLWXZ234567"

_NAMES: dict[str, Message] = {
    "us": N_("américain : rien à traduire"),
    "fr": N_("français (AZERTY)"),
    "be": N_("belge (AZERTY)"),
    "de": N_("allemand (QWERTZ)"),
    "ch-fr": N_("suisse (QWERTZ)"),
    "fr-bepo": N_("bépo"),
    "fr-mac": N_("français, de Macintosh"),
    "ca": N_("canadien français"),
}
_OTHER = N_("un autre, connu de nous")


async def reader_page(request: web.Request) -> web.Response:
    """GET /caisse/douchette: a code to scan, and a field to scan it into."""
    return _reader(request, Form())


async def reader(request: web.Request) -> web.Response:
    """POST /caisse/douchette: what arrived, and what it means."""
    return _reader(request, await read_form(request))


def _reader(request: web.Request, form: Form) -> web.Response:
    came, keys = form["texte"].strip()[:MAX_TEXT], form["touches"].strip()[:MAX_TEXT]
    layout = layout_of(came)
    good = bool(layout) or SAMPLE in (came, keys)
    return render(
        request,
        "till/reader.html",
        form=form,
        code=Markup(qr_svg(SAMPLE)),  # noqa: S704 - of our own making
        came=came,
        keys=keys,
        tried=bool(came or keys),
        good=good,
        layout=_NAMES.get(layout, _OTHER) if layout else None,
    )


def layout_of(came: str) -> str:
    """Return the keyboard layout by which the sample arrived like this, "" if by none."""
    for name in (*_NAMES, *LAYOUTS):
        for caps_lock in (False, True):
            try:
                if typed(SAMPLE, name, caps_lock=caps_lock) == came:
                    return name
            except ValueError:
                continue
    return ""


async def device_page(request: web.Request) -> web.Response:
    """GET /caisse/appareil: what this device can do."""
    local = host_name(request.host) in ("localhost", "127.0.0.1", "::1")
    secure = request[IS_HTTPS] or local
    return render(request, "till/device.html", secure=secure)
