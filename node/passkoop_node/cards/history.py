"""What the log says of one member, in words."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from passkoop_node.core.audit import AuditEntry, AuditStore
from passkoop_node.core.language import N_, Message
from passkoop_node.members.member import Member

LIMIT = 50

_ACTIONS: Mapping[str, Message] = {
    "member.add": N_("Ajout au registre"),
    "member.edit": N_("Correction de la fiche"),
    "member.left": N_("Départ noté"),
    "member.back": N_("Retour noté"),
    "card.issue": N_("Carte faite"),
    "card.revoked": N_("Carte annulée"),
    "card.suspended": N_("Carte suspendue"),
    "card.valid": N_("Suspension levée"),
}
_OTHER = N_("Autre changement")


@dataclass(frozen=True, kw_only=True, slots=True)
class Happening:
    """A line of a member's history."""

    at: int  # seconds, UTC
    says: Message
    reason: str  # as somebody wrote it
    actor: str  # the name of an account, or "cli"


def history(audit: AuditStore, member: Member) -> Sequence[Happening]:
    """Return what was done about `member`, under this number and former ones, newest first."""
    return [
        Happening(
            at=one.at,
            says=_ACTIONS.get(one.action, _OTHER),
            reason=str(one.details.get("reason", "")),
            actor=one.actor,
        )
        for one in _entries(audit, member)
    ]


def _entries(audit: AuditStore, member: Member) -> Sequence[AuditEntry]:
    found: list[AuditEntry] = []
    number: str | None = member.number
    while number is not None and len(found) < LIMIT:
        before = found[-1].id if found else None
        under_it = [
            one
            for one in audit.entries(subject=number, before=before, limit=LIMIT)
            if one.at >= member.created_at  # a number may have been somebody else's before
            and one.action.startswith(("member.", "card."))
        ]
        renamed = (n for n, one in enumerate(under_it) if "was" in one.details)
        last = next(renamed, None)  # what is older was another's, who had this number then
        found += under_it if last is None else under_it[: last + 1]
        number = None if last is None else str(under_it[last].details["was"])
    return found[:LIMIT]
