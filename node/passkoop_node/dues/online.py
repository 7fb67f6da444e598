"""The co-op's page of payment at HelloAsso or in its own shop: a link, which other rooms show."""

from urllib.parse import urlsplit

from passkoop_node.core.language import _
from passkoop_node.core.settings import Setting, SettingsStore
from passkoop_node.errors import NodeError

_LINK = Setting(name="dues.online", default="")
MOST = 500  # characters


class BadLink(NodeError):
    """No page of payment has this address."""

    code = "bad_link"

    def __init__(self) -> None:
        super().__init__(_("ce n'est pas l'adresse d'une page"))
        self.hint = _("Copiez-la depuis le navigateur : elle commence par https://.")


def link_of(settings: SettingsStore) -> str:
    """Return the address of the page of payment; "": there is none."""
    return settings.get(_LINK)


def set_link(settings: SettingsStore, link: str) -> None:
    """Keep the address of the page of payment; "": none.

    Raises:
        BadLink: it is no address under https; nothing was kept.
    """
    link = link.strip()
    if link:
        try:
            parts = urlsplit(link)
            is_good = parts.scheme == "https" and bool(parts.hostname) and not parts.username
        except ValueError as error:
            raise BadLink from error
        printable = link.isprintable() and " " not in link and not set(link) & set("\"'<>\\")
        if not is_good or not printable or len(link) > MOST:
            raise BadLink
    settings.set(_LINK, link)
