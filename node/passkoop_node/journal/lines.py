"""The lines of the log, made into sentences."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from passkoop_node.core.accounts import AccountStore
from passkoop_node.core.audit import AuditEntry
from passkoop_node.core.devices import TillStore
from passkoop_node.core.language import Message, _
from passkoop_node.journal.wording import (
    ACTIONS,
    ACTORS,
    COUNTS,
    FOR_DUES,
    FORMER_ACCOUNT,
    FORMER_MEMBER,
    MEMBER,
    OTHER,
    ROLES,
    SOFTWARE,
)
from passkoop_node.members.store import MemberStore
from passkoop_node.members.wording import FIELDS


@dataclass(frozen=True, kw_only=True, slots=True)
class Line:
    """A line as it is read."""

    id: int
    at: int  # seconds, UTC
    who: str
    says: str
    more: str  # what else is known, "" if nothing


class Names:
    """Who the log speaks of: it keeps numbers, which outlive the people."""

    def __init__(self, accounts: AccountStore, tills: TillStore, members: MemberStore) -> None:
        self._accounts = {str(one.id): one.name for one in accounts.all()}
        self._tills = {str(one.id): one.name for one in tills.all()}
        self._members = members

    def actor(self, actor: str) -> str:
        """Return who did something."""
        kind, _colon, id = actor.partition(":")
        if actor in ACTORS:
            return str(ACTORS[actor])
        if kind == "account":
            gone = Message(FORMER_ACCOUNT.msgid, {"id": id})
            return self._accounts.get(id) or str(gone)
        if kind == "till":
            return _("Caisse %(name)s", name=self._tills.get(id, id))
        if kind == "kiosk":
            return _("Borne %(name)s", name=self._tills.get(id, id))
        if kind == "api":
            return str(Message(SOFTWARE.msgid, {"name": id}))
        if kind == "member":
            found = self._members.of_ids([int(id)]) if id.isdecimal() and len(id) < 10 else []
            known = Message(MEMBER.msgid, {"number": found[0].number}) if found else FORMER_MEMBER
            return str(known)
        return actor

    def subject(self, entry: AuditEntry) -> str:
        """Return to what it was done."""
        kind = entry.action.partition(".")[0]
        if kind in ("account", "session"):
            return self._accounts.get(entry.subject, _("n° %(number)s", number=entry.subject))
        if kind in ("till", "kiosk"):
            return self._tills.get(entry.subject, _("n° %(number)s", number=entry.subject))
        return entry.subject


def read(entries: Iterable[AuditEntry], names: Names) -> list[Line]:
    """Return the lines in words, in the language of this request."""
    return [
        Line(
            id=one.id,
            at=one.at,
            who=names.actor(one.actor),
            says=_says(one, names),
            more=_more(one.details),
        )
        for one in entries
    ]


def _says(entry: AuditEntry, names: Names) -> str:
    household = str(entry.details.get("household", ""))
    if entry.action == "card.suspended" and household:
        return _(
            "Membre n° %(subject)s : carte suspendue avec celle du n° %(household)s, titulaire.",
            subject=entry.subject,
            household=household,
        )
    words = ACTIONS.get(entry.action, OTHER)
    if entry.details.get("for") == "dues":
        words = FOR_DUES.get(entry.action, words)
    facts = {
        "subject": names.subject(entry),
        "household": household,
        "receipt": str(entry.details.get("receipt", "")),
        "referrer": str(entry.details.get("referrer", "")),
        "action": entry.action,
    }
    return str(Message(words.msgid, facts))


def _more(details: Mapping[str, Any]) -> str:
    """Return the rest of what a line keeps, as far as it means something to people."""
    told: list[str] = []
    if reason := details.get("reason"):
        told.append(str(reason))
    fields = details.get("fields")
    if isinstance(fields, list):
        told += [str(FIELDS[one]) for one in fields if one in FIELDS]
    if (role := str(details.get("role"))) in ROLES:
        told.append(str(ROLES[role]))
    if was := details.get("was"):
        told.append(_("ancien numéro : %(number)s", number=was))
    for name, words in COUNTS.items():
        if isinstance(count := details.get(name), int) and count:
            told.append(str(Message(words.msgid, {"num": count})))
    return ", ".join(told)
