"""The cookies: who entered, which device this is, the language, a sentence for the next page."""

import base64
import hashlib
import hmac
from dataclasses import dataclass

from aiohttp import web

from passkoop_node.core.handling import IS_HTTPS

LANGUAGE = "passkoop-langue"
_YEAR = 400 * 86_400  # seconds: browsers keep no cookie longer
_MAX_SAID = 600  # bytes of the sentence


@dataclass(frozen=True, kw_only=True, slots=True)
class Jar:
    """The names of one co-op's cookies, and the key that proves what they say.

    Cookies do not tell ports apart: without the co-op in their names, two co-ops on one machine
    would end each other's sessions.
    """

    coop: str  # short, for names
    key: bytes

    def name(self, what: str, *, https: bool) -> str:
        """Return a cookie's name; over https, the browser itself holds to `__Host-`."""
        return f"{'__Host-' if https else ''}passkoop-{what}-{self.coop}"

    def read(self, request: web.Request, what: str) -> str:
        """Return what a cookie holds, or "": ours are ASCII."""
        value = request.cookies.get(self.name(what, https=request[IS_HTTPS]), "")
        return value if value.isascii() else ""

    def keep(
        self,
        request: web.Request,
        response: web.StreamResponse,
        what: str,
        value: str,
        *,
        seconds: int | None = None,
    ) -> None:
        """Have the browser keep a value, until it is closed or for so many seconds."""
        https = request[IS_HTTPS]
        response.set_cookie(
            self.name(what, https=https),
            value,
            max_age=seconds,
            path="/",
            secure=https,
            httponly=True,
            samesite="Lax",
        )

    def drop(self, request: web.Request, response: web.StreamResponse, what: str) -> None:
        """Have the browser forget a value."""
        https = request[IS_HTTPS]
        response.del_cookie(
            self.name(what, https=https), path="/", secure=https, httponly=True, samesite="Lax"
        )

    # --- a sentence for the next page ---

    def say_next(self, request: web.Request, response: web.StreamResponse, text: str) -> None:
        """Have the next page say `text`."""
        data = base64.urlsafe_b64encode(text.encode()[:_MAX_SAID]).decode()
        self.keep(request, response, "dit", f"{data}.{self._proof(data)}", seconds=60)

    def said(self, request: web.Request) -> str:
        """Return what the page before wanted said here; another site cannot put words in."""
        data, _dot, proof = self.read(request, "dit").partition(".")
        if not data or not hmac.compare_digest(proof, self._proof(data)):
            return ""
        return base64.urlsafe_b64decode(data).decode(errors="ignore")

    def _proof(self, data: str) -> str:
        return hmac.new(self.key, b"dit:" + data.encode(), hashlib.sha256).hexdigest()[:32]


JAR = web.AppKey("JAR", Jar)

SESSION = "session"
TILL = "caisse"
KIOSK = "borne"
TILL_SECONDS = _YEAR  # of a kiosk, too


def keep_language(request: web.Request, response: web.StreamResponse, language: str) -> None:
    """Have the browser keep the language; it is no secret, and the same for all co-ops."""
    response.set_cookie(
        LANGUAGE,
        language,
        max_age=_YEAR,
        path="/",
        secure=request[IS_HTTPS],
        httponly=True,
        samesite="Lax",
    )
