"""Segments: lists of people that keep themselves; and groups, whose people are picked by hand."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from passkoop_node.core.audit import AuditStore
from passkoop_node.core.database import writing
from passkoop_node.core.language import N_, Message, _
from passkoop_node.dues.plan import Yearly
from passkoop_node.errors import NodeError
from passkoop_node.letters.choosing import Population
from passkoop_node.letters.criteria import CRITERIA
from passkoop_node.letters.facts import Facts, Sources
from passkoop_node.letters.filters import Condition, Filter, check_filter
from passkoop_node.letters.store import Group

LONGEST_TITLE = 80
MOST_SEGMENTS, MOST_GROUPS = 200, 40


class SegmentNotFound(NodeError):
    """There is no such segment."""

    code = "segment_not_found"

    def __init__(self, key: str) -> None:
        super().__init__(_("il n'y a pas de segment « %(key)s »", key=key[:80]))
        self.hint = _("Regardez la liste des segments.")


class GroupNotFound(NodeError):
    """There is no such group."""

    code = "group_not_found"

    def __init__(self, key: str) -> None:
        super().__init__(_("il n'y a pas de groupe « %(key)s »", key=key[:80]))
        self.hint = _("Regardez la liste des groupes.")


class TitleTaken(NodeError):
    """Another one is called so."""

    code = "title_taken"

    def __init__(self) -> None:
        super().__init__(_("ce nom est déjà pris"))
        self.hint = _("Donnez-en un autre.")


class TooMany(NodeError):
    """There are as many as there can be."""

    code = "too_many"

    def __init__(self, most: int) -> None:
        super().__init__(_("il y en a déjà %(most)s", most=most))
        self.hint = _("Supprimez ceux qui ne servent plus.")


class GroupUsed(NodeError):
    """A segment asks about the group."""

    code = "group_used"

    def __init__(self, titles: Sequence[str]) -> None:
        super().__init__(_("ce groupe sert dans : %(titles)s", titles=", ".join(titles[:5])))
        self.hint = _("Enlevez-le d'abord de ces segments.")


@dataclass(frozen=True, kw_only=True, slots=True)
class Segment:
    """People who are meant together."""

    key: str  # in addresses: a number, or the word of a ready one
    title: str
    filter: Filter
    is_ready: bool  # comes with Pass'Koop, and is nobody's to change


def _all(*conditions: tuple[str, Sequence[str]]) -> Filter:
    return Filter(wanted=tuple(Condition(field=name, values=(*v,)) for name, v in conditions))


_MEMBER = ("belongs", ["member"])
READY: Mapping[str, tuple[Message, Filter]] = {
    "membres": (N_("Tous les membres"), _all(_MEMBER)),
    "a-jour": (N_("À jour de cotisation"), _all(_MEMBER, ("dues", ["current"]))),
    "a-renouveler": (N_("À renouveler"), _all(_MEMBER, ("dues", ["grace", "lapsed"]))),
    "a-terme": (N_("À terme dans 30 jours"), _all(_MEMBER, ("paid_ends", ["30"]))),
    "nouveaux": (N_("Nouveaux depuis 3 mois"), _all(_MEMBER, ("joined_within", ["3"]))),
    "jeunes": (N_("Jeunes de moins de 30 ans"), _all(_MEMBER, ("age", ["", "29"]))),
    "sans-carte": (
        N_("Sans carte valable"),
        Filter(
            wanted=(Condition(field="belongs", values=("member",)),),
            unwanted=(Condition(field="card", values=("valid",)),),
        ),
    ),
    "jamais-venus": (N_("Jamais passés à la caisse"), _all(_MEMBER, ("came", ["never"]))),
    "sans-email": (N_("Sans e-mail"), _all(_MEMBER, ("email", ["no"]))),
    "sans-adresse": (N_("Sans adresse postale"), _all(_MEMBER, ("address", ["no"]))),
    "partis": (N_("Ont quitté la coop"), _all(("belongs", ["left"]))),
}


class Segments:
    """What the office does with segments and groups."""

    def __init__(self, sources: Sources, audit: AuditStore) -> None:
        self.store = sources.segments
        self.sources = sources
        self.audit = audit

    @property
    def has_dues(self) -> bool:
        """Whether the co-op asks for dues."""
        return self.sources.dues.plan.yearly is not Yearly.NONE

    def population(self, *, on: date, now: int) -> Population:
        """Return everybody, to be chosen from."""
        return Population(Facts(self.sources, on=on, now=now))

    def ready(self) -> list[Segment]:
        """Return those that come with Pass'Koop, as far as they mean anything here."""
        has_dues = self.has_dues
        return [
            Segment(key=key, title=str(title), filter=filter, is_ready=True)
            for key, (title, filter) in READY.items()
            if has_dues or not any(CRITERIA[name].needs_dues for name in filter.fields)
        ]

    def own(self) -> list[Segment]:
        """Return the co-op's own, by name."""
        return [
            Segment(key=str(one.id), title=one.title, filter=one.filter, is_ready=False)
            for one in self.store.segments()
        ]

    def get(self, key: str) -> Segment:
        """Return one by its key, or by its name.

        Raises:
            SegmentNotFound: there is none.
        """
        if key in READY:
            found = next((one for one in self.ready() if one.key == key), None)
            if found:
                return found
        kept = None
        if key.isascii() and key.isdecimal() and len(key) < 10:
            kept = self.store.segment(int(key))
        kept = kept or self.store.segment_called(key)
        if kept is None:
            raise SegmentNotFound(key)
        return Segment(key=str(kept.id), title=kept.title, filter=kept.filter, is_ready=False)

    def keep(self, key: str | None, title: str, filter: Filter, *, now: int, actor: str) -> Segment:
        """Keep a new one, or what one of the co-op's own is now.

        Raises:
            BadFilter, TitleTaken, TooMany, SegmentNotFound: nothing was kept.
        """
        check_filter(filter)
        with writing(self.store.db):
            same = self.store.segment_called(title)
            if same is not None and str(same.id) != key:
                raise TitleTaken
            if key is None and len(self.store.segments()) >= MOST_SEGMENTS:
                raise TooMany(MOST_SEGMENTS)
            if key is not None and (not key.isdecimal() or self.store.segment(int(key)) is None):
                raise SegmentNotFound(key)
            id = self.store.keep_segment(int(key) if key else None, title, filter, now=now)
            self._note("segment.keep", title, now=now, actor=actor)
        return self.get(str(id))

    def delete(self, segment: Segment, *, now: int, actor: str) -> None:
        """Forget one of the co-op's own.

        Raises:
            SegmentNotFound: it is gone.
        """
        with writing(self.store.db):
            if segment.is_ready or not self.store.delete_segment(int(segment.key)):
                raise SegmentNotFound(segment.key)
            self._note("segment.delete", segment.title, now=now, actor=actor)

    # --- groups ---

    def group(self, id: int) -> Group:
        """Return a group.

        Raises:
            GroupNotFound: there is none.
        """
        found = self.store.group(id)
        if found is None:
            raise GroupNotFound(str(id))
        return found

    def keep_group(self, id: int | None, title: str, *, now: int, actor: str) -> Group:
        """Keep a new group, or its new name.

        Raises:
            TitleTaken, TooMany, GroupNotFound: nothing was kept.
        """
        with writing(self.store.db):
            if id is not None:
                self.group(id)
            same = self.store.group_called(title)
            if same is not None and same.id != id:
                raise TitleTaken
            if id is None and len(self.store.groups()) >= MOST_GROUPS:
                raise TooMany(MOST_GROUPS)
            kept = self.store.keep_group(id, title, now=now)
            self._note("group.keep", title, now=now, actor=actor)
        return Group(id=kept, title=title)

    def using(self, group: Group) -> list[Segment]:
        """Return the segments that ask about a group."""
        return [one for one in self.own() if group.id in one.filter.groups()]

    def delete_group(self, group: Group, *, now: int, actor: str) -> None:
        """Forget a group, and who was in it.

        Raises:
            GroupUsed: a segment asks about it; nothing was changed.
            GroupNotFound: it is gone.
        """
        with writing(self.store.db):
            if used := self.using(group):
                raise GroupUsed([one.title for one in used])
            if not self.store.delete_group(group.id):
                raise GroupNotFound(group.title)
            self._note("group.delete", group.title, now=now, actor=actor)

    def put_in(self, group: Group, member_ids: Iterable[int], *, now: int, actor: str) -> int:
        """Put people into a group; return how many were not in it."""
        with writing(self.store.db):
            self.group(group.id)
            count = self.store.put_in(group.id, member_ids, now=now)
            self._note("group.people", group.title, count, now=now, actor=actor)
        return count

    def take_out(self, group: Group, member_ids: Iterable[int], *, now: int, actor: str) -> int:
        """Take people out of a group; return how many were in it."""
        with writing(self.store.db):
            count = self.store.take_out(group.id, member_ids)
            self._note("group.people", group.title, count, now=now, actor=actor)
        return count

    def _note(
        self, action: str, title: str, count: int | None = None, *, now: int, actor: str
    ) -> None:
        if count != 0:
            details = {} if count is None else {"people": count}
            self.audit.add(action, now=now, actor=actor, subject=title, details=details)
