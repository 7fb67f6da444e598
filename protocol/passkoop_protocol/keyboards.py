"""Text of a reader set to US that was typed on another keyboard layout (SPEC, annex A).

A USB reader is a keyboard: it sends keys, and the computer's layout makes characters of them. Each
table here says which character comes of each key; read backwards, it gives what the reader meant.
Which table is the right one nobody knows beforehand: the card's signature tells.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType

MAX_TEXT = 1024  # characters; nothing longer is a card, and work on a stranger's text has an end
DEAD = "◌"  # in a row: a key that gives no character, or gives it to the next key

_UNKNOWN = "\ufffd"
# Enter, Tab and the space bar are the same everywhere, and so is what readers put around a code.
_SAME_EVERYWHERE = "".join(map(chr, range(0x21))) + "\x7f"

# The 47 printing keys, row after row from the top left, alone and with Shift. Annex A has the same.
_ROWS = r"""
fr        ²&é"'(-è_çà)=azertyuiop◌$*qsdfghjklmùwxcvbn,;:!
          ~1234567890°+AZERTYUIOP◌£µQSDFGHJKLM%WXCVBN?./§
be        ²&é"'(§è!çà)-azertyuiop◌$µqsdfghjklmùwxcvbn,;:=
          ³1234567890°_AZERTYUIOP◌*£QSDFGHJKLM%WXCVBN?./+
fr-afnor  @àéèê()‘’«»'◌azertyuiop-+*qsdfghjklm/wxcvbn.,:;
          #1234567890"◌AZERTYUIOP–±½QSDFGHJKLM\WXCVBN?!…=
fr-bepo   $"«»()@+-/*=%bépoè◌vdljzwçauie,ctsrnmàyx.k'qghf
          #1234567890°`BÉPOÈ!VDLJZWÇAUIE;CTSRNMÀYX:K?QGHF
fr-mac    @&é"'(§è!çà)-azertyuiop◌$◌qsdfghjklmùwxcvbn,;:=
          #1234567890°_AZERTYUIOP◌*£QSDFGHJKLM%WXCVBN?./+
ca        #1234567890-=qwertyuiop◌◌<asdfghjkl;◌zxcvbnm,.é
          |!"/$%?&*()_+QWERTYUIOP◌◌>ASDFGHJKL:◌ZXCVBNM'.É
ca-multi  /1234567890-=qwertyuiop◌çàasdfghjkl;èzxcvbnm,.é
          \!@#$%?&*()_+QWERTYUIOP◌ÇÀASDFGHJKL:ÈZXCVBNM'"É
ch-fr     §1234567890'◌qwertzuiopè◌$asdfghjkléàyxcvbnm,.-
          °+"*ç%&/()=?◌QWERTZUIOPü!£ASDFGHJKLöäYXCVBNM;:_
de        ◌1234567890ß◌qwertzuiopü+#asdfghjklöäyxcvbnm,.-
          °!"§$%&/()=?◌QWERTZUIOPÜ*'ASDFGHJKLÖÄYXCVBNM;:_
nl        @1234567890/°qwertyuiop◌*<asdfghjkl+◌zxcvbnm,.-
          §!"#$%&_()'?◌QWERTYUIOP◌|>ASDFGHJKL±◌ZXCVBNM;:=
es        º1234567890'¡qwertyuiop◌+çasdfghjklñ◌zxcvbnm,.-
          ª!"·$%&/()=?¿QWERTYUIOP◌*ÇASDFGHJKLÑ◌ZXCVBNM;:_
it        \1234567890'ìqwertyuiopè+ùasdfghjklòàzxcvbnm,.-
          |!"£$%&/()=?^QWERTYUIOPé*§ASDFGHJKLç°ZXCVBNM;:_
pt        \1234567890'«qwertyuiop+◌◌asdfghjklçºzxcvbnm,.-
          |!"#$%&/()=?»QWERTYUIOP*◌◌ASDFGHJKLÇªZXCVBNM;:_
gb        `1234567890-=qwertyuiop[]#asdfghjkl;'zxcvbnm,./
          ¬!"£$%^&*()_+QWERTYUIOP{}~ASDFGHJKL:@ZXCVBNM<>?
us        `1234567890-=qwertyuiop[]\asdfghjkl;'zxcvbnm,./
          ~!@#$%^&*()_+QWERTYUIOP{}|ASDFGHJKL:"ZXCVBNM<>?
"""

# What Caps Lock does to those rows: name, rows, rule, and for the rule `shift` the keys (by their
# US names) on which it acts like Shift. One row may have several lines, for systems differ:
# on Windows, Caps Lock is a shift lock for the digits of fr, fr-afnor, be and de, and for more.
_CAPS_LOCK = r"""
fr                fr        case
fr-windows        fr        shift  1234567890-=]\'m,./
be                be        case
be-windows        be        shift  1234567890-=]\'m,./
fr-afnor          fr-afnor  case
fr-afnor-windows  fr-afnor  shift  1234567890
fr-bepo           fr-bepo   shift  1234567890
fr-mac            fr-mac    case
fr-macos          fr-mac    upper
ca                ca        case
ca-multi          ca-multi  case
ca-multix         ca-multi  shift  `1234567890-=,.
ch-fr             ch-fr     case
de                de        case
de-windows        de        shift  1234567890-]\,.
nl                nl        case
es                es        case
it                it        case
pt                pt        case
gb                gb        case
us                us        case
"""


@dataclass(frozen=True, kw_only=True, slots=True)
class Layout:
    """A keyboard layout of a computer, and what Caps Lock does there."""

    unshifted: str  # what the 47 keys give; DEAD for a key that gives nothing by itself
    shifted: str  # the same with Shift
    rule: str  # of Caps Lock: `case`, `shift` or `upper`, see `arriving`
    shift_keys: str  # for the rule `shift`, the keys on which Caps Lock acts like Shift

    def arriving(self, *, caps_lock: bool) -> str:
        """Return the 94 characters that come of the 47 keys, alone, then with Shift.

        With Caps Lock, `case` changes the case of every letter and `shift` does so too, but swaps
        the two characters of its `shift_keys`. `upper` is macOS: Shift does not undo Caps Lock.
        """
        if not caps_lock:
            return self.unshifted + self.shifted
        if self.rule == "upper":
            return "".join(map(_upper, self.unshifted)) + self.shifted
        pairs = [
            (high, low) if key in self.shift_keys else (_other_case(low), _other_case(high))
            for key, low, high in zip(_US.unshifted, self.unshifted, self.shifted, strict=True)
        ]
        return "".join(low for low, _ in pairs) + "".join(high for _, high in pairs)


def _upper(character: str) -> str:
    upper = character.upper()
    return upper if len(upper) == 1 else character  # ß has no single upper-case letter


def _other_case(character: str) -> str:
    upper = _upper(character)
    return upper if upper != character else character.lower()


def _read_layouts() -> Mapping[str, Layout]:
    words = _ROWS.split()
    rows = {words[i]: (words[i + 1], words[i + 2]) for i in range(0, len(words), 3)}
    layouts = {}
    for line in _CAPS_LOCK.strip().splitlines():
        name, row, rule, *keys = line.split()
        unshifted, shifted = rows[row]
        layouts[name] = Layout(
            unshifted=unshifted, shifted=shifted, rule=rule, shift_keys="".join(keys)
        )
    return MappingProxyType(layouts)


LAYOUTS: Mapping[str, Layout] = _read_layouts()  # in the order in which `repairs` tries them
_US = LAYOUTS["us"]


def typed(text: str, layout: str, *, caps_lock: bool = False) -> str:
    """Return what arrives when a reader set to US types `text` on a computer with `layout`.

    Raises:
        KeyError: there is no such layout.
        ValueError: a character is on no key of a US keyboard, or its key is dead in `layout`.
    """
    arriving = LAYOUTS[layout].arriving(caps_lock=caps_lock)
    sent = _US.arriving(caps_lock=False)
    gives = dict(zip(sent + _SAME_EVERYWHERE, arriving + _SAME_EVERYWHERE, strict=True))
    for character in text:
        if gives.get(character, DEAD) == DEAD:
            raise ValueError(f"{character!r} cannot be typed with the layout {layout}")
    return "".join(gives[character] for character in text)


def repairs(text: str) -> Iterator[str]:
    """Yield each text that a reader set to US may have sent, given that it arrived as `text`.

    They come without doubles, in the order of LAYOUTS and for each first without, then with Caps
    Lock. `text` itself is among them only where a table says so: `us`, if nothing else. A table by
    which something behind the last `#` could not have been typed (anywhere, if there is no `#`)
    yields nothing; before it, where the address stands that nobody reads, `?` takes its place: a
    dead key may have eaten or changed characters there. More than 1,024 characters yield nothing.
    """
    if len(text) > MAX_TEXT:
        return
    given: set[str] = set()
    for table in _tables():
        sent = text.translate(table)
        if _UNKNOWN in sent[sent.rfind("#") + 1 :]:
            continue
        sent = sent.replace(_UNKNOWN, "?")
        if sent not in given:
            given.add(sent)
            yield sent


class _Table(dict[int, str]):
    """Character that arrived (its number) -> character that the reader sent."""

    def __missing__(self, key: int) -> str:
        return _UNKNOWN


@cache
def _tables() -> tuple[_Table, ...]:
    """Return the tables of all layouts, backwards, each once. Built at the first repair only."""
    arriving = dict.fromkeys(
        layout.arriving(caps_lock=caps_lock)
        for layout in LAYOUTS.values()
        for caps_lock in (False, True)
    )
    return tuple(_backwards(characters) for characters in arriving)


def _backwards(arriving: str) -> _Table:
    table = _Table((ord(character), character) for character in _SAME_EVERYWHERE)
    sent = _US.arriving(caps_lock=False)
    # Two keys may give one character (the full stop of ca is on two; on a Mac with Caps Lock all
    # letters are): a capital letter goes first, for the card is written in them, then no Shift.
    keys = sorted(zip(sent, arriving, strict=True), key=lambda key: not key[0].isupper())
    for meant, character in keys:
        if character != DEAD:
            table.setdefault(ord(character), meant)
    return table
