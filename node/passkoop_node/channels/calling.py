"""One call to an SMS gateway, and what its answer means: a message goes once, or is asked about."""

import base64
import json
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, urlencode

from passkoop_node.channels.gateway import PLACE, Format, Gateway, parse_fields
from passkoop_node.core.fate import Fate, Outcome
from passkoop_node.core.fetching import Fetched, Fetcher, FetchFailed, Why, parse_retry_after
from passkoop_node.core.reach import Reach

SECONDS = 30.0  # that one call may take
MOST = 65_536  # bytes of an answer that are read
_LONGEST_ANSWER = 300  # characters kept

# What is not sent for a reason that no message is at fault of; all wait.
_TROUBLES = {401: "login", 402: "no_credit", 403: "login", 404: "sms_address", 405: "sms_address"}
_NOT_NOW = (408, 425, 429, 503)  # by their definition nothing was done
_MOVED = (301, 307, 308)  # by their definition nothing was done here
_NEVER_CAME = {
    Why.PRIVATE: "private_address",
    Why.UNREACHABLE: "unreachable",
    Why.TOO_SLOW: "timeout",
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Text:
    """An SMS to be sent."""

    id: str  # the same at each attempt
    to: str  # E.164
    text: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Call:
    """What a gateway is asked."""

    method: str
    address: str
    headers: dict[str, str]
    body: bytes | None


def reach_of(gateway: Gateway) -> Reach:
    """Return how far calls to a gateway may go."""
    return Reach.ANYWHERE if gateway.is_inside else Reach.PUBLIC


def write_call(gateway: Gateway, secret: str, text: Text) -> Call:
    """Return what the gateway is asked for one SMS.

    Raises:
        ValueError: a header would hold a line end, or what is no header's.
    """
    facts = {
        "to": text.to,
        "to_digits": text.to.lstrip("+"),
        "text": text.text,
        "secret": secret,
        "basic": base64.b64encode(secret.encode()).decode(),
        "id": text.id,
    }

    def filled(template: str) -> str:
        return PLACE.sub(lambda place: facts[place[1]], template)

    address = PLACE.sub(lambda place: quote(facts[place[1]], safe=""), gateway.address)
    headers = {name: filled(value) for name, value in gateway.headers.items()}
    for value in headers.values():
        if not (value.isascii() and value.isprintable()):
            raise ValueError("a header's value is one line of plain letters")
    body: bytes | None = None
    kinds = {name.lower() for name in headers}
    if gateway.format is Format.FORM:
        fields = [(name, filled(value)) for name, value in parse_fields(gateway.body)]
        body = urlencode(fields).encode()
        kind = "application/x-www-form-urlencoded"
    elif gateway.format is Format.JSON:
        body = json.dumps(_fill(json.loads(gateway.body), filled), ensure_ascii=False).encode()
        kind = "application/json"
    if body is not None and "content-type" not in kinds:
        headers["Content-Type"] = kind
    return Call(
        method=gateway.method,
        address=address,
        headers=headers,
        body=body,
    )


def _fill(value: Any, filled: Any) -> Any:
    """Return a value of JSON whose texts are filled: none of them can add another."""
    if isinstance(value, str):
        return filled(value)
    if isinstance(value, list):
        return [_fill(one, filled) for one in value]
    if isinstance(value, dict):
        return {name: _fill(one, filled) for name, one in value.items()}
    return value


async def send(fetcher: Fetcher, gateway: Gateway, secret: str, text: Text, *, now: int) -> Outcome:
    """Ask the gateway to send one SMS; return what became of it."""
    try:
        call = write_call(gateway, secret, text)
    except ValueError:  # a secret that no header can hold
        return Outcome(fate=Fate.TROUBLE, why="login")
    try:
        answer = await fetcher.ask(
            call.method,
            call.address,
            body=call.body,
            headers=call.headers,
            most=MOST,
            seconds=SECONDS,
            now=now,
        )
    except FetchFailed as error:
        if not error.may_have_come:  # nobody heard of it: the message is not at fault
            return Outcome(fate=Fate.TROUBLE, why=_NEVER_CAME.get(error.why, "unreachable"))
        why = "no_sms_answer" if error.why is Why.TOO_SLOW else "unclear_answer"
        return Outcome(fate=Fate.UNCERTAIN, why=why, hung_up=True)
    return judge(gateway, answer, now=now, secret=secret)


def judge(gateway: Gateway, answer: Fetched, *, now: int, secret: str = "") -> Outcome:
    """Return what an answer means.

    Only what says that a message was not taken lets it go again; only what the settings call
    success is one; of all between, somebody is asked.
    """
    status, said = answer.status, _said(answer, secret)
    if status in _NOT_NOW:
        wait = parse_retry_after(answer.headers.get("Retry-After", ""), now=now)
        return Outcome(fate=Fate.LATER, why="sms_later", answer=said, wait=wait, hung_up=True)
    if status in _TROUBLES or status in _MOVED:
        why = _TROUBLES.get(status, "redirect")
        return Outcome(fate=Fate.TROUBLE, why=why, answer=said)
    body = answer.body.decode(errors="replace").casefold()
    if 400 <= status < 500 or (gateway.bad and gateway.bad.casefold() in body):
        return Outcome(fate=Fate.NEVER, why="sms_refused", answer=said)
    if 200 <= status < 300 and gateway.good.casefold() in body:
        return Outcome(fate=Fate.SENT, answer=said)
    return Outcome(fate=Fate.UNCERTAIN, why="unclear_answer", answer=said, hung_up=True)


def _said(answer: Fetched, secret: str) -> str:
    """Return a stranger's words on one line, without our secret if it says it back."""
    text = answer.body[: _LONGEST_ANSWER * 8].decode(errors="replace")
    basic = base64.b64encode(secret.encode()).decode()
    for one in (secret, quote(secret, safe=""), basic):
        if secret:
            text = text.replace(one, "***")
    line = " ".join(f"{answer.status} {text}".split())
    return "".join(char if char.isprintable() else "?" for char in line)[:_LONGEST_ANSWER]
