"""What a proposal changes, in words: people read it before they sign."""

from collections.abc import Iterator
from datetime import UTC, datetime

from passkoop_protocol.directory import Role, Root, Row
from passkoop_protocol.keys import CoopId, KeyId, coop_id_of, shown_id
from passkoop_site.federation import Names, Proposal

_MONTHS = (
    "janvier",
    "février",
    "mars",
    "avril",
    "mai",
    "juin",
    "juillet",
    "août",
    "septembre",
    "octobre",
    "novembre",
    "décembre",
)


def said_changes(proposal: Proposal) -> list[str]:
    """Return what changes, one sentence each, what matters most first."""
    base = proposal.base
    root, directory = proposal.new_root, proposal.new_directory
    return [
        *_people(base.root, root, proposal.names),
        *_coops(base.directory.rows, directory.rows),
        *_dates("L’annuaire", base.directory.expires_at, directory.expires_at),
        *_dates("Les clés", base.root.expires_at, root.expires_at),
    ]


def said_day(moment: int) -> str:
    """Return « 14 mai 2028 » for a time in seconds, UTC."""
    try:
        day = datetime.fromtimestamp(moment, UTC)
    except (OverflowError, ValueError, OSError):
        return "toujours"
    number = "1er" if day.day == 1 else str(day.day)
    return f"{number}\u00a0{_MONTHS[day.month - 1]}\u00a0{day.year}"


def said_key(kid: KeyId, names: Names) -> str:
    """Return whose key this is, with its first letters: two people may bear one name."""
    return f"{names.get(kid, 'quelqu’un')} (clé {kid.hex()[:8]})"


def _people(old: Root, new: Root, names: Names) -> Iterator[str]:
    if new.name != old.name:
        yield f"La fédération s’appelle «\u00a0{new.name}\u00a0» (avant\u202f: {old.name})."
    if (old.root, old.directory) != (new.root, new.directory):
        same = new.root.keys == new.directory.keys and old.root.keys == old.directory.keys
        same &= new.root.threshold == new.directory.threshold
        same &= old.root.threshold == old.directory.threshold
        if same:
            yield from _role("", old.root, new.root, names)
        else:
            yield from _role("Pour les clés\u202f: ", old.root, new.root, names)
            yield from _role("Pour l’annuaire\u202f: ", old.directory, new.directory, names)
    for address in sorted({*new.relays} - {*old.relays}):
        yield f"+ Les documents se prennent aussi à {address}."
    for address in sorted({*old.relays} - {*new.relays}):
        yield f"− Les documents ne se prennent plus à {address}."


def _role(what: str, old: Role, new: Role, names: Names) -> Iterator[str]:
    for kid in sorted(new.keys.keys() - old.keys.keys()):
        code = shown_id(coop_id_of(new.keys[kid]))
        yield f"+ {what}{said_key(kid, names)} peut signer. Ses seize lettres\u202f: {code}."
    for kid in sorted(old.keys.keys() - new.keys.keys()):
        yield f"− {what}{said_key(kid, names)} ne peut plus signer."
    before, after = (f"{role.threshold} sur {len(role.keys)}" for role in (old, new))
    if before != after:
        yield f"{what}Signatures nécessaires\u202f: {after} (avant\u202f: {before})."


def _coops(old: tuple[Row, ...], new: tuple[Row, ...]) -> Iterator[str]:
    before, after = ({row.coop: row for row in rows} for rows in (old, new))
    heirs = {one: row for row in new for one in row.replaces}
    for coop in before.keys() - after.keys():
        row, heir = before[coop], heirs.get(coop)
        if heir is None:
            yield f"− {_coop(row)} n’est plus dans l’annuaire."
    for coop, row in after.items():
        if coop not in before:
            former = [before[one] for one in row.replaces if one in before]
            if former:
                yield (
                    f"{_coop(row)} remplace son identité {shown_id(former[0].coop)}\u202f: "
                    "l’ancienne n’est plus acceptée."
                )
                yield from _fields(former[0], row)
            else:
                state = ", suspendue" if row.suspended else ""
                yield f"+ {_coop(row)}, adresse «\u00a0{row.slug}\u00a0»{_where(row)}{state}."
                yield from _replaced(row.replaces)
        elif row != before[coop]:
            yield from _fields(before[coop], row)
            yield from _replaced(set(row.replaces) - set(before[coop].replaces))


def _fields(old: Row, new: Row) -> Iterator[str]:
    if new.suspended and not old.suspended:
        yield f"{_coop(new)} est suspendue\u202f: ses cartes sont refusées partout."
    if old.suspended and not new.suspended:
        yield f"{_coop(new)} n’est plus suspendue\u202f: ses cartes sont de nouveau acceptées."
    if old.name != new.name:
        yield f"{_coop(new)} change de nom (avant\u202f: {old.name})."
    if old.slug != new.slug:
        yield f"{_coop(new)} change d’adresse\u202f: {new.slug} (avant\u202f: {old.slug})."
    if (old.country, old.region) != (new.country, new.region):
        yield f"{_coop(new)} est désormais de{_where(new)}."


def _replaced(ids: "set[CoopId] | tuple[CoopId, ...]") -> Iterator[str]:
    for one in sorted(ids):
        yield f"  L’identité {shown_id(one)} n’est plus acceptée."


def _coop(row: Row) -> str:
    return f"{row.name} ({shown_id(row.coop)})"


def _where(row: Row) -> str:
    return f", {row.country}" + (f", {row.region}" if row.region else "")


def _dates(what: str, old: int, new: int) -> Iterator[str]:
    if said_day(old) != said_day(new):
        are = "sont bonnes" if what.startswith("Les") else "est bon"
        yield f"{what} {are} jusqu’au {said_day(new)} (avant\u202f: {said_day(old)})."
