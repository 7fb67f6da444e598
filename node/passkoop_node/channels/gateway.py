"""By which HTTP gateway SMS go out, as settings describe it; its secret lies in its own file.

Whoever sells SMS has an interface of their own: a method, an address, headers, a body. All are
written with places in braces, which are filled for each message; each place stands in its own kind
of text, so that no message can add a field, a header or a line of its own.
"""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any

from yarl import URL

from passkoop_node.core.database import writing
from passkoop_node.core.language import _
from passkoop_node.core.outbox import Carrier
from passkoop_node.core.post import TROUBLES
from passkoop_node.core.secret_file import SecretFile
from passkoop_node.core.settings import Setting, SettingsStore
from passkoop_node.errors import BadSetting, NodeError
from passkoop_node.home import Home

PER_MINUTE, MOST_PER_MINUTE = 30, 600
MAX_SECRET, MAX_ADDRESS, MAX_BODY, MAX_HEADERS, MAX_WORD = 1_000, 1_000, 4_000, 10, 200
METHODS = ("POST", "GET", "PUT")
# What stands in braces: {to} is +33612345678, {to_digits} 33612345678, {basic} the secret as
# "Authorization: Basic" wants it, {id} the same at each attempt.
PLACES = ("to", "to_digits", "text", "secret", "basic", "id")
PLACE = re.compile(r"\{(" + "|".join(PLACES) + r")\}")
_SECRETS = ("{secret}", "{basic}")
_HEADER_NAME = re.compile(r"[A-Za-z0-9-]{1,60}")
_TELLS = re.compile(r"auth|key|token|secret|pass", re.IGNORECASE)  # headers that hold a secret
# What the program says itself, or what would make one request two.
_NOT_HEADERS = {"host", "content-length", "transfer-encoding", "connection", "expect", "upgrade"}

_GATEWAY: Setting[dict[str, Any]] = Setting(name="sms.gateway", default={})


class Format(StrEnum):
    """How the body is written."""

    FORM = "form"  # a field a line: name=text
    JSON = "json"
    NONE = "none"  # all is in the address


class SmsNotSetUp(NodeError):
    """No gateway was described, or its secret is not here."""

    code = "sms_not_set_up"
    hint = "Réglez la passerelle\u202f: page «\u00a0SMS\u00a0», ou «\u00a0passkoop sms set\u00a0»."

    def __init__(self) -> None:
        super().__init__("la passerelle de SMS n’est pas réglée, rien ne peut partir")


class BadGateway(NodeError):
    """A gateway that cannot be called as it was described."""

    code = "bad_gateway"

    def __init__(self, field: str, message: str, hint: str) -> None:
        super().__init__(message)
        self.field = field  # which of the settings
        self.hint = hint


class SecretOfAnother(NodeError):
    """The secret that is kept was typed for another server."""

    code = "sms_secret_of_another"
    hint = "Retapez le secret\u202f: celui qui est gardé n’est que pour l’ancienne passerelle."

    def __init__(self) -> None:
        super().__init__("le serveur de la passerelle a changé")


@dataclass(frozen=True, kw_only=True, slots=True)
class Gateway:
    """How a gateway is asked to send one SMS."""

    method: str  # one of METHODS
    address: str  # with places
    headers: Mapping[str, str]  # with places
    format: Format
    body: str  # with places
    good: str = ""  # what an answer says if the message was taken; "": the status tells
    bad: str = ""  # what it says if not, whatever the status
    is_inside: bool = False  # it is a machine of the co-op's own network
    per_minute: int = PER_MINUTE

    @property
    def knows_secret(self) -> tuple[str, str, int]:
        """Whom a secret is for: a kept one is shown to nobody else."""
        url = URL(PLACE.sub("x", self.address))
        return url.scheme, (url.raw_host or "").casefold(), url.port or 0

    @property
    def asks_secret(self) -> bool:
        """Whether a secret stands anywhere in it."""
        texts = (self.address, self.body, *self.headers.values())
        return any(place in text for place in _SECRETS for text in texts)


def check_gateway(gateway: Gateway) -> None:
    """Return quietly if a gateway can be called, or raise BadGateway."""
    if gateway.method not in METHODS:
        raise BadGateway(
            "methode", _("cette méthode n'existe pas"), _("Choisissez POST, GET ou PUT.")
        )
    _check_address(gateway)
    texts = (gateway.address, gateway.body, *gateway.headers.values())
    for place, words in (("{to}", _("le numéro")), ("{text}", _("le texte"))):
        names = ("{to}", "{to_digits}") if place == "{to}" else (place,)
        if not any(name in text for name in names for text in texts):
            raise BadGateway(
                "corps",
                _("il manque %(what)s du message", what=words),
                _("Mettez %(place)s à sa place.", place=place),
            )
    if gateway.format is Format.NONE and gateway.body.strip():
        raise BadGateway("corps", _("le corps serait perdu"), _("Choisissez formulaire ou JSON."))
    if gateway.format is Format.JSON:
        _check_json(gateway.body)
    if gateway.format is Format.FORM:
        parse_fields(gateway.body)
    for name, value in gateway.headers.items():
        _check_header(name, value)


def _check_address(gateway: Gateway) -> None:
    hint = _("Donnez-la en entier, par exemple https://exemple.org/sms.")
    text = gateway.address
    try:
        url = URL(PLACE.sub("x", text))
        host = url.raw_host
    except ValueError as error:
        raise BadGateway("adresse", _("ce n'est pas une adresse web"), hint) from error
    start = re.match(r"https?://[^/?#{}]+(?=[/?#]|$)", text)
    good = url.scheme in ("http", "https") and host and text.isascii() and text.isprintable()
    if not good or not start or " " in text or "@" in start[0] or url.raw_fragment:
        raise BadGateway("adresse", _("ce n'est pas une adresse web"), hint)
    if url.scheme == "http" and not gateway.is_inside:
        raise BadGateway(
            "adresse",
            _("en http, tout le monde lirait en chemin"),
            _("Prenez l'adresse en https, ou dites que la passerelle est dans la coop."),
        )


def _check_header(name: str, value: str) -> None:
    if not _HEADER_NAME.fullmatch(name) or name.lower() in _NOT_HEADERS:
        raise BadGateway(
            "entetes", _("l'en-tête « %(name)s » ne va pas", name=name[:60]), _("Retirez-le.")
        )
    if not (value.isascii() and value.isprintable()) or "{text}" in value:
        raise BadGateway(
            "entetes",
            _("l'en-tête %(name)s a des signes qui n'y vont pas", name=name),
            _("Corrigez-le."),
        )
    if _TELLS.search(name) and not any(place in value for place in _SECRETS):
        raise BadGateway(
            "entetes",
            _("l'en-tête %(name)s contiendrait un secret que les sauvegardes emportent", name=name),
            _("Écrivez {secret} à la place du secret, et donnez celui-ci à part."),
        )


def _check_json(body: str) -> None:
    try:
        value = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise BadGateway(
            "corps", _("ce n'est pas du JSON"), _('Par exemple {"to": "{to}", "text": "{text}"}.')
        ) from error
    if not isinstance(value, dict | list):
        raise BadGateway("corps", _("ce JSON n'est pas un objet"), _("Mettez-le entre { et }."))


def parse_fields(body: str) -> Sequence[tuple[str, str]]:
    """Return the fields of a form's body, a line each.

    Raises:
        BadGateway: a line is none.
    """
    fields = []
    for line in filter(None, map(str.strip, body.splitlines())):
        name, equals, value = line.partition("=")
        if not equals or not name.strip() or PLACE.search(name):
            raise BadGateway(
                "corps",
                _("« %(line)s » n'est pas un champ", line=line[:40]),
                _("Un champ par ligne : nom=valeur."),
            )
        fields.append((name.strip(), value.strip()))
    return fields


def parse_headers(text: str) -> dict[str, str]:
    """Return headers written a line each.

    Raises:
        BadGateway: a line is none.
    """
    found: dict[str, str] = {}
    for line in filter(None, map(str.strip, text.splitlines())):
        name, colon, value = line.partition(":")
        if not colon or len(found) >= MAX_HEADERS:
            raise BadGateway(
                "entetes",
                _("« %(line)s » n'est pas un en-tête", line=line[:40]),
                _("Un en-tête par ligne, %(most)s au plus : Nom: valeur.", most=MAX_HEADERS),
            )
        found[name.strip()] = value.strip()
    return found


class SmsSettings:
    """What was set for SMS."""

    def __init__(self, settings: SettingsStore, home: Home) -> None:
        self.settings = settings
        self._secret = SecretFile(home.sms_secret)

    def gateway(self) -> Gateway | None:
        """Return the gateway, or None if none was described.

        Raises:
            BadSetting: what is stored is none.
        """
        kept = self.settings.get(_GATEWAY)
        if not kept:
            return None
        try:
            gateway = Gateway(**{**kept, "format": Format(kept["format"])})
            check_gateway(gateway)
        except (KeyError, TypeError, ValueError, AttributeError, BadGateway) as error:
            raise BadSetting(_GATEWAY.name) from error
        return gateway

    def has_secret(self) -> bool:
        """Return whether a secret is kept."""
        return self._secret.is_there()

    def secret(self) -> str:
        """Return the secret, "" where none is kept.

        Raises:
            OpenPermissions: others may read it.
        """
        return self._secret.read()

    def ready(self) -> Gateway:
        """Return the gateway by which SMS can go out.

        Raises:
            SmsNotSetUp: there is none, or its secret is not on this machine.
        """
        gateway = self.gateway()
        if gateway is None or (gateway.asks_secret and not self.has_secret()):
            raise SmsNotSetUp
        return gateway

    def is_ready(self) -> bool:
        """Return whether SMS can go out by themselves."""
        try:
            self.ready()
        except SmsNotSetUp:
            return False
        return True

    def save(self, gateway: Gateway, secret: str | None = None) -> None:
        """Keep how SMS go out; what held them up before is forgotten.

        Args:
            gateway: by which.
            secret: None: the one that is kept stays.

        Raises:
            BadGateway: it cannot be called so.
            SecretOfAnother: the one that is kept was typed for another server, and is shown to
                no other. Nothing was kept.
        """
        check_gateway(gateway)
        if secret is None and gateway.asks_secret and self.has_secret():
            before = self.gateway()
            if before is None or before.knows_secret != gateway.knows_secret:
                raise SecretOfAnother
        if secret is not None:
            self._secret.keep(secret)
        with writing(self.settings.db):
            self.settings.set(_GATEWAY, asdict(gateway))
            self.settings.forget(TROUBLES[Carrier.SMS])

    def forget(self) -> None:
        """Send nothing by itself from now on."""
        with writing(self.settings.db):
            self.settings.forget(_GATEWAY)
            self.settings.forget(TROUBLES[Carrier.SMS])
        self._secret.forget()
