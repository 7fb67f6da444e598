"""A federation as its documents say it is, and a change of it that people sign one by one.

Nothing here touches the disk or reads a clock. What is published is a chain of roots and one
directory; a proposal is the next ones, with the signatures collected so far.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from passkoop_protocol import cbor, cose
from passkoop_protocol.directory import (
    DIRECTORY_AAD,
    DIRECTORY_TYP,
    ROOT_AAD,
    ROOT_TYP,
    Directory,
    FederationId,
    Role,
    Root,
    encode_directory,
    encode_root,
    parse_directory,
    parse_root,
)
from passkoop_protocol.errors import BadShape, FromTheFuture, Malformed, ProtocolError
from passkoop_protocol.federations import Federations, followed_by
from passkoop_protocol.keys import KeyId, PublicKey, SigningKey, key_id_of
from passkoop_site.federation_errors import (
    BrokenFederation,
    NoKeyHere,
    NotAProposal,
    NotSayable,
    OtherFederation,
    OtherProposal,
    Outdated,
    SignaturesMissing,
)

MAGIC = b"passkoop/proposition/1\n"
MAX_FILE = 64 * 1024 * 1024  # bytes
_MOST_DESCRIPTORS = 64

Names = Mapping[KeyId, str]  # whose key it is, for people; nobody signs it


@dataclass(frozen=True, kw_only=True, slots=True)
class State:
    """What a federation has published: checked, and nothing else is ever built upon."""

    id: FederationId
    roots: tuple[bytes, ...]
    root: Root
    directory: Directory
    signed: bytes  # the directory as it is signed
    confirmed: bool  # by the newest root's keys

    @property
    def documents(self) -> tuple[bytes, ...]:
        """The documents in the order in which they are to be read."""
        return (*self.roots, self.signed)


def read_state(documents: Sequence[bytes], *, now: int) -> State:
    """Return what these documents make: the roots from the first on, and a directory.

    Raises:
        BrokenFederation: one is missing, forged, of another federation, or out of order.
        FromTheFuture: the directory is dated ahead of this machine's clock.
    """
    try:
        federations = Federations()
        (first,) = followed_by(documents[:1])
        federations.follow(first)
        for data in documents:
            federations.add(data, now=now)
    except FromTheFuture:  # a clock is wrong, not the documents
        raise
    except (ProtocolError, ValueError) as error:
        why = error.code if isinstance(error, ProtocolError) else "vide"
        raise BrokenFederation(why) from error
    return _state_of(federations, first)


def begin(root: bytes, directory: Directory, key: SigningKey, *, now: int) -> State:
    """Return a federation with a first root, signed, and its first directory."""
    payload = encode_directory(directory)
    signed = cose.sign(payload, keys=[key], aad=DIRECTORY_AAD, typ=DIRECTORY_TYP)
    return read_state([root, signed], now=now)


def _state_of(federations: Federations, federation: FederationId) -> State:
    one = federations.by_id[federation]
    if one.root is None or one.held is None:
        raise BrokenFederation("sans annuaire")
    return State(
        id=federation,
        roots=one.roots,
        root=one.root,
        directory=one.held.directory,
        signed=one.held.data,
        confirmed=one.held.confirmed,
    )


@dataclass(frozen=True, kw_only=True, slots=True)
class Lacking:
    """How many more have to sign, and whose signature would count."""

    count: int
    keys: frozenset[KeyId]


@dataclass(frozen=True, kw_only=True, slots=True)
class Proposal:
    """What is to be published next."""

    base: State
    root: bytes | None  # a COSE_Sign with the signatures so far; None: the root stays
    directory: bytes
    names: Names
    descriptors: tuple[bytes, ...] = ()  # of co-ops that were admitted: others need to find them

    @property
    def new_root(self) -> Root:
        """The root that would hold."""
        if self.root is None:
            return self.base.root
        return parse_root(cose.parse_sign(self.root, typ=ROOT_TYP).payload)

    @property
    def new_directory(self) -> Directory:
        """The directory that would hold."""
        return parse_directory(cose.parse_sign(self.directory, typ=DIRECTORY_TYP).payload)

    def follows(self) -> bool:
        """Return whether what is proposed comes right after what is published."""
        base, root, directory = self.base, self.new_root, self.new_directory
        return (
            root.federation == directory.federation == base.id
            and root.version == base.root.version + (self.root is not None)
            and directory.issued_at > base.directory.issued_at
        )

    def signed_by(self, keys: Iterable[SigningKey]) -> "Proposal":
        """Return the proposal with what these keys may sign signed.

        Raises:
            NoKeyHere: none of them may.
        """
        by_kid = {key_id_of(PublicKey(bytes(key.verify_key))): key for key in keys}
        signers = [by_kid[kid] for kid in sorted(self.signers() & by_kid.keys())]
        if not signers:
            raise NoKeyHere
        changed = self
        for key in signers:
            if self.root is not None and _may(key, self._root_roles()):
                root = cose.parse_sign(self.root, typ=ROOT_TYP).payload
                more = cose.sign(root, keys=[key], aad=ROOT_AAD, typ=ROOT_TYP)
                changed = changed.with_signatures(more, None)
            if _may(key, [self.new_root.directory]):
                payload = cose.parse_sign(self.directory, typ=DIRECTORY_TYP).payload
                more = cose.sign(payload, keys=[key], aad=DIRECTORY_AAD, typ=DIRECTORY_TYP)
                changed = changed.with_signatures(None, more)
        return changed

    def signers(self) -> set[KeyId]:
        """Return the keys whose signature may count."""
        roles = [self.new_root.directory, *(self._root_roles() if self.root else ())]
        return {kid for role in roles for kid in role.keys}

    def with_signatures(self, root: bytes | None, directory: bytes | None) -> "Proposal":
        """Return the proposal with the signatures of copies of its documents added.

        Raises:
            OtherProposal: they are no copies.
        """
        return replace(
            self,
            root=self.root if root is None else _joined(self.root, root, ROOT_TYP),
            directory=self.directory
            if directory is None
            else _joined(self.directory, directory, DIRECTORY_TYP),
        )

    def with_copy(self, other: "Proposal") -> "Proposal":
        """Return the proposal with what others signed in a copy of it.

        Raises:
            OtherProposal: it is no copy.
        """
        if (self.root is None) != (other.root is None) or self.base.id != other.base.id:
            raise OtherProposal
        return self.with_signatures(other.root, other.directory)

    def lacking(self) -> Lacking:
        """Return what it still takes until this can be published."""
        parts = [(self.directory, DIRECTORY_TYP, DIRECTORY_AAD, [self.new_root.directory])]
        if self.root is not None:
            parts.append((self.root, ROOT_TYP, ROOT_AAD, self._root_roles()))
        count, keys = 0, set[KeyId]()
        for data, typ, aad, roles in parts:
            for role in roles:
                good = cose.parse_sign(data, typ=typ).good_signers(role.keys, aad)
                if len(good) < role.threshold:
                    count = max(count, role.threshold - len(good))
                    keys |= role.keys.keys() - good
        return Lacking(count=count, keys=frozenset(keys))

    def published(self, *, now: int) -> State:
        """Return the federation as it is once this is published.

        Raises:
            SignaturesMissing: not enough people have signed.
            BrokenFederation: others would refuse it.
        """
        if count := self.lacking().count:
            raise SignaturesMissing(count)
        new = [*self.base.roots, *([self.root] if self.root else []), self.directory]
        state = read_state(new, now=now)
        if not state.confirmed:
            raise BrokenFederation("annuaire non confirmé")
        return state

    def _root_roles(self) -> list[Role]:
        return [self.base.root.root, self.new_root.root]


def propose(base: State, *, root: Root | None, directory: Directory, names: Names) -> Proposal:
    """Return a proposal that nobody has signed yet.

    Raises:
        NotSayable: the protocol allows no such root or directory.
    """
    try:
        payload = encode_directory(directory)
        new = encode_root(root) if root else None
    except BadShape as error:
        raise NotSayable from error
    return Proposal(
        base=base,
        root=cose.sign(new, keys=[], aad=ROOT_AAD, typ=ROOT_TYP) if new else None,
        directory=cose.sign(payload, keys=[], aad=DIRECTORY_AAD, typ=DIRECTORY_TYP),
        names=names,
    )


def encode_proposal(proposal: Proposal) -> bytes:
    """Return the file that goes from person to person: it holds all that it takes to judge it."""
    value: dict[str, Any] = {
        "base": list(proposal.base.documents),
        "directory": proposal.directory,
        "people": dict(proposal.names),
    }
    if proposal.root is not None:
        value["root"] = proposal.root
    if proposal.descriptors:
        value["descriptors"] = list(proposal.descriptors)
    return MAGIC + cbor.encode(value)


def parse_proposal(data: bytes, *, now: int) -> Proposal:
    """Return the proposal in a file; signatures that do not hold are left out.

    Raises:
        NotAProposal: it is none, or damaged.
        BrokenFederation: what it starts from does not hold together.
    """
    if len(data) > MAX_FILE or not data.startswith(MAGIC):
        raise NotAProposal
    try:
        value = cbor.decode(data[len(MAGIC) :])
        match value:
            case {"base": [*base], "directory": bytes() as directory, "people": dict() as people}:
                root, descriptors = value.get("root"), value.get("descriptors", [])
            case _:
                raise NotAProposal
        lists = [base, descriptors]
        if not all(type(one) is list and {type(part) for part in one} <= {bytes} for one in lists):
            raise NotAProposal
        if not isinstance(root, bytes | None):
            raise NotAProposal
        proposal = Proposal(
            base=read_state(base, now=now),
            root=root,
            directory=directory,
            names=parse_names(people),
            descriptors=tuple(descriptors[:_MOST_DESCRIPTORS]),
        )
        # What a file says is read here, before anybody looks at it.
        if not proposal.follows():
            raise NotAProposal
        proposal.lacking()
    except FromTheFuture:
        raise
    except ProtocolError as error:
        raise NotAProposal from error
    return proposal


def parse_names(value: Mapping[Any, Any]) -> Names:
    """Return whose keys these are; what is no name is left out."""
    return {
        KeyId(kid): name[:60]
        for kid, name in value.items()
        if type(kid) is bytes and len(kid) == 8 and type(name) is str and name.isprintable()
    }


def newer_state(held: State, documents: Sequence[bytes], *, now: int) -> State:
    """Return the federation as newer documents make it, which somebody else published.

    Raises:
        OtherFederation: they are of another one.
        Outdated: they are older, or of another branch.
        BrokenFederation: they do not hold together.
    """
    given = read_state(documents, now=now)
    if given.id != held.id:
        raise OtherFederation
    reached = _after(held, given, now=now)
    if (reached.root, reached.directory) != (given.root, given.directory):
        raise Outdated
    return given


def check_base(proposal: Proposal, held: State | None, *, now: int) -> None:
    """Return quietly if a proposal starts from what is held, or from something newer.

    Raises:
        OtherFederation, Outdated: it does not.
    """
    if held is None:
        return
    if proposal.base.id != held.id:
        raise OtherFederation
    reached = _after(held, proposal.base, now=now)
    if (reached.root, reached.directory) != (proposal.base.root, proposal.base.directory):
        raise Outdated


def _after(held: State, given: State, *, now: int) -> State:
    """Return what whoever holds the one state holds once the other was given, too."""
    federations = Federations()
    federations.follow(held.id)
    for data in held.documents:
        federations.add(data, now=now)
    for data in given.documents:
        try:
            federations.add(data, now=now)
        except ProtocolError:  # older, or of another branch: whoever asks compares
            continue
    return _state_of(federations, held.id)


def _may(key: SigningKey, roles: Iterable[Role]) -> bool:
    kid = key_id_of(PublicKey(bytes(key.verify_key)))
    return any(kid in role.keys for role in roles)


def _joined(one: bytes | None, other: bytes, typ: str) -> bytes:
    if one is None:
        raise OtherProposal
    first, second = (cose.parse_sign(data, typ=typ) for data in (one, other))
    if first.payload != second.payload:
        raise OtherProposal
    by_signer = dict.fromkeys((*first.signatures, *second.signatures))
    if len(by_signer) > cose.MAX_SIGNATURES:
        raise Malformed("more signatures than a document may bear")
    return cose.join_signatures(first.protected, first.payload, list(by_signer))
