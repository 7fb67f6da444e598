"""What keeps programs from filling in the form, without anybody else's help."""

import hashlib
import hmac

from passkoop_node.core.language import N_, Message

QUICKEST = 3  # seconds in which nobody fills it in
LONGEST = 86_400  # seconds after which a page is filled in anew
TRAP = "confirmation_2"  # a field that people do not see

QUICK = N_("C'est allé très vite : relisez, puis envoyez de nouveau.")
OLD = N_("Cette page est restée ouverte longtemps : relisez, puis envoyez de nouveau.")
TRAPPED = N_("Un champ caché a été rempli, comme le ferait un robot : envoyez de nouveau.")


def stamp(key: bytes, *, now: int) -> str:
    """Return what says when a form was handed out, and that we did."""
    return f"{now}.{_proof(key, now)}"


def read_stamp(key: bytes, text: str) -> int | None:
    """Return when a form was handed out, None if we did not."""
    when, _dot, proof = text.partition(".")
    if not (when.isascii() and when.isdecimal() and len(when) < 12):
        return None
    good = hmac.compare_digest(proof.encode(errors="replace"), _proof(key, int(when)).encode())
    return int(when) if good else None


def fault(key: bytes, typed: str, trapped: str, *, now: int) -> Message | None:
    """Return why a form is not taken in, None if a person may have sent it.

    Args:
        key: ours.
        typed: the stamp that came with it.
        trapped: what the field holds that people do not see.
        now: seconds, UTC.
    """
    when = read_stamp(key, typed)
    if trapped:
        return TRAPPED
    if when is None or not 0 <= now - when <= LONGEST:
        return OLD
    return QUICK if now - when < QUICKEST else None


def _proof(key: bytes, when: int) -> str:
    return hmac.new(key, b"adhesion:%d" % when, hashlib.sha256).hexdigest()[:32]
