"""Cases about texts: of QR codes, typed through layouts, of pairing codes (SPEC 5.2, A, 4.3)."""

from base64 import b32decode, b32encode

from passkoop_protocol.keyboards import LAYOUTS, typed
from passkoop_protocol.keys import pairing_code
from passkoop_protocol.text import encode_text
from shop import Coop

from . import annex
from .cases import Case, Cases

_CARD = Coop("Lou Rasim").card()
_TEXT = encode_text(_CARD)
_BASE32 = _TEXT.partition("#")[2]


def text_cases() -> list[Case]:
    """Return the cases of the text in a QR code."""
    cases = Cases()

    def good(step: str, name: str, text: str, data: bytes = _CARD) -> None:
        cases.add(step, name, {"op": "text_decode", "text": text}, {"ok": True, "data": data.hex()})

    def bad(step: str, name: str, text: str) -> None:
        refused = {"ok": False, "code": "bad_text"}
        cases.add(step, name, {"op": "text_decode", "text": text}, refused)

    good("5.2", "a card behind the usual address", _TEXT)
    good(
        "5.2.2", "a card behind another federation's address", f"https://coops.example/k#{_BASE32}"
    )
    good("5.2.2", "a card without any address", _BASE32)
    good("5.2.2", "a card behind nothing but a #", f"#{_BASE32}")
    good(
        "5.2.2",
        "an address with a # of its own: the last one counts",
        f"https://x.example/#/v#{_BASE32}",
    )
    good("5.2.2", "an address that is no address", f"\u00e9\u4e00 \U0001f955#{_BASE32}")
    good("5.2.2", "a line feed behind it, as readers send one", f"{_TEXT}\n")
    good(
        "5.2.2",
        "blanks, Tab, Enter, U+0000 and U+007F at both ends",
        f" \t\r\0\x7f{_TEXT}\x1f\n \x7f",
    )
    good("5.2.2", "blanks before a card without address", f"  {_BASE32}")
    bad("5.2.2", "a no-break space behind it", f"{_TEXT}\u00a0")
    bad("5.2.2", "a blank between # and card", f"https://membre.coop/v# {_BASE32}")

    bad("5.2.3", "nothing", "")
    bad("5.2.3", "nothing but blanks", " \n")
    bad("5.2.3", "an address alone", "https://membre.coop/v#")
    bad("5.2.3", "an address without #", "https://membre.coop/v")
    bad("5.2.3", "padding behind the card", f"{_TEXT}=")
    bad("5.2.3", "a 1 in the card", f"{_BASE32[:40]}1{_BASE32[41:]}")
    bad("5.2.3", "a blank within the card", f"{_BASE32[:40]} {_BASE32[40:]}")
    bad("5.2.3", "a line feed within the card", f"{_BASE32[:40]}\n{_BASE32[40:]}")
    bad("5.2.3", "a full-width letter in the card", f"{_BASE32[:40]}\uff21{_BASE32[41:]}")
    bad("5.2.3", "a # behind the card", f"{_TEXT}#")
    bad("5.2.3", "half a surrogate pair", f"{_BASE32}\ud83e")

    good("5.2.4", "two letters are one byte", "ME", b"a")
    good("5.2.4", "four letters are two bytes", "MFRA", b"ab")
    good("5.2.4", "five letters are three bytes", "MFRGG", b"abc")
    good("5.2.4", "seven letters are four bytes", "MFRGGZA", b"abcd")
    good("5.2.4", "eight letters are five bytes", "MFRGGZDF", b"abcde")
    good("5.2.4", "bytes that begin with zeros", "AAAAA", b"\0\0\0")
    for letters in ("A", "MFR", "MFRGGZ", "MFRGGZDFM"):
        bad("5.2.4", f"{len(letters)} letters, which leave five bits or more", letters)
    for letters in ("MF", "MFRB", "MFRGH", "MFRGGZB"):
        bad("5.2.4", f"{len(letters)} letters with a spare bit that is 1", letters)
    last = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"
    wrong = _BASE32[:-1] + last[last.index(_BASE32[-1]) + 1]
    bad("5.2.4", "a card whose last letter carries a spare bit", wrong)
    bad("5.2.4", "a card with two letters A more", f"{_BASE32}AA")

    longest = "A" * (1_024 - len(_TEXT)) + "#"
    good("5.2.1", "1,024 characters", f"{longest[1:]}{_TEXT}")
    bad("5.2.1", "1,025 characters", f"{longest}{_TEXT}")
    beyond = "\U0001f955" * (1_024 - 1 - len(_BASE32))
    good("5.2.1", "1,024 code points, most of them beyond U+FFFF", f"{beyond}#{_BASE32}")
    bad("5.2.1", "1,025 code points, most of them beyond U+FFFF", f"{beyond}\U0001f955#{_BASE32}")
    bad("5.2.1", "1,025 characters of which one is a blank at the end", f"{longest[1:]}{_TEXT} ")

    good("5.2.5", "small letters, typed with Caps Lock on", _TEXT.swapcase())
    bad(
        "5.2.5",
        "a card in small letters that no layout explains",
        f"{_BASE32[:40]}{_BASE32[40:].lower()}",
    )
    other = b32encode(b"Pass'Koop!").decode()
    good("5.2.5", "base32 that is no card is still a first reading", other, b"Pass'Koop!")
    bad("5.2.5", "small letters that would be base32, but no card", other.lower())
    swapped = b32decode(_BASE32.translate(str.maketrans("YZ", "ZY")) + "=")
    for layout in LAYOUTS:
        for caps_lock in (False, True):
            name = f"a card typed on the layout {layout}" + (" with Caps Lock" if caps_lock else "")
            arrived = typed(_BASE32, layout, caps_lock=caps_lock)
            # Y and Z change places: it is base32 still, and only the signature will tell.
            misread = layout in ("ch-fr", "de") or (layout, caps_lock) == ("de-windows", False)
            good("5.2.5", name, arrived, swapped if misread else _CARD)
    return cases.cases


def keyboard_cases() -> list[Case]:
    """Return the cases of the repair of texts that were typed on another layout."""
    cases = Cases()

    def repaired(step: str, name: str, text: str) -> None:
        expect = {"ok": True, "texts": annex.repairs(text)}
        cases.add(step, name, {"op": "text_repairs", "text": text}, expect)

    repaired("A.1", "1,024 characters", "a" * 1_024)
    repaired("A.1", "1,025 characters", "a" * 1_025)
    repaired("A.1", "1,025 code points beyond U+FFFF, in the address", "\U0001f955" * 1_024 + "#")
    repaired("A.2", "nothing", "")
    repaired("A.2", "what is the same everywhere", "\n\t\0\x7f ")
    repaired("A.2", "every key of a US keyboard, alone", annex.ROWS["us"][0])
    repaired("A.2", "every key of a US keyboard, with Shift", annex.ROWS["us"][1])
    repaired("A.2", "an e with acute, which is on nine layouts", "\u00e9")
    repaired("A.2", "an e and an accent of its own are two characters", "e\u0301")
    repaired("A.3", "a character that is on no layout, without a #", "\u4e00ab")
    repaired("A.3", "a character that is on no layout, behind the #", "ab#\u4e00")
    repaired("A.3", "the sign for a dead key, behind the #", "ab#\u25cc")
    repaired("A.3", "the last # counts, if a layout has two", "#\u4e00#ab")
    repaired("A.4", "a character that is on no layout, before the #", "a\u4e00b#ab")
    repaired("A.4", "half a surrogate pair before the #", "\ud83e#ab")
    repaired("A.4", "U+FFFD before the #", "\ufffd#ab")
    repaired("A.5", "letters that many layouts have at one place", "cfh")
    sent = "https://membre.coop/v#AMQZ27"
    for layout in LAYOUTS:
        for caps_lock in (False, True):
            lock = " with Caps Lock" if caps_lock else ""
            try:
                text = typed(sent, layout, caps_lock=caps_lock)
            except ValueError:  # a dead key in the address
                text = typed(sent.partition("/v")[2], layout, caps_lock=caps_lock)
            repaired("A", f"an address and six letters typed on the layout {layout}{lock}", text)
    return cases.cases


def pairing_cases() -> list[Case]:
    """Return the cases of pairing codes."""
    cases = Cases()
    coop = Coop("Lou Rasim").id
    code = pairing_code(coop)

    def good(name: str, text: str, named: bytes = coop) -> None:
        ask = {"op": "pairing_code", "code": text}
        cases.add("4.3", name, ask, {"ok": True, "coop": named.hex()})

    def bad(name: str, text: str, group: int) -> None:
        refused = {"ok": False, "code": "bad_pairing_code", "group": group}
        cases.add("4.3", name, {"op": "pairing_code", "code": text}, refused)

    good("a pairing code", code)
    example = bytes.fromhex("dd2fb4e18b5e1ce30c46")
    good("the example's pairing code", "3UX35-JYMLT-LYOOR-GDCGH", example)
    good("in small letters", code.lower())
    good("without dashes", code.replace("-", ""))
    good("with blanks for dashes", code.replace("-", " "))
    good("a dash between all letters", "-".join(code.replace("-", "")))
    good("Tab and line feed around it", f"\t{code}\r\n")
    good("with no-break spaces", code.replace("-", "\u00a0\u202f"))
    good(
        "with dashes of a word processor", code.replace("-", "\u2011", 1).replace("-", "\u2013", 1)
    )
    good("of the id of zeros", pairing_code_of(bytes(10)), bytes(10))
    good("of the id of ones", pairing_code_of(b"\xff" * 10), b"\xff" * 10)
    lookalikes = next(
        Coop(f"Coop {number}").id
        for number in range(1_000)
        if {"O", "I", "B"} <= set(pairing_code(Coop(f"Coop {number}").id))
    )
    told = pairing_code(lookalikes)
    good("0, 1 and 8 for O, I and B", told.translate(str.maketrans("OIB", "018")), lookalikes)

    bad("nothing", "", 0)
    bad("the id, without check letters", "3UX3-JYML-LYOO-GDCG", 0)
    bad("a letter too few", code[:-1], 0)
    bad("a letter too many", f"{code}A", 0)
    bad("an underscore is no dash", code.replace("-", "_"), 0)
    for group in range(1, 5):
        at = group * 6 - 6
        other = "A" if code[at] != "A" else "Q"
        bad(f"a wrong letter in group {group}", code[:at] + other + code[at + 1 :], group)
    check = "A" if code[4] != "A" else "Q"
    bad("a wrong check letter", code[:4] + check + code[5:], 1)
    bad("two wrong groups: the first is named", check.join([code[:6], code[7:15], code[16:]]), 2)
    swapped = next(at for at in range(3) if code[at] != code[at + 1])
    letters = list(code)
    letters[swapped], letters[swapped + 1] = letters[swapped + 1], letters[swapped]
    bad("two neighbours that changed places", "".join(letters), 1)
    groups = code.split("-")
    bad("two groups that changed places", "-".join([groups[1], groups[0], *groups[2:]]), 1)
    bad("a 9, which is no letter", f"9{code[1:]}", 1)
    bad("a letter with an accent", f"\u00c9{code[1:]}", 1)
    bad("a sharp s is one letter, not two", f"\u00df{code[1:]}", 1)
    bad("a dotless i is no I", f"\u0131{code[1:]}", 1)
    return cases.cases


def pairing_code_of(coop: bytes) -> str:
    """Return the pairing code of an id: SPEC 4.3 once more, for ids that no key has."""
    alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"

    def times_alpha(element: int) -> int:
        return (element << 1) ^ (0b100101 if element >= 16 else 0)

    letters = b32encode(coop).decode()
    groups = []
    for number in range(1, 5):
        group = letters[number * 4 - 4 : number * 4]
        check = number
        for letter in group:
            check = times_alpha(check) ^ alphabet.index(letter)
        groups.append(group + alphabet[times_alpha(check)])
    return "-".join(groups)
