"""Noting visits: each counts once, a late one counts too, and a mistake is a further line."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import timedelta
from enum import Enum
from typing import Any

from passkoop_node.core.database import writing
from passkoop_node.core.language import _
from passkoop_node.errors import NodeError
from passkoop_node.visits.chain import Head, Line, Proof, Salted, check_lines, line_hash, new_salt
from passkoop_node.visits.days import local_day
from passkoop_node.visits.guests import GuestStore
from passkoop_node.visits.pseudonyms import Pseudonyms
from passkoop_node.visits.store import VisitStore
from passkoop_node.visits.visit import (
    VISITS,
    Kind,
    NewVisit,
    Rule,
    Visit,
    Words,
    check_visit,
)
from passkoop_protocol.keys import CoopId
from passkoop_protocol.trust import TrustStore
from passkoop_protocol.welcome import Policy, Without

# What the register adds when a line is written down; they change nothing of its being a visit.
OVER_QUOTA = "over_quota"  # more visits than the rules give: a till without network cannot know
SAME_DAY = "same_day"  # a second purchase of one day uses no visit up


class Fate(Enum):
    """What became of a line that was sent."""

    NOTED = "noted"
    KNOWN = "known"  # it was here already: nothing to do
    CONFLICT = "conflict"  # it was here with other content: flagged, the first one stays
    REFUSED = "refused"


@dataclass(frozen=True, kw_only=True, slots=True)
class Noted:
    """The answer to one line. Only one refused as `visit_in_future` is worth sending again."""

    till: str
    line: str
    fate: Fate
    visit: Visit | None = None  # as it stands in the register
    error: NodeError | None = None  # why it was refused


class VisitNotFound(NodeError):
    """The register has no such visit."""

    code = "visit_not_found"

    def __init__(self) -> None:
        super().__init__(_("le registre n'a pas cette visite, ou elle est déjà annulée"))
        self.hint = _("Cherchez son numéro dans la liste des visites.")


class Register:
    """The register of visits as tills and people use it."""

    def __init__(
        self,
        store: VisitStore,
        pseudonyms: Pseudonyms,
        guests: GuestStore,
        *,
        own: Callable[[], CoopId],
        policy: Callable[[], Policy],
    ) -> None:
        self.store = store
        self.pseudonyms = pseudonyms
        self.guests = guests
        self._own = own
        self._policy = policy

    def note(self, new: NewVisit, *, now: int, trust: TrustStore | None = None) -> Noted:
        """Write one line down, or find that it is there; it is on the disk on return.

        Args:
            trust: tells which co-ops changed their id; without it, only for the remarks, none did.

        Raises:
            FutureVisit, BadAmount, BadVisit: nothing was written.
        """
        check_visit(new, now=now)
        with writing(self.store.db):
            return self._note(new, now=now, trust=trust)

    def note_all(
        self, lines: Iterable[NewVisit], *, now: int, trust: TrustStore | None = None
    ) -> list[Noted]:
        """Write down what a till kept while it was alone, all at once.

        Returns:
            One answer for each line, in their order; a line that is refused stops no other.
        """
        answers = []
        with writing(self.store.db):
            for new in lines:
                try:
                    check_visit(new, now=now)
                except NodeError as error:
                    answers.append(
                        Noted(till=new.till, line=new.line, fate=Fate.REFUSED, error=error)
                    )
                else:
                    answers.append(self._note(new, now=now, trust=trust))
        return answers

    def cancel(self, seq: int, *, till: str, line: str, reason: str = "", now: int) -> Noted:
        """Take a visit back: a further line says so.

        Raises:
            VisitNotFound: there is none, or it was taken back before.
        """
        return self._correct(Kind.CANCEL, seq, None, till=till, line=line, reason=reason, now=now)

    def correct_amount(
        self, seq: int, amount: int, *, till: str, line: str, reason: str = "", now: int
    ) -> Noted:
        """Give a visit another amount, in cents: a further line says so.

        Raises:
            VisitNotFound, BadAmount: nothing was written.
        """
        return self._correct(Kind.AMOUNT, seq, amount, till=till, line=line, reason=reason, now=now)

    def _correct(
        self,
        kind: Kind,
        seq: int,
        amount: int | None,
        *,
        till: str,
        line: str,
        reason: str,
        now: int,
    ) -> Noted:
        with writing(self.store.db):
            visit = self.store.get(seq)
            if visit is None or visit.kind not in VISITS:
                raise VisitNotFound
            known = self.store.find(till, line)
            if known is None and self.store.is_cancelled(visit.till, visit.line):
                raise VisitNotFound
            new = NewVisit(
                till=till,
                line=line,
                at=known.visit.at if known else now,
                kind=kind,
                amount=amount,
                corrects=(visit.till, visit.line),
                words=Words(reason=reason),
            )
            check_visit(new, now=now)
            return self._note(new, now=now, trust=None)

    def _note(self, new: NewVisit, *, now: int, trust: TrustStore | None) -> Noted:
        known = self.store.find(new.till, new.line)
        if known is not None:
            said, same_person = _facts_of(new), self._same_person(new, known)
            same = said == _facts_of(known.visit) and same_person
            if not same:
                self.store.flag(known.visit.seq, said | {"same_person": same_person}, now=now)
            return Noted(
                till=new.till,
                line=new.line,
                fate=Fate.KNOWN if same else Fate.CONFLICT,
                visit=known.visit,
            )
        head = self.store.head()
        holder = self._holder(new)
        words = Salted(salt=new_salt(), words=new.words) if new.words else None
        visit = Visit(
            seq=head.seq + 1,
            till=new.till,
            line=new.line,
            at=new.at,
            received=now,
            day=local_day(new.at),
            kind=new.kind,
            home=new.home,
            category=new.category,
            amount=new.amount,
            outcome=new.outcome,
            reasons=new.reasons,
            remarks=self._remarks(new, trust),
            rule=new.rule,
            corrects=new.corrects,
            holder_mac=holder.mac if holder else b"",
            words_mac=words.mac if words else b"",
            hash=b"",
        )
        visit = replace(visit, hash=line_hash(head.hash, visit))
        self.store.append(visit, holder, words)
        return Noted(till=new.till, line=new.line, fate=Fate.NOTED, visit=visit)

    def _holder(self, new: NewVisit) -> Salted | None:
        if new.member_ref is None:
            return None
        pseudonym = self.pseudonyms.of(self._issuer(new), new.member_ref)
        return Salted(salt=new_salt(), holder=pseudonym)

    def _issuer(self, new: NewVisit) -> CoopId:
        # A guest's visitor's card is ours, whatever co-op they say they are of.
        return new.home if new.kind is not Kind.WITHOUT and new.home else self._own()

    def _remarks(self, new: NewVisit, trust: TrustStore | None) -> tuple[str, ...]:
        """Return what is to be said of a new line, inside `writing`."""
        if new.kind not in (Kind.CARD, Kind.WITHOUT) or new.member_ref is None:
            return ()
        holders = self.pseudonyms.all_of(self._issuer(new), new.member_ref, trust)
        day = local_day(new.at)
        if day in self.store.days_of(holders, since=day, until=day):
            return (SAME_DAY,)
        if new.kind is Kind.CARD:
            if new.rule is not Rule.NETWORK:  # welcomed knowingly, beyond the limit
                return ()
            policy = self._policy()
            since = day - timedelta(days=max(policy.period, 1) - 1)
            used = len(self.store.days_of(holders, since=since, until=day))
            return (OVER_QUOTA,) if policy.visits and used >= policy.visits else ()
        guest = self.guests.by_ref(new.member_ref)
        if guest is None or new.rule is Rule.ANYWAY:
            return ()
        too_many = guest.kind is Without.VISITS and (
            len(self.store.days_of(holders)) >= guest.allowed
        )
        too_late = guest.last_day is not None and day > guest.last_day
        return (OVER_QUOTA,) if too_many or too_late else ()

    def _same_person(self, new: NewVisit, line: Line) -> bool:
        """Return whether the line speaks of the same person, as far as it is still known."""
        if line.holder is not None or not line.visit.holder_mac:
            holder = self._holder(new)
            held = line.holder.holder if line.holder else None
            if (holder.holder if holder else None) != held:
                return False
        if line.words is not None or not line.visit.words_mac:
            return bool(new.words) == (line.words is not None) and (
                line.words is None or line.words.words == new.words
            )
        return True


def _facts_of(line: NewVisit | Visit) -> dict[str, Any]:
    """Return what a till says of a line, without what tells who it was.

    What it showed is left out: the same card, asked about again, may be answered otherwise.
    """
    return {
        "at": line.at,
        "kind": int(line.kind),
        "home": line.home,
        "category": line.category,
        "amount": line.amount,
        "rule": str(line.rule),
        "corrects": list(line.corrects) if line.corrects else None,
    }


def check_chain(store: VisitStore, heads: Iterable[Head] = ()) -> Proof:
    """Return whether the register is whole, and if not, its first broken line.

    Args:
        heads: that were printed or handed out before; the register must still hold them.
    """
    return check_lines(store.lines(), heads)
