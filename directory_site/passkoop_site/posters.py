"""What is printed: the holidays' poster, one for a shop's window, a leaflet; and a picture."""

from collections.abc import Sequence
from io import BytesIO

from PIL import Image, ImageDraw, ImageFont
from reportlab.lib.pagesizes import A4, landscape
from reportlab.lib.units import mm

from passkoop_site.cleaning import shown_address
from passkoop_site.entry import Entry
from passkoop_site.holidays import welcoming
from passkoop_site.lists import Facets
from passkoop_site.paper import (
    BOARD,
    BOLD,
    DIM,
    HEAVY,
    INK,
    KRAFT,
    LEAF,
    TEXT,
    VEGETABLES,
    Paper,
    font_bytes,
    lines_of,
    load_faces,
)
from passkoop_site.site import Site

EDGE = 16 * mm
GAP = 7 * mm
MOST = 240  # co-ops that are named on paper; more are counted by country
_HEADING = (46, 42, 38, 34, 30, 27)
# Few co-ops are written large: up to so many, in so many columns, in this size.
_SIZES = ((14, 2, 12.5), (45, 3, 9.6), (10_000_000, 3, 8.2))


def holiday_poster(site: Site, facets: Facets, entries: Sequence[Entry]) -> bytes:
    """Return the poster « En vacances »: which co-ops welcome, and how."""
    load_faces()
    _ = site.speech
    paper = Paper(A4, _("En vacances, faites vos courses dans une coop."))
    width = paper.width - 2 * EDGE
    paper.canvas.setFillColor(KRAFT)
    paper.canvas.rect(0, paper.height - 76 * mm, paper.width, 76 * mm, stroke=0, fill=1)
    paper.y -= EDGE - 6 * mm
    paper.fitted(
        _("En vacances, faites vos courses dans une coop."),
        EDGE,
        width - 48 * mm,
        sizes=_HEADING,
        height=46 * mm,
        color=INK,
    )
    paper.code(
        site.absolute("vacances/"), paper.width - EDGE - 40 * mm, paper.height - 58 * mm, 40 * mm
    )
    paper.y = paper.height - 61 * mm
    paper.text(
        _("Votre carte de membre vous ouvre d'autres coops, chacune à sa façon. Emportez-la."),
        EDGE,
        width,
        size=12,
        face=BOLD,
    )
    _list_of_hosts(paper, site, facets, welcoming(entries))
    return paper.done()


def _list_of_hosts(paper: Paper, site: Site, facets: Facets, hosts: Sequence[Entry]) -> None:
    """Draw the co-ops in columns, country by country, on as many pages as it takes."""
    _ = site.speech
    columns, size = next(one[1:] for one in _SIZES if len(hosts) <= one[0])
    width = (paper.width - 2 * EDGE - (columns - 1) * GAP) / columns
    top, bottom, column = paper.height - 84 * mm, EDGE + 8 * mm, 0
    _foot(paper, site)
    paper.y = top
    slugs = {entry.slug for entry in hosts}

    def x() -> float:
        return EDGE + column * (width + GAP)

    def room_for(height: float) -> None:
        nonlocal column, top
        if paper.y - height >= bottom:
            return
        column += 1
        if column == columns:
            paper.next_page()
            _foot(paper, site)
            column, top = 0, paper.height - EDGE
        paper.y = top

    for country in facets.countries:
        inside = [entry for entry in country.entries if entry.slug in slugs]
        if not inside:
            continue
        room_for(40)
        paper.y -= 4
        paper.text(country.title, x(), width, size=size + 4.5, face=HEAVY, color=LEAF)
        if len(hosts) > MOST:
            paper.text(_.plural("%(num)s coop", "%(num)s coops", len(inside)), x(), width, size=10)
            continue
        for entry in inside:
            view = site.views(entry)
            name = ", ".join(filter(None, (entry.name, entry.place)))
            height = (
                size
                * 1.3
                * (
                    len(lines_of(name, BOLD, size + 0.8, width))
                    + len(lines_of(view.welcome, TEXT, size, width))
                )
            )
            room_for(height + 8)
            paper.y -= 3
            paper.text(name, x(), width, size=size + 0.8, face=BOLD)
            paper.text(view.welcome, x(), width, size=size, color=DIM)
    if not hosts:
        paper.text(_("Aucune coop n'a encore publié ses règles d'accueil."), x(), width, size=12)


def _foot(paper: Paper, site: Site) -> None:
    paper.mark(EDGE, EDGE - 4 * mm, 15)
    paper.canvas.setFont(TEXT, 10)
    paper.canvas.setFillColor(DIM)
    shown = shown_address(site.absolute("vacances/"))
    paper.canvas.drawRightString(paper.width - EDGE, EDGE - 4 * mm, shown)


def window_poster(site: Site, entry: Entry | None = None) -> bytes:
    """Return a poster for the window of a co-op that welcomes: of any one, or of this one."""
    load_faces()
    _ = site.speech
    paper = Paper(A4, _("Membre ici, bienvenue ailleurs."))
    width = paper.width - 2 * EDGE
    paper.label(EDGE, EDGE + 78 * mm, width, paper.height - 2 * EDGE - 78 * mm, VEGETABLES[0])
    paper.y -= EDGE + (14 if entry else 20) * mm
    inner, inside = EDGE + 10 * mm, width - 20 * mm
    if entry:
        paper.text(entry.name, inner, inside, size=24, face=BOLD, color=VEGETABLES[0])
        paper.y -= 3 * mm
    paper.fitted(
        _("Membre d'une autre coop ? Bienvenue."),
        inner,
        inside,
        sizes=(76, 70, 64, 58, 52, 46, 40),
        height=(92 if entry else 112) * mm,
        color=INK,
    )
    paper.y -= 8 * mm
    paper.text(_("Montrez votre carte à la caisse."), inner, inside, size=24, face=BOLD)
    paper.y -= 3 * mm
    rules = _("Nous vous dirons comment nous accueillons les membres d'autres coops.")
    if entry and entry.policy:
        rules = site.views(entry).welcome
    paper.text(rules, inner, inside, size=20 if entry else 16, color=DIM)
    paper.code(site.absolute(f"{entry.slug}/" if entry else ""), EDGE, EDGE, 66 * mm)
    side, beside = EDGE + 74 * mm, width - 74 * mm
    paper.y = EDGE + 66 * mm
    if entry:
        paper.text(_("Nos horaires, et comment adhérer :"), side, beside, size=20, face=HEAVY)
        paper.y -= 2 * mm
        paper.text(shown_address(site.absolute(f"{entry.slug}/")), side, beside, size=15)
    else:
        paper.text(_("Vous voyagez ?"), side, beside, size=26, face=HEAVY)
        paper.y -= 2 * mm
        paper.text(_("Toutes les coops, et comment chacune accueille :"), side, beside, size=15)
    paper.mark(side, EDGE + 6 * mm, 30)
    return paper.done()


def leaflet(site: Site, entry: Entry | None = None) -> bytes:
    """Return a leaflet for members, of any co-op or of this one: a sheet folded in three."""
    load_faces()
    _ = site.speech
    paper = Paper(landscape(A4), _("Membre ici, bienvenue ailleurs."))
    panel = paper.width / 3
    inner = panel - 2 * 10 * mm
    paper.canvas.setFillColor(BOARD)
    paper.canvas.rect(0, 0, panel, paper.height, stroke=0, fill=1)
    paper.y -= 40 * mm
    paper.fitted(
        _("Membre ici, bienvenue ailleurs."),
        10 * mm,
        inner,
        sizes=(40, 36, 32, 28, 24),
        height=80 * mm,
        color=KRAFT,
    )
    if entry:
        paper.y -= 6 * mm
        paper.text(entry.name, 10 * mm, inner, size=18, face=BOLD, color=KRAFT)
    paper.mark(10 * mm, 16 * mm, 20, KRAFT)
    x = panel + 10 * mm
    paper.y = paper.height - 16 * mm
    paper.text(_("La carte, en trois gestes"), x, inner, size=19, face=HEAVY)
    steps = (
        (_("Adhérez près de chez vous"), _("En magasin ou en ligne, selon la coop.")),
        (_("Recevez votre carte"), _("Sur papier ou sur le téléphone.")),
        (_("Montrez-la ailleurs"), _("La caisse lit le code, dit bonjour, et c'est tout.")),
    )
    for number, (title, text) in enumerate(steps, 1):
        paper.y -= 6 * mm
        paper.text(str(number), x, inner, size=34, face=HEAVY, color=LEAF, leading=1.0)
        paper.text(title, x, inner, size=14, face=BOLD)
        paper.text(text, x, inner, size=12)
    x = 2 * panel + 10 * mm
    paper.y = paper.height - 16 * mm
    paper.text(_("Où suis-je bienvenu ?"), x, inner, size=19, face=HEAVY)
    paper.y -= 3 * mm
    for sentence in (
        _("Chaque coop décide qui elle accueille, et le publie."),
        _("Certaines vous croient sur parole, d'autres demandent la carte."),
        _("Lisez avant de partir ce que la vôtre et la leur demandent."),
    ):
        paper.text(sentence, x, inner, size=12)
        paper.y -= 2 * mm
    paper.code(site.absolute("vacances/"), x, 26 * mm, 56 * mm)
    paper.canvas.setFont(BOLD, 12)
    paper.canvas.setFillColor(INK)
    paper.canvas.drawString(x, 16 * mm, shown_address(site.absolute("vacances/")))
    paper.canvas.setDash(3, 3)
    paper.canvas.setStrokeColor(DIM)
    paper.canvas.setLineWidth(0.4)
    for fold in (1, 2):
        paper.canvas.line(fold * panel, 0, fold * panel, paper.height)
    return paper.done()


def share_picture() -> bytes:
    """Return the picture that others show with a link: the mark on kraft paper."""
    image = Image.new("RGB", (1200, 630), "#d9c19a")
    draw = ImageDraw.Draw(image)
    font = ImageFont.truetype(BytesIO(font_bytes(HEAVY)), 150)
    left, top = 90, 190
    draw.rectangle((50, 60, 1150, 570), fill="#fffefb", outline="#3f6b2c", width=10)
    draw.rectangle((50, 60, 1150, 110), fill="#3f6b2c")
    draw.text((left, top), "membre", font=font, fill="#241c15")
    left += round(draw.textlength("membre", font=font)) + 10
    draw.ellipse((left, top + 135, left + 44, top + 179), fill="#3f6b2c")
    draw.text((left + 54, top), "coop", font=font, fill="#241c15")
    out = BytesIO()
    image.save(out, "PNG", optimize=True)
    return out.getvalue()
