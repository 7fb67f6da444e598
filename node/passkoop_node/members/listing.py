"""The register as a table for a spreadsheet: the columns that are wanted, as imports read them."""

from collections.abc import Callable, Mapping, Sequence

from passkoop_node.core.language import N_, Message
from passkoop_node.core.sheets import Cell, Sheet
from passkoop_node.members.beside import Known
from passkoop_node.members.member import Member
from passkoop_node.members.preferences import Channel
from passkoop_node.members.rows import WRITTEN
from passkoop_node.members.wording import FIELDS

COLUMNS = (*WRITTEN, "household", "news")
# What most lists are for; notes and years of birth are for those who ask for them.
USUAL = (
    "number", "given_name", "family_name", "email", "phone", "address", "postcode", "town",
    "country", "category", "joined", "left", "household",
)  # fmt: skip

_CATEGORIES = {0: N_("membre"), 1: N_("rattaché")}
_YES, _NO = N_("oui"), N_("non")


def sheet_of(
    members: Sequence[Member],
    columns: Sequence[str],
    *,
    numbers: Mapping[int, str],
    known: Known,
) -> Sheet:
    """Return a table of members.

    Args:
        members: who stands in it.
        columns: some of COLUMNS.
        numbers: of the principals of households, by id.
        known: what stands beside their records.
    """

    def household(one: Member) -> Cell:
        return numbers.get(known.principals.get(one.id, 0))

    def news(one: Member) -> Cell:
        said = known.news.get(one.id)
        return None if said is None else str(_NO if said[0] is Channel.NONE else _YES)

    def category(one: Member) -> Cell:
        said = _CATEGORIES.get(one.category)
        return str(said) if said else one.category

    special: Mapping[str, Callable[[Member], Cell]] = {
        "household": household,
        "news": news,
        "category": category,
    }
    readers = [special.get(name) or _plain(name) for name in columns]
    return Sheet(
        title=str(TITLE),
        titles=[str(FIELDS[name]) for name in columns],
        rows=([read(one) for read in readers] for one in members),
    )


TITLE: Message = N_("Membres")


def _plain(name: str) -> Callable[[Member], Cell]:
    def read(member: Member) -> Cell:
        value: Cell = getattr(member, name)
        return value

    return read
