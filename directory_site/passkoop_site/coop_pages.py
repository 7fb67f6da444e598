"""The page of a co-op: its own words, or where it leads; and the kit for its own site."""

import json
from collections.abc import Iterator
from typing import Any

from markupsafe import Markup, escape

from passkoop_protocol.page import DAYS, MICRO
from passkoop_site.cleaning import shown_address
from passkoop_site.entry import Entry
from passkoop_site.language import N_
from passkoop_site.site import Site
from passkoop_site.views import LEAD_ACTIONS, LEAD_SENTENCES, WAYS, CoopView, shown_logo

_WEEK = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_OWN_PLACES = ("site", "join", "shop")  # a page leads there at once; to others, people are asked
_FORM, _WRITE, _SEE = N_("Remplir le formulaire"), N_("Écrire à la coop"), N_("Voir son site")


def coop_pages(site: Site, entry: Entry) -> Iterator[tuple[str, bytes]]:
    """Yield the page of a co-op, and that of its kit."""
    view = site.views(entry)
    shown = _shown(site, entry, view)
    if entry.lead:
        yield _lead_page(site, entry, shown)
    else:
        yield _own_page(site, entry, shown)
    if entry.page.site or entry.lead:
        yield _kit_page(site, entry, shown)


def _shown(site: Site, entry: Entry, view: CoopView) -> dict[str, Any]:
    page = entry.page
    logo = site.content.logos.get(entry.slug)
    width, height = shown_logo(logo)
    return {
        "slug": view.slug,
        "name": view.name,
        "place": view.place,
        "url": view.url,
        "country": view.country,
        "country_url": site.url(site.country_path(entry.country)),
        "region": "" if view.country == entry.region else entry.region,
        "region_url": site.url(site.region_path(entry)),
        "welcome": view.welcome,
        "vegetable": view.vegetable,
        "stage": site.views.stage(page.stage),
        "online": page.online,
        "give": page.give,
        "address": page.address,
        "town": " ".join(filter(None, (page.postcode, entry.place))),
        "mail": page.mail,
        "phone": page.phone,
        "tel": "".join(char for char in page.phone if char.isdigit() or char == "+"),
        "logo": f"{site.settings.root}/logos/{entry.slug}.png" if logo else "",
        "logo_width": width,
        "logo_height": height,
        "has_kit": bool(page.site or entry.lead),
    }


def _own_page(site: Site, entry: Entry, shown: dict[str, Any]) -> tuple[str, bytes]:
    page, views = entry.page, site.views
    words = dict(views.words(entry))
    language = words.pop("language")
    words["lang"] = (
        Markup(' lang="{}"').format(language) if language not in ("", site.language) else ""
    )
    joins = [(_FORM, page.join)] if page.join else []
    if page.mail:
        joins.append((_WRITE, f"mailto:{page.mail}"))
    elif page.site and not page.join:
        joins.append((_SEE, page.site))
    return site.page(
        "coop.html",
        f"{entry.slug}/",
        title=_title(entry),
        section="coops/",
        description=words["summary"] or shown["welcome"],
        coop=shown,
        words=words,
        policy=views.policy(entry.policy) if entry.policy else None,
        hours=views.hours(entry),
        join_url=page.join or "#adherer",
        joins=joins,
        ways=[(title, getattr(page, name)) for name, title in WAYS if getattr(page, name)],
        links=[
            (address, shown_address(address))
            for address in (page.site, page.shop, page.facebook)
            if address
        ],
        data=json_ld(site, entry),
    )


def _lead_page(site: Site, entry: Entry, shown: dict[str, Any]) -> tuple[str, bytes]:
    leads, target = entry.page.leads, entry.lead
    return site.page(
        "lead.html",
        f"{entry.slug}/",
        title=_title(entry),
        section="coops/",
        description=shown["welcome"],
        coop=shown,
        target=target,
        shown=entry.page.mail if leads == "mail" else shown_address(target),
        jumps=leads in _OWN_PLACES,
        sentence=site.speech(LEAD_SENTENCES[leads]),
        action=LEAD_ACTIONS[leads],
    )


def _kit_page(site: Site, entry: Entry, shown: dict[str, Any]) -> tuple[str, bytes]:
    _, address = site.speech, site.absolute(f"{entry.slug}/")
    return site.page(
        "kit.html",
        f"{entry.slug}/kit/",
        title=_("Montrez que votre coop accueille"),
        section="entre-coops/",
        coop=shown,
        address=address,
        snippet=snippet_of(site, entry),
    )


def snippet_of(site: Site, entry: Entry) -> str:
    """Return what a co-op pastes into its own site: a link and a picture that lies beside it."""
    _ = site.speech
    said = _("Membre ici, bienvenue ailleurs.")
    return (
        f'<a href="{escape(site.absolute(f"{entry.slug}/"))}">\n'
        f'  <img src="macaron.svg" width="240" height="96" alt="{escape(said)}">\n'
        "</a>"
    )


def _title(entry: Entry) -> str:
    return ", ".join(filter(None, (entry.name, entry.place)))


def json_ld(site: Site, entry: Entry) -> Markup:
    """Return what search engines read, safe inside a script element."""
    page = entry.page
    address = {
        "@type": "PostalAddress",
        "streetAddress": page.address,
        "postalCode": page.postcode,
        "addressLocality": entry.place,
        "addressRegion": entry.region,
        "addressCountry": entry.country,
    }
    data: dict[str, Any] = {
        "@context": "https://schema.org",
        "@type": "GroceryStore",
        "name": entry.name,
        "url": site.absolute(f"{entry.slug}/"),
        "address": {key: value for key, value in address.items() if value},
    }
    if page.position:
        lat, lon = (round(one / MICRO, 6) for one in page.position)
        data["geo"] = {"@type": "GeoCoordinates", "latitude": lat, "longitude": lon}
    if page.phone:
        data["telephone"] = page.phone
    if page.mail:
        data["email"] = page.mail
    if same := [one for one in (page.site, page.shop, page.facebook) if one]:
        data["sameAs"] = same
    if page.hours:
        data["openingHoursSpecification"] = [
            {
                "@type": "OpeningHoursSpecification",
                "dayOfWeek": _WEEK[day],
                "opens": f"{opens // 60:02}:{opens % 60:02}",
                "closes": f"{closes // 60:02}:{closes % 60:02}",
            }
            for day in range(DAYS)
            for opens, closes in page.hours[day]
        ]
    text = json.dumps(data, ensure_ascii=False)
    for sign, escaped in (("<", "\\u003c"), (">", "\\u003e"), ("&", "\\u0026")):
        text = text.replace(sign, escaped)
    return Markup(text)  # noqa: S704 - no sign of it ends the element
