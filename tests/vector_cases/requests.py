"""Cases about the driver itself: lines that it cannot read (SPEC 15)."""

from typing import Any

from shop import NOW, Coop

from .cards import HOME, TRUST, holder_of
from .cases import Case, Cases


def request_cases() -> list[Case]:
    """Return the cases of lines."""
    cases = Cases()

    def bad(name: str, line: dict[str, Any]) -> None:
        cases.add("15", name, line, {"ok": False, "code": "bad_request"})

    card: dict[str, Any] = {"op": "card_verify", "text": "", "trust": [], "now": NOW}
    add: dict[str, Any] = {"op": "document_add", "trust": [], "documents": [], "now": NOW}
    get: dict[str, Any] = {"op": "status_get", "bits": 2, "lst": "", "index": 0}
    verify: dict[str, Any] = {
        "op": "ed25519_verify",
        "public_key": "",
        "message": "",
        "signature": "",
    }
    decode: dict[str, Any] = {"op": "cbor_decode", "data": ""}
    text: dict[str, Any] = {"op": "text_decode", "text": ""}
    repairs: dict[str, Any] = {"op": "text_repairs", "text": ""}
    code: dict[str, Any] = {"op": "pairing_code", "code": ""}

    bad("no op", {"data": ""})
    bad("an unknown op", decode | {"op": "cbor_encode"})
    bad("an op that every object has in some languages", decode | {"op": "constructor"})
    bad("an op that is null", decode | {"op": None})
    bad("an op that is a number", decode | {"op": 7})
    bad("an op that is a list", decode | {"op": ["cbor_decode"]})
    readers = [{"op": f"{what}_read", "data": ""} for what in ("page", "file", "index")]
    for line in (card, add, get, verify, decode, text, repairs, code, *readers):
        for field in line:
            if field != "op":
                left = {name: value for name, value in line.items() if name != field}
                bad(f"{line['op']} without {field}", left)
                bad(f"{line['op']} with null for {field}", line | {field: None})
                bad(f"{line['op']} with a map for {field}", line | {field: {}})
    for name, data in {
        "one digit": "0",
        "a letter that is no digit": "0g",
        "0x": "0x00",
        "a blank": "00 00",
        "a line feed": "00\n",
        "digits of another script": "\u0660\u0660",
    }.items():
        bad(f"bad hexadecimal: {name}", decode | {"data": data})
    bad("bad hexadecimal in a list", card | {"trust": ["0"]})
    bad("a number in a list of byte strings", card | {"trust": [0]})
    bad("a text for a list of byte strings", card | {"trust": "00"})
    bad("bits 3", get | {"bits": 3})
    bad("bits 0", get | {"bits": 0})
    bad("bits -1", get | {"bits": -1})
    bad("bits 16", get | {"bits": 16})
    for value, name in ((True, "true"), ("1", "a text"), (2**53, "2^53"), (-(2**53), "-2^53")):
        bad(f"{name} for an index", get | {"index": value})
        bad(f"{name} for now", card | {"now": value})
    bad("a number for paced", add | {"paced": 1})
    bad("null for paced", add | {"paced": None})
    bad("an own id of 9 bytes", card | {"own": "00" * 9})
    bad("an own id of 11 bytes", card | {"own": "00" * 11})
    bad("null for own", card | {"own": None})
    bad("a paired id of 9 bytes", card | {"paired": ["00" * 9]})
    bad("a text for the list of paired ids", card | {"paired": "00" * 10})
    bad("a federation's id of 9 bytes", card | {"federations": ["00" * 9]})
    bad("a blocked id of 9 bytes", card | {"blocked": ["00" * 9]})
    bad("a list for replaces", card | {"replaces": []})
    bad("a new id of 9 bytes in replaces", card | {"replaces": {"00" * 9: []}})
    bad("a new id that is no hexadecimal in replaces", card | {"replaces": {"new": []}})
    bad("an old id of 9 bytes in replaces", card | {"replaces": {"00" * 10: ["00" * 9]}})
    bad("an old id alone in replaces", card | {"replaces": {"00" * 10: "00" * 10}})
    bad("a list for former", card | {"former": []})
    bad("a former key of 31 bytes", card | {"former": {"00" * 10: ["00" * 31]}})
    bad("an id of 9 bytes in former", card | {"former": {"00" * 9: []}})
    bad("a text for added_at", card | {"added_at": "now"})
    bad("a list for a policy", card | {"policy": []})
    bad("null for a policy", card | {"policy": None})
    bad("an empty policy, which lacks who", card | {"policy": {}})
    bad("a list for visits", card | {"visits": []})
    bad("a text for in_period", card | {"visits": {"in_period": "1"}})
    bad("a number for today", card | {"visits": {"today": 1}})

    cases.add("15", "hexadecimal in capital letters", decode | {"data": "A16141F4"}, {"ok": True})
    cases.add(
        "15", "hexadecimal in letters of both kinds", decode | {"data": "A16161f4"}, {"ok": True}
    )
    cases.add(
        "15", "a field that the op does not know", decode | {"data": "00", "mood": 7}, {"ok": True}
    )
    cases.add("15", "no documents", add, {"results": []})
    whole = card | {"text": HOME.text(), "trust": [data.hex() for data in TRUST], "now": NOW}
    welcome = {"outcome": "welcome", "reasons": [], "holder": holder_of(HOME)}
    nobody = Coop("Lou Basta").id.hex()
    former = {nobody: ["00" * 32]}
    cases.add(
        "15", "former keys of a co-op of which nothing is held", whole | {"former": former}, welcome
    )
    broken = [*whole["trust"], "00", "", whole["trust"][0][:-2]]
    name = "documents of the trust store that are refused are passed over"
    cases.add("15", name, whole | {"trust": broken}, welcome)
    early = whole | {"now": 0, "added_at": NOW}
    cases.add(
        "15", "negative and small times are times", early,
        {"outcome": "remark", "reasons": ["clock_slow"], "holder": holder_of(HOME)},
    )  # fmt: skip
    return cases.cases
