"""The federations that a co-op follows: root after root, and their directories (SPEC 7.5)."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace

from . import cose
from .additions import Addition, Outcome, check_date, check_newer
from .directory import (
    DIRECTORY_AAD,
    DIRECTORY_TYP,
    MAX_DIRECTORY,
    MAX_ROOT,
    ROOT_AAD,
    ROOT_TYP,
    Directory,
    FederationId,
    Role,
    Root,
    Row,
    federation_id_of,
    parse_directory,
    parse_root,
    payload_hash,
)
from .errors import ThresholdNotMet, TooLarge, UnknownFederation, VersionGap
from .keys import CoopId


@dataclass(frozen=True, kw_only=True, slots=True)
class HeldDirectory:
    """A federation's newest directory."""

    directory: Directory
    data: bytes
    hash: bytes
    by_coop: Mapping[CoopId, Row]
    confirmed: bool = True  # by the keys of the newest root


@dataclass(frozen=True, kw_only=True, slots=True)
class Federation:
    """What is held of one federation."""

    roots: tuple[bytes, ...] = ()  # first to newest: whoever follows later needs them
    root: Root | None = None
    root_hash: bytes = b""
    held: HeldDirectory | None = None

    @property
    def old_from(self) -> int:
        """The second from which root or directory are past their date; 0 if it is unconfirmed."""
        if self.root is None or self.held is None or not self.held.confirmed:
            return 0
        return min(self.root.expires_at, self.held.directory.expires_at)


@dataclass
class Federations:
    """The federations followed here, by id."""

    by_id: dict[FederationId, Federation] = field(default_factory=dict)
    _replaced: dict[CoopId, tuple[FederationId, CoopId]] = field(default_factory=dict)

    def follow(self, federation: FederationId) -> None:
        """Begin to believe this federation; its documents come by `add`."""
        self.by_id.setdefault(federation, Federation())

    def leave(self, federation: FederationId) -> None:
        """Stop believing this federation, and forget its documents."""
        self.by_id.pop(federation, None)
        self._index_replaced()

    def listings(self, coop: CoopId) -> Iterator[tuple[Federation, Row]]:
        """Yield each followed federation that lists `coop`, with what it says."""
        for federation in self.by_id.values():
            if federation.held and (row := federation.held.by_coop.get(coop)):
                yield federation, row

    def replacement(self, old: CoopId) -> CoopId | None:
        """Return the id that a federation says `old` bears now.

        A federation speaks for those it lists: an id that another lists as active stays what it is.
        """
        if old not in self._replaced:
            return None
        speaker, new = self._replaced[old]
        others = (federation for fid, federation in self.by_id.items() if fid != speaker)
        for federation in others:
            row = federation.held.by_coop.get(old) if federation.held else None
            if row and not row.suspended:
                return None
        return new

    def add(self, data: bytes, *, now: int) -> Addition:
        """Take a root or a directory in, or raise why not."""
        if len(data) > MAX_DIRECTORY:
            raise TooLarge(f"longer than {MAX_DIRECTORY} bytes")
        if cose.has_typ(data, ROOT_TYP):
            return self._add_root(data)
        return self._add_directory(data, now=now)

    def _add_root(self, data: bytes) -> Addition:
        if len(data) > MAX_ROOT:
            raise TooLarge(f"a root longer than {MAX_ROOT} bytes")
        signed = cose.parse_sign(data, typ=ROOT_TYP)
        root = parse_root(signed.payload)
        federation = self._followed(root.federation)
        held, name = federation.root, payload_hash(signed.payload)
        addition = Addition(
            kind="root", outcome=Outcome.ACCEPTED, subject=root.federation, issued_at=root.version
        )
        if held and root.version == held.version and name == federation.root_hash:
            return replace(addition, outcome=Outcome.KNOWN)
        check_newer(root.version, held.version if held else 0)
        # The old keys say who comes next, the new ones that somebody really holds them.
        for role in {
            id(role): role for role in (held.root if held else root.root, root.root)
        }.values():
            _check_threshold(signed, role, ROOT_AAD)
        if held and root.version == held.version:
            # Two roots of one version: the lower hash holds, so that all nodes end with one.
            if name > federation.root_hash:
                return replace(addition, outcome=Outcome.KNOWN, equivocation=True)
            addition = replace(addition, equivocation=True)
        elif root.version != (held.version if held else 0) + 1:
            raise VersionGap(
                f"root {root.version} does not follow root {held.version if held else 0}"
            )
        roots = (*federation.roots[: root.version - 1], data)
        self.by_id[root.federation] = replace(
            federation,
            roots=roots,
            root=root,
            root_hash=name,
            held=_reconfirmed(federation.held, root),
        )
        return addition

    def _add_directory(self, data: bytes, *, now: int) -> Addition:
        signed = cose.parse_sign(data, typ=DIRECTORY_TYP)
        # Signatures before content: a directory is large, and anybody may send one.
        signers = self._signers(signed)
        directory = parse_directory(signed.payload)
        if directory.federation not in signers:
            raise UnknownFederation("signed for a federation other than the one that it names")
        federation = self.by_id[directory.federation]
        check_date(directory.issued_at, now=now)
        held, name = federation.held, payload_hash(signed.payload)
        addition = Addition(
            kind="directory",
            outcome=Outcome.ACCEPTED,
            subject=directory.federation,
            issued_at=directory.issued_at,
        )
        # What the newest root no longer confirms gives way to what it does, but not to anything
        # older: a co-op that was suspended must not come back with an old directory.
        if held:
            if name == held.hash and held.confirmed:
                return replace(addition, outcome=Outcome.KNOWN)
            check_newer(directory.issued_at, held.directory.issued_at)
            if directory.issued_at == held.directory.issued_at and held.confirmed:
                addition = replace(addition, equivocation=True)
                if name > held.hash:
                    return replace(addition, outcome=Outcome.KNOWN)
        newer = HeldDirectory(
            directory=directory,
            data=data,
            hash=name,
            by_coop={row.coop: row for row in directory.rows},
        )
        self.by_id[directory.federation] = replace(federation, held=newer)
        self._index_replaced()
        return addition

    def _signers(self, signed: cose.Sign) -> set[FederationId]:
        """Return the federations whose keys signed this directory, as many as they ask for."""
        roles = {
            fid: federation.root.directory
            for fid, federation in self.by_id.items()
            if federation.root
            and any(kid in federation.root.directory.keys for kid, _, _ in signed.signatures)
        }
        if not roles:
            raise UnknownFederation("no federation that is followed here has signed this")
        signers = {
            fid
            for fid, role in roles.items()
            if len(signed.good_signers(role.keys, DIRECTORY_AAD)) >= role.threshold
        }
        if not signers:
            raise ThresholdNotMet("fewer good signatures than the federation asks for")
        return signers

    def _followed(self, federation: FederationId) -> Federation:
        if federation not in self.by_id:
            raise UnknownFederation("nobody here follows this federation")
        return self.by_id[federation]

    def _index_replaced(self) -> None:
        self._replaced = {
            old: (fid, row.coop)
            for fid, federation in sorted(self.by_id.items(), reverse=True)
            if federation.held
            for row in reversed(federation.held.directory.rows)  # the first one's word counts
            for old in row.replaces
            if old != row.coop
        }


def followed_by(first_roots: Iterable[bytes]) -> list[FederationId]:
    """Return the ids of the federations that began with these roots, given as signed documents."""
    return [federation_id_of(cose.parse_sign(data, typ=ROOT_TYP).payload) for data in first_roots]


def _check_threshold(signed: cose.Sign, role: Role, aad: bytes) -> None:
    good = len(signed.good_signers(role.keys, aad))
    if good < role.threshold:
        raise ThresholdNotMet(f"{good} good signatures where {role.threshold} are asked for")


def _reconfirmed(held: HeldDirectory | None, root: Root) -> HeldDirectory | None:
    """Return the held directory, marked if the new root's keys did not sign it.

    It is never dropped: who keeps the new one from us must not be able to close the shop.
    """
    if held is None:
        return None
    signed = cose.parse_sign(held.data, typ=DIRECTORY_TYP)
    good = signed.good_signers(root.directory.keys, DIRECTORY_AAD)
    return replace(held, confirmed=len(good) >= root.directory.threshold)
