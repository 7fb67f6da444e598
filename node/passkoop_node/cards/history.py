"""What the log says of one member, in words."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from passkoop_node.core.audit import AuditEntry, AuditStore
from passkoop_node.core.language import N_, Message
from passkoop_node.members.member import Member

LIMIT = 50
# The first halves of actions whose subject is a member's number, and of those that their page says.
_SHOWN = ("member.", "card.", "household.", "contact.")
KINDS = (*_SHOWN, "own.", "dues.", "join.accept")

_ACTIONS: Mapping[str, Message] = {
    "member.add": N_("Ajout au registre"),
    "member.edit": N_("Correction de la fiche"),
    "member.left": N_("Départ noté"),
    "member.back": N_("Retour noté"),
    "household.join": N_("Rattachement au foyer du n° %(household)s"),
    "household.part": N_("Retrait du foyer du n° %(household)s"),
    "household.lead": N_("Titulaire du foyer, à la place du n° %(household)s"),
    "contact.set": N_("Ce qu'on peut lui envoyer est changé"),
    "contact.stop": N_("Désabonnement"),
    "contact.again": N_("De nouveau abonné·e"),
    "contact.wrong": N_("Coordonnées notées fausses"),
    "contact.right": N_("Coordonnées de nouveau bonnes"),
    "card.issue": N_("Carte faite"),
    "card.revoked": N_("Carte annulée"),
    "card.suspended": N_("Carte suspendue"),
    "card.sent": N_("Carte envoyée par e-mail"),
    "card.valid": N_("Suspension levée"),
}
_WITH_HOUSEHOLD: Mapping[str, Message] = {
    "card.suspended": N_("Carte suspendue avec celle du n° %(household)s, titulaire du foyer"),
    "card.valid": N_("Suspension levée avec celle du foyer"),
}
_FOR_DUES: Mapping[str, Message] = {
    "card.suspended": N_("Carte suspendue : cotisation à renouveler"),
    "card.valid": N_("Suspension levée : la cotisation ne la retient plus"),
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
            says=_said(one),
            reason=str(one.details.get("reason", "")),
            actor=one.actor,
        )
        for one in entries_of(audit, member, kinds=_SHOWN, limit=LIMIT)
    ]


def _said(entry: AuditEntry) -> Message:
    household = str(entry.details.get("household", ""))
    words = _ACTIONS.get(entry.action, _OTHER)
    if household:
        words = _WITH_HOUSEHOLD.get(entry.action, words)
    if entry.details.get("for") == "dues":
        words = _FOR_DUES.get(entry.action, words)
    return Message(words.msgid, {"household": household})


def entries_of(
    audit: AuditStore, member: Member, *, kinds: tuple[str, ...] = KINDS, limit: int
) -> Sequence[AuditEntry]:
    """Return the lines about `member`, under this number and former ones, newest first.

    Args:
        audit: the log.
        member: who is meant.
        kinds: how their actions begin.
        limit: how many at most.
    """
    found: list[AuditEntry] = []
    number: str | None = member.number
    while number is not None and len(found) < limit:
        before = found[-1].id if found else None
        under_it = [
            one
            for one in audit.entries(subject=number, before=before, limit=limit)
            if one.at >= member.created_at  # a number may have been somebody else's before
            and one.action.startswith(kinds)
        ]
        renamed = (n for n, one in enumerate(under_it) if "was" in one.details)
        last = next(renamed, None)  # what is older was another's, who had this number then
        found += under_it if last is None else under_it[: last + 1]
        number = None if last is None else str(under_it[last].details["was"])
    return found[:limit]
