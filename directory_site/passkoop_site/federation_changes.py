"""The changes that people make to a federation: each returns what is proposed, and changes nothing.

Every root goes with a directory signed anew, and every directory gets a new date to last until.
"""

import re
import unicodedata
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace

from passkoop_protocol.descriptor import Descriptor
from passkoop_protocol.directory import (
    Directory,
    FederationId,
    Role,
    Root,
    Row,
    encode_root,
    federation_id_of,
)
from passkoop_protocol.errors import BadShape
from passkoop_protocol.keys import KeyId, PublicKey, key_id_of, parse_pairing_code, shown_id
from passkoop_protocol.page import parse_page
from passkoop_site.federation import Names, Proposal, State, propose
from passkoop_site.federation_errors import BadChange, NotSayable
from passkoop_site.federation_requests import Person

DAY = 86_400
DIRECTORY_LASTS = 366 * DAY  # seconds; past it, verdicts turn yellow
ROOT_LASTS = 3 * 366 * DAY
_SLUG = re.compile("[a-z0-9]+(-[a-z0-9]+)*")
_SHORTEST_ID = 4  # letters of an id that a person types


@dataclass(frozen=True, kw_only=True, slots=True)
class Desk:
    """Where a change starts: what is published, who is who, the time."""

    state: State
    names: Names
    now: int  # seconds, UTC
    last: int = 0  # when this machine last dated a directory

    def with_rows(self, rows: Iterable[Row]) -> Proposal:
        """Return the proposal of a directory of these rows."""
        return self._propose(None, rows, self.names)

    def with_root(self, root: Root, names: Names | None = None) -> Proposal:
        """Return the proposal of a root, with all co-ops as they are."""
        return self._propose(root, self.state.directory.rows, names or self.names)

    def _propose(self, root: Root | None, rows: Iterable[Row], names: Names) -> Proposal:
        at = max(self.now, self.last + 1, self.state.directory.issued_at + 1)
        directory = Directory(
            federation=self.state.id,
            issued_at=at,
            expires_at=self.now + DIRECTORY_LASTS,
            rows=tuple(rows),
        )
        return propose(self.state, root=root, directory=directory, names=names)

    def next_root(self) -> Root:
        """Return the root that holds, as the next version, good for as long as a new one."""
        root = self.state.root
        return replace(
            root,
            version=root.version + 1,
            expires_at=max(root.expires_at, self.now + ROOT_LASTS),
        )

    def find(self, coop: str) -> Row:
        """Return the co-op of the directory that was meant: by its slug, id or pairing code.

        Raises:
            BadChange: none, or several.
        """
        rows = self.state.directory.rows
        if found := [row for row in rows if row.slug == coop.strip().lower()]:
            return found[0]
        letters = coop.upper().replace("-", "").replace(" ", "")
        wanted = [letters]
        if len(letters) == 20:
            wanted.append(shown_id(parse_pairing_code(coop)).replace("-", ""))
        ids = {row.coop: shown_id(row.coop).replace("-", "") for row in rows}
        found = [
            row
            for row in rows
            if len(letters) >= _SHORTEST_ID and any(ids[row.coop].startswith(one) for one in wanted)
        ]
        if len(found) != 1:
            raise BadChange(
                f"aucune coop de l’annuaire n’est «\u00a0{coop}\u00a0»"
                if not found
                else f"plusieurs coops de l’annuaire commencent par «\u00a0{coop}\u00a0»",
                "Donnez son nom court ou ses seize lettres\u202f: voyez «\u00a0passkoop federation "
                "status\u00a0».",
            )
        return found[0]


def first_root(name: str, person: Person, *, relays: Sequence[str], now: int) -> Root:
    """Return the root with which a federation begins: one key, one person."""
    role = Role(threshold=1, keys={key_id_of(person.key): person.key})
    root = Root(
        version=1,
        federation=FederationId(bytes(10)),
        name=name,
        expires_at=now + ROOT_LASTS,
        root=role,
        directory=role,
        relays=tuple(relays),
    )
    try:
        return replace(root, federation=federation_id_of(encode_root(root)))
    except BadShape as error:
        raise NotSayable from error


# --- co-ops ---


def admit(
    desk: Desk, descriptor: Descriptor, *, slug: str = "", name: str = "", region: str = ""
) -> Proposal:
    """Return the proposal of a co-op more.

    Raises:
        BadChange: it is listed already, was replaced, or the slug is taken or none.
    """
    row = _new_row(desk, descriptor, slug=slug, name=name, region=region)
    for one in desk.state.directory.rows:
        if one.coop == row.coop:
            raise BadChange(
                f"«\u00a0{one.name}\u00a0» est déjà dans l’annuaire",
                "Rien à faire. Si elle est suspendue\u202f: «\u00a0passkoop federation "
                "resume\u00a0».",
            )
        if row.coop in one.replaces:
            raise BadChange(
                f"cette identité a été remplacée\u202f: «\u00a0{one.name}\u00a0» en a une autre",
                "Demandez à la coop sa nouvelle demande.",
            )
    return desk.with_rows([*desk.state.directory.rows, row])


def suspend(desk: Desk, coop: str, *, suspended: bool) -> Proposal:
    """Return the proposal of a co-op suspended, or taken back.

    Raises:
        BadChange: there is no such co-op, or it is so already.
    """
    row = desk.find(coop)
    if row.suspended == suspended:
        raise BadChange(
            f"«\u00a0{row.name}\u00a0» est déjà suspendue"
            if suspended
            else f"«\u00a0{row.name}\u00a0» n’est pas suspendue",
            "Rien à faire.",
        )
    return _with(desk, row, replace(row, suspended=suspended))


def remove(desk: Desk, coop: str) -> Proposal:
    """Return the proposal of a directory without a co-op."""
    row = desk.find(coop)
    return desk.with_rows(one for one in desk.state.directory.rows if one != row)


def replace_identity(desk: Desk, coop: str, descriptor: Descriptor) -> Proposal:
    """Return the proposal of a new identity for a co-op that lost its own.

    Raises:
        BadChange: it is the same one, or somebody else's.
    """
    row = desk.find(coop)
    rows = desk.state.directory.rows
    if any(one.coop == descriptor.coop or descriptor.coop in one.replaces for one in rows):
        raise BadChange(
            "cette identité est déjà dans l’annuaire, ou y a déjà été remplacée",
            "Demandez à la coop la demande faite avec sa nouvelle clé d’identité.",
        )
    former = (row.coop, *row.replaces)[:16]
    return _with(desk, row, replace(row, identity_key=descriptor.identity_key, replaces=former))


def _with(desk: Desk, old: Row, new: Row) -> Proposal:
    return desk.with_rows(new if one == old else one for one in desk.state.directory.rows)


def _new_row(desk: Desk, descriptor: Descriptor, *, slug: str, name: str, region: str) -> Row:
    taken = {one.slug for one in desk.state.directory.rows}
    if slug and (len(slug) > 60 or not _SLUG.fullmatch(slug)):
        raise BadChange(
            f"«\u00a0{slug}\u00a0» ne peut pas servir d’adresse",
            "Prenez de petites lettres sans accent, des chiffres et des tirets\u202f: "
            "le-panier-bayonne.",
        )
    if slug in taken:
        raise BadChange(
            f"l’adresse «\u00a0{slug}\u00a0» est déjà prise", "Choisissez-en une autre."
        )
    return Row(
        identity_key=descriptor.identity_key,
        slug=slug or slug_for(name or descriptor.name, descriptor.place, taken.__contains__),
        name=name or descriptor.name,
        country=descriptor.country,
        region=region or _region_of(descriptor),
    )


def _region_of(descriptor: Descriptor) -> str:
    """Return the region that a co-op says it is in, if a directory has room for it."""
    page, _ = parse_page(descriptor.page)
    return page.region if len(page.region.encode()) <= 60 else ""


def slug_for(name: str, place: str, is_taken: Callable[[str], bool]) -> str:
    """Return an address for a co-op: its name, then with its place, then with a number."""
    plain, placed = _plain(name) or "coop", _plain(f"{name} {place}") or "coop"
    for one in (plain, placed, *(f"{placed[:55]}-{number}" for number in range(2, 10_000))):
        if not is_taken(one):
            return one
    raise BadChange("trop de coops de ce nom", "Choisissez une adresse avec --slug.")


def _plain(text: str) -> str:
    text = text.lower().replace("œ", "oe").replace("æ", "ae").replace("ß", "ss")
    letters = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()
    return "-".join(re.findall("[a-z0-9]+", re.sub("['’]", " ", letters)))[:60].strip("-")


# --- people and dates ---


def add_person(desk: Desk, person: Person, *, threshold: int | None) -> Proposal:
    """Return the proposal of one person more.

    Raises:
        BadChange: they are there already, or the threshold makes no sense.
    """
    kid = key_id_of(person.key)
    if kid in desk.state.root.root.keys:
        raise BadChange(
            f"cette clé est déjà celle de {desk.names.get(kid, kid.hex())}", "Rien à faire."
        )
    keys = dict(desk.state.root.root.keys) | {kid: person.key}
    return _with_people(desk, keys, threshold, names={**desk.names, kid: person.name})


def remove_person(desk: Desk, name: str, *, threshold: int | None) -> Proposal:
    """Return the proposal of one person less."""
    kid = find_person(desk, name)
    keys = {one: key for one, key in desk.state.root.root.keys.items() if one != kid}
    if not keys:
        raise BadChange(
            "c’est la dernière personne de la fédération",
            "Ajoutez d’abord quelqu’un\u202f: «\u00a0passkoop federation person add\u00a0».",
        )
    return _with_people(desk, keys, threshold)


def change_threshold(desk: Desk, threshold: int) -> Proposal:
    """Return the proposal of another number of signatures."""
    return _with_people(desk, dict(desk.state.root.root.keys), threshold)


def rotate_key(desk: Desk, name: str, person: Person) -> Proposal:
    """Return the proposal of a new key for one person."""
    old, new = find_person(desk, name), key_id_of(person.key)
    if new in desk.state.root.root.keys:
        raise BadChange("cette clé est déjà dans la fédération", "Faites-en une nouvelle.")
    keys = {one: key for one, key in desk.state.root.root.keys.items() if one != old}
    names = {**desk.names, new: desk.names.get(old, person.name)}
    return _with_people(desk, {**keys, new: person.key}, None, names=names)


def renew(desk: Desk) -> Proposal:
    """Return the proposal of the same with later dates; a new root only where it is soon due."""
    if desk.state.root.expires_at < desk.now + DIRECTORY_LASTS:
        return desk.with_root(desk.next_root())
    return desk.with_rows(desk.state.directory.rows)


def change_relays(desk: Desk, relays: Sequence[str]) -> Proposal:
    """Return the proposal of other addresses where the documents can be fetched."""
    return desk.with_root(replace(desk.next_root(), relays=tuple(relays)))


def find_person(desk: Desk, name: str) -> KeyId:
    """Return the key of the person that was meant: by name, or by the start of the key.

    Raises:
        BadChange: none, or several.
    """
    keys = desk.state.root.root.keys
    wanted = " ".join(name.split()).casefold()
    found = [kid for kid in keys if desk.names.get(kid, "").casefold() == wanted]
    found = found or [kid for kid in keys if wanted and kid.hex().startswith(wanted)]
    if len(found) != 1:
        raise BadChange(
            f"personne de la fédération ne s’appelle «\u00a0{name}\u00a0»"
            if not found
            else f"plusieurs personnes s’appellent «\u00a0{name}\u00a0»",
            "Voyez les noms et les clés avec «\u00a0passkoop federation status\u00a0».",
        )
    return found[0]


def _with_people(
    desk: Desk, keys: dict[KeyId, PublicKey], threshold: int | None, names: Names | None = None
) -> Proposal:
    """Return the proposal of these people; the threshold stays unless it is said."""
    if threshold is None:
        threshold = min(desk.state.root.root.threshold, len(keys))
    if not 1 <= threshold <= len(keys):
        raise BadChange(
            f"{threshold} signatures de {len(keys)} personnes, cela ne se peut pas",
            f"Choisissez un nombre de 1 à {len(keys)}.",
        )
    role = Role(threshold=threshold, keys=keys)
    return desk.with_root(replace(desk.next_root(), root=role, directory=role), names)
