"""What a case of the shared vectors is (SPEC 15), and short ways to write one."""

from collections.abc import Iterable, Mapping
from typing import Any

from shop import NOW, Coop

Case = dict[str, Any]


class Cases:
    """A list of cases that grows, every name once."""

    def __init__(self) -> None:
        """Begin with none."""
        self.cases: list[Case] = []

    def add(self, step: str, name: str, ask: Mapping[str, Any], expect: object) -> None:
        """Add the case `name`, which is about the section or step `step` of SPEC.md."""
        self.cases.append({"name": name, "step": step, "input": dict(ask), "expect": expect})

    def cbor(self, step: str, name: str, data: bytes | str, *, ok: bool) -> None:
        """Add a case of `cbor_decode`."""
        told = data if isinstance(data, str) else data.hex()
        self.add(step, name, {"op": "cbor_decode", "data": told}, {"ok": ok})

    def signature(
        self, step: str, name: str, key: bytes, message: bytes, signature: bytes, *, ok: bool
    ) -> None:
        """Add a case of `ed25519_verify`."""
        told = {"public_key": key.hex(), "message": message.hex(), "signature": signature.hex()}
        self.add(step, name, {"op": "ed25519_verify", **told}, {"ok": ok})

    def documents(
        self,
        step: str,
        name: str,
        documents: Iterable[bytes],
        results: Iterable[str],
        *,
        trust: Iterable[bytes] = (),
        now: int = NOW,
        **fields: Any,
    ) -> None:
        """Add a case of `document_add`: one by one, `documents` have these `results`."""
        ask = {"op": "document_add", **trusting(trust, fields)}
        ask |= {"documents": [data.hex() for data in documents], "now": now}
        self.add(step, name, ask, {"results": list(results)})

    def card(
        self,
        step: str,
        name: str,
        card: str,
        outcome: str,
        *reasons: str,
        trust: Iterable[bytes] = (),
        holder: Mapping[str, Any] | None = None,
        now: int = NOW,
        **fields: Any,
    ) -> None:
        """Add a case of `card_verify`."""
        ask = {"op": "card_verify", "text": card, **trusting(trust, fields), "now": now}
        expect: dict[str, Any] = {"outcome": outcome, "reasons": list(reasons)}
        if holder:
            expect["holder"] = dict(holder)
        self.add(step, name, ask, expect)


def trusting(trust: Iterable[bytes], fields: Mapping[str, Any]) -> dict[str, Any]:
    """Return the fields that describe a trust store, byte strings in hexadecimal."""
    return {"trust": [data.hex() for data in trust], **in_hexadecimal(fields)}


def in_hexadecimal(value: Any) -> Any:
    """Return `value` with its byte strings in hexadecimal, and co-ops as their ids."""
    match value:
        case bytes():
            return value.hex()
        case Coop():
            return value.id.hex()
        case dict() | Mapping():
            return {in_hexadecimal(name): in_hexadecimal(one) for name, one in value.items()}
        case list() | tuple():
            return [in_hexadecimal(one) for one in value]
    return value
