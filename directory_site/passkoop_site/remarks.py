"""What was refused or repaired on the way, a sentence each: nothing is lost without a word."""

from dataclasses import dataclass, field

from passkoop_site.typography import typeset


@dataclass(frozen=True, kw_only=True, slots=True)
class Remark:
    """One thing that somebody at the federation may want to put right."""

    where: str  # a file, or a co-op
    what: str  # what was wrong and what became of it, without full stop
    to_do: str  # in the imperative
    refused: bool = False  # the whole entry, page or picture is not on the site


@dataclass
class Report:
    """The remarks of one run, in the order in which they were made."""

    remarks: list[Remark] = field(default_factory=list)

    def repaired(self, where: str, what: str, to_do: str) -> None:
        """Note what was repaired, or left out of something that is kept."""
        self.remarks.append(_remark(where, what, to_do, refused=False))

    def refused(self, where: str, what: str, to_do: str) -> None:
        """Note what is not on the site at all."""
        self.remarks.append(_remark(where, what, to_do, refused=True))


def _remark(where: str, what: str, to_do: str, *, refused: bool) -> Remark:
    # The sentences are typed with plain spaces.
    return Remark(where=where, what=typeset(what), to_do=typeset(to_do), refused=refused)
