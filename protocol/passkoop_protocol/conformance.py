"""The conformance driver: JSON lines in, JSON lines out (SPEC 15).

`python -m passkoop_protocol.conformance` answers each line as soon as it is read, so that a suite
in any language can talk to it through pipes.
"""

import json
import re
import sys
from collections.abc import Callable, Mapping
from typing import Any, BinaryIO

from . import cbor, keyboards, status, text
from .bundle import read_bundle, read_index
from .cose import parse_sign, parse_sign1
from .descriptor import TYP as DESCRIPTOR_TYP
from .descriptor import read_identity_key
from .directory import ROOT_TYP, FederationId, parse_root
from .errors import BadPairingCode, BadShape, BadText, Malformed, ProtocolError
from .fields import payload_map
from .keys import CoopId, PublicKey, coop_id_of, parse_pairing_code, signature_holds
from .page import page_to_map, parse_page
from .trust import TrustStore
from .verdict import Holder, judge
from .welcome import Policy, Visits, parse_policy

MAX_LINE = 32 * 1024 * 1024  # bytes: four of the largest directories in hexadecimal
BITS_LIMIT = 1 << 20  # entries of a status list in `status_get`, the size of the draft's own lists

Answer = dict[str, Any]

_BAD_REQUEST: Answer = {"ok": False, "code": "bad_request"}
_HEX = re.compile("(?:[0-9a-fA-F]{2})*")
_MAX_NUMBER = (1 << 53) - 1  # what every JSON reader holds exactly


class _BadRequest(Exception):
    """The line asks for nothing that can be answered."""


def main() -> None:
    """Answer standard input on standard output, line by line."""
    serve(sys.stdin.buffer, sys.stdout.buffer)


def serve(lines: BinaryIO, answers: BinaryIO) -> None:
    """Answer each line of `lines`, until they end."""
    while line := lines.readline(MAX_LINE + 1):
        too_long = len(line) > MAX_LINE
        while len(line) > MAX_LINE and not line.endswith(b"\n"):  # the rest of the same line
            line = lines.readline(MAX_LINE + 1)
        answer = _BAD_REQUEST if too_long else handle(line)
        answers.write(json.dumps(answer, separators=(",", ":")).encode() + b"\n")
        answers.flush()


def handle(line: bytes | str) -> Answer:
    """Return the answer to one line; `bad_request` to one that is not understood. Never raises."""
    try:
        return _answer(_read(line))
    except _BadRequest:
        return dict(_BAD_REQUEST)


def _read(line: bytes | str) -> "_Request":
    try:
        told = line if isinstance(line, str) else line.decode()
        value = json.loads(told, parse_constant=_no_constant)
    except (ValueError, RecursionError) as error:
        raise _BadRequest from error
    if not isinstance(value, dict):
        raise _BadRequest
    return _Request(value)


def _no_constant(name: str) -> None:
    raise ValueError(f"{name} is no JSON")


class _Request:
    """The fields of a line, each of the type asked for, or _BadRequest."""

    def __init__(self, fields: Mapping[str, Any]) -> None:
        self._fields = fields

    def has(self, name: str) -> bool:
        return name in self._fields

    def text(self, name: str) -> str:
        value = self._fields.get(name)
        if not isinstance(value, str):
            raise _BadRequest
        return value

    def number(self, name: str, default: int | None = None) -> int:
        return _number(self._fields.get(name, default))

    def flag(self, name: str) -> bool:
        value = self._fields.get(name, False)
        if not isinstance(value, bool):
            raise _BadRequest
        return value

    def octets(self, name: str) -> bytes:
        return _bytes(self._fields.get(name))

    def octet_strings(self, name: str, size: int | None = None) -> list[bytes]:
        """Return byte strings, each of `size` bytes if it is given; none if they are missing."""
        return _byte_strings(self._fields.get(name, []), size)

    def map(self, name: str) -> Mapping[str, Any]:
        value = self._fields.get(name, {})
        if not isinstance(value, dict):
            raise _BadRequest
        return value


def _number(value: object) -> int:
    # 1.0 and 1 are one number in JSON, and JavaScript could not tell them apart.
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    if type(value) is not int or not -_MAX_NUMBER <= value <= _MAX_NUMBER:
        raise _BadRequest
    return value


def _bytes(value: object, size: int | None = None) -> bytes:
    if not isinstance(value, str) or not _HEX.fullmatch(value):
        raise _BadRequest
    data = bytes.fromhex(value)
    if size is not None and len(data) != size:
        raise _BadRequest
    return data


def _byte_strings(value: object, size: int | None) -> list[bytes]:
    if not isinstance(value, list):
        raise _BadRequest
    return [_bytes(one, size) for one in value]


def _answer(request: _Request) -> Answer:
    operation = _OPERATIONS.get(request.text("op"))
    if operation is None:
        raise _BadRequest
    return operation(request)


def _refusal(error: ProtocolError) -> Answer:
    return {"ok": False, "code": error.code}


# --- what needs no trust store ---


def _ed25519_verify(request: _Request) -> Answer:
    key, message = request.octets("public_key"), request.octets("message")
    return {"ok": signature_holds(key, message, request.octets("signature"))}


def _cbor_decode(request: _Request) -> Answer:
    data = request.octets("data")
    try:
        cbor.decode(data)
    except Malformed:
        return {"ok": False}
    return {"ok": True}


def _status_get(request: _Request) -> Answer:
    bits, lst, index = request.number("bits"), request.octets("lst"), request.number("index")
    if bits not in (1, 2, 4, 8):
        raise _BadRequest
    try:
        array = status.inflate(lst, limit=BITS_LIMIT * bits // 8)
        return {"ok": True, "status": status.status_at(array, index, bits=bits)}
    except ProtocolError as error:
        return _refusal(error)


def _text_decode(request: _Request) -> Answer:
    first = next(text.readings(request.text("text")), None)
    return _refusal(BadText()) if first is None else {"ok": True, "data": first.hex()}


def _text_repairs(request: _Request) -> Answer:
    return {"ok": True, "texts": list(keyboards.repairs(request.text("text")))}


def _pairing_code(request: _Request) -> Answer:
    try:
        return {"ok": True, "coop": parse_pairing_code(request.text("code")).hex()}
    except BadPairingCode as error:
        return {**_refusal(error), "group": error.group}


def _page_read(request: _Request) -> Answer:
    data = request.octets("data")
    try:
        page, _ = parse_page(payload_map(data))
    except ProtocolError as error:
        return _refusal(error)
    return {"ok": True, "page": page_to_map(page)}


def _file_read(request: _Request) -> Answer:
    data = request.octets("data")
    try:
        return {"ok": True, "documents": [one.hex() for one in read_bundle(data)]}
    except ProtocolError as error:
        return _refusal(error)


def _index_read(request: _Request) -> Answer:
    data = request.octets("data")
    try:
        return {"ok": True, "parts": [[one.hash.hex(), one.size] for one in read_index(data)]}
    except ProtocolError as error:
        return _refusal(error)


# --- what needs one ---


def _document_add(request: _Request) -> Answer:
    trust, now = _trust_store(request), request.number("now")
    documents, paced = request.octet_strings("documents"), request.flag("paced")
    if not request.has("documents"):
        raise _BadRequest
    return {"results": [_add(trust, data, now=now, paced=paced) for data in documents]}


def _add(trust: TrustStore, data: bytes, *, now: int, paced: bool = False) -> str:
    """Return what became of a document: the word of its outcome, or the code of its refusal."""
    try:
        addition = trust.add(data, now=now, paced=paced)
    except ProtocolError as error:
        return error.code
    return addition.outcome.value + ("+equivocation" if addition.equivocation else "")


def _card_verify(request: _Request) -> Answer:
    card, trust, now = request.text("text"), _trust_store(request), request.number("now")
    policy = _policy(request.map("policy")) if request.has("policy") else Policy()
    noted = _Request(request.map("visits"))
    visits = Visits(in_period=noted.number("in_period", 0), today=noted.flag("today"))
    verdict = judge(card, trust, now=now, policy=policy, visits_of=lambda _coop, _ref: visits)
    answer: Answer = {
        "outcome": verdict.outcome.word,
        "reasons": [reason.code for reason in verdict.reasons],
    }
    if verdict.holder:
        answer["holder"] = _holder(verdict.holder)
    return answer


def _holder(holder: Holder) -> Answer:
    return {
        "name": holder.card.holder_name,
        "category": holder.card.category,
        "coop": holder.coop.hex(),
        "kid": holder.kid.hex(),
        "index": holder.card.status_index,
        "exp": holder.card.expires_at,
    }


def _policy(fields: Mapping[str, Any]) -> Policy:
    value = {name: _numbers_in(content) for name, content in fields.items()}
    for name in ("accept", "refuse"):
        if name in value:
            value[name] = _byte_strings(value[name], 10)
    try:
        return parse_policy(value)
    except BadShape as error:
        raise _BadRequest from error


def _numbers_in(value: object) -> object:
    if isinstance(value, list):
        return [_numbers_in(one) for one in value]
    return int(value) if isinstance(value, float) and value.is_integer() else value


def _trust_store(request: _Request) -> TrustStore:
    """Return the trust store that the fields of a line describe."""
    if not request.has("trust"):
        raise _BadRequest
    documents = request.octet_strings("trust")
    own = CoopId(_bytes(request.text("own"), 10)) if request.has("own") else None
    trust = TrustStore(own=own)
    for one in request.octet_strings("paired", 10):
        trust.pair(CoopId(one))
    for new, old in request.map("replaces").items():
        replaced = [CoopId(one) for one in _byte_strings(old, 10)]
        trust.pair(CoopId(_bytes(new, 10)), replaces=replaced)
    for federation in request.octet_strings("federations", 10):
        trust.follow(FederationId(federation))
    for one in request.octet_strings("blocked", 10):
        trust.block(CoopId(one))
    if not any(map(request.has, ("own", "paired", "replaces", "federations"))):
        _believe_all(trust, documents)
    added_at = request.number("added_at" if request.has("added_at") else "now")
    for data in documents:
        _add(trust, data, now=added_at)
    for told, keys in request.map("former").items():
        coop = CoopId(_bytes(told, 10))
        former = [PublicKey(key) for key in _byte_strings(keys, 32)]
        if trust.descriptor(coop):
            trust.remember_former(coop, former)
    return trust


def _believe_all(trust: TrustStore, documents: list[bytes]) -> None:
    """Follow every first root; where there is none, pair with every co-op that has a descriptor."""
    roots = [federation for data in documents if (federation := _founded_by(data))]
    for federation in roots:
        trust.follow(federation)
    if not roots:
        for signer in filter(None, map(_described_by, documents)):
            trust.pair(signer)


def _founded_by(data: bytes) -> FederationId | None:
    """Return the federation of which `data` is the first root."""
    try:
        root = parse_root(parse_sign(data, typ=ROOT_TYP).payload)
    except ProtocolError:
        return None
    return root.federation if root.version == 1 else None


def _described_by(data: bytes) -> CoopId | None:
    """Return the co-op of which `data` is a descriptor."""
    try:
        return coop_id_of(read_identity_key(parse_sign1(data, typ=DESCRIPTOR_TYP).payload))
    except ProtocolError:
        return None


_OPERATIONS: Mapping[str, Callable[[_Request], Answer]] = {
    "ed25519_verify": _ed25519_verify,
    "cbor_decode": _cbor_decode,
    "status_get": _status_get,
    "text_decode": _text_decode,
    "text_repairs": _text_repairs,
    "pairing_code": _pairing_code,
    "page_read": _page_read,
    "file_read": _file_read,
    "index_read": _index_read,
    "document_add": _document_add,
    "card_verify": _card_verify,
}


if __name__ == "__main__":
    main()
