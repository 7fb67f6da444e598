"""What somebody has typed at a kiosk so far: in memory alone, one of each, and not for long."""

import asyncio
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field

from aiohttp import web

from passkoop_node.core.language import Message

LONGEST = 900  # seconds since the last answer that was sent
MOST_TYPED = 500  # characters of an answer


@dataclass(frozen=True, kw_only=True, slots=True)
class Done:
    """What came of a request, as the last screen shows it."""

    given_name: str
    contact: str  # an e-mail address or a telephone, for the prize draw
    code: str = ""  # the card as an SVG; "": there is none yet
    holder: str = ""  # as the card names them
    number: str = ""  # of the member
    mailed_to: str = ""  # where the card goes; "": nowhere
    is_member: bool = False  # at once, without the office


@dataclass(kw_only=True, slots=True)
class Draft:
    """One person at one kiosk, from the first touch to the last."""

    id: str  # stands in the page: one that is left over from somebody else changes nothing
    language: str  # that was touched; "": the tablet's
    touched_at: int  # seconds, UTC
    step: str = ""  # the screen that they see; "": the first
    typed: dict[str, str] = field(default_factory=dict)
    errors: dict[str, Message] = field(default_factory=dict)
    done: Done | None = None
    has_entered: bool = False  # into the prize draw
    sending: asyncio.Lock = field(default_factory=asyncio.Lock)

    def keep(self, typed: Mapping[str, str]) -> None:
        """Keep answers; a field that was sent empty is forgotten."""
        for name, value in typed.items():
            if value:
                self.typed[name] = value[:MOST_TYPED]
            else:
                self.typed.pop(name, None)


class Drafts:
    """The drafts, by kiosk. A kiosk has one screen, so whoever begins ends whoever was before."""

    def __init__(self) -> None:
        self._of: dict[int, Draft] = {}

    def begin(self, kiosk: int, *, language: str, now: int) -> Draft:
        """Return a new draft, in place of the one that was there."""
        self.forget_old(now=now)
        made = Draft(id=secrets.token_urlsafe(18), language=language, touched_at=now)
        self._of[kiosk] = made
        return made

    def of(self, kiosk: int, *, now: int, id: str | None = None) -> Draft | None:
        """Return the draft of a kiosk, if there is one, and if it is the one that `id` means."""
        self.forget_old(now=now)
        found = self._of.get(kiosk)
        if found is None or (id is not None and not secrets.compare_digest(found.id, _plain(id))):
            return None
        found.touched_at = now
        return found

    def forget(self, kiosk: int) -> None:
        """Forget whoever was there."""
        self._of.pop(kiosk, None)

    def forget_old(self, *, now: int) -> None:
        """Forget those who went away while nothing worked any more."""
        for kiosk, draft in list(self._of.items()):
            # A clock that was set back keeps nobody.
            if not 0 <= now - draft.touched_at < LONGEST:
                del self._of[kiosk]

    def __len__(self) -> int:
        return len(self._of)


DRAFTS = web.AppKey("DRAFTS", Drafts)


def _plain(id: str) -> str:
    """Return an id that can be compared: what is no ASCII is none of ours."""
    return id if id.isascii() else ""
