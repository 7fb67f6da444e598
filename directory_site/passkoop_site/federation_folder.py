"""A federation is one folder of plain files.

`federation.passkoop` is what is published, and the only thing that counts: whoever follows the
federation has a copy of it. Each person of the federation has such a folder, with a key in it.
"""

import json
import os
import secrets
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

from passkoop_protocol.bundle import MAX_FILE, read_bundle, read_index, write_bundle
from passkoop_protocol.cose import parse_sign
from passkoop_protocol.directory import ROOT_TYP, payload_hash
from passkoop_protocol.errors import ProtocolError
from passkoop_protocol.keys import KeyId
from passkoop_protocol.trust import TrustStore
from passkoop_site.federation import Names, Proposal, State, encode_proposal, read_state
from passkoop_site.federation_errors import (
    AlreadyAFederation,
    BrokenFederation,
    NoFederation,
    NotAPublication,
    OlderThanPublished,
    Outdated,
)
from passkoop_site.relay_files import INDEX, relay_files

if sys.platform != "win32":
    import fcntl

FILE = "federation.passkoop"
COOPS = "coops.passkoop"  # what they sign of themselves
PARTS = "p2p/v1/files"
_MOST_NAMES = 65_536  # bytes


class Folder:
    """The folder of a federation."""

    def __init__(self, path: Path) -> None:
        self.path = path

    @property
    def published(self) -> Path:
        """The roots and the directory that hold."""
        return self.path / FILE

    @property
    def keys(self) -> Path:
        """The keys of people who sign on this machine."""
        return self.path / "keys"

    @property
    def proposals(self) -> Path:
        """What was proposed here, and waits for others' signatures."""
        return self.path / "proposals"

    @property
    def descriptors(self) -> Path:
        """What the co-ops signed of themselves when they were admitted."""
        return self.path / "descriptors"

    def check_is_free(self) -> None:
        """Return quietly if a federation may begin here.

        Raises:
            AlreadyAFederation: there is one, or keys that may be somebody's.
        """
        if self.published.exists() or any(self.keys.glob("*.key")):
            raise AlreadyAFederation(self.path)

    def create(self) -> None:
        """Make the folder, the keys in it for its owner alone."""
        self.path.mkdir(parents=True, exist_ok=True)
        self.keys.mkdir(mode=0o700, exist_ok=True)
        self.proposals.mkdir(exist_ok=True)

    def load(self, *, now: int) -> State:
        """Return what is published, all of it checked.

        Raises:
            NoFederation: nothing is.
            BrokenFederation: it does not hold together.
        """
        state = self.load_if_any(now=now)
        if state is None:
            raise NoFederation(self.path)
        return state

    def load_if_any(self, *, now: int) -> State | None:
        """Return what is published; None: nothing is yet.

        Raises:
            BrokenFederation: it does not hold together.
        """
        try:
            with self.published.open("rb") as stream:
                data = stream.read(MAX_FILE + 1)
        except FileNotFoundError:
            return None
        try:
            documents = read_bundle(data)
        except ProtocolError as error:
            raise BrokenFederation(error.code) from error
        return read_state(documents, now=now)

    def save(
        self,
        state: State,
        names: Names,
        *,
        before: State | None,
        now: int,
        descriptors: Sequence[bytes] = (),
    ) -> None:
        """Put what is published now in the place of what was.

        Args:
            state: what is published now.
            names: whose keys they are.
            before: what was.
            now: seconds, UTC.
            descriptors: of co-ops that were admitted.

        Raises:
            Outdated: somebody else has published meanwhile; nothing was changed.
        """
        self.create()
        with self._alone():
            if self.load_if_any(now=now) != before:
                raise Outdated
            self._save_names({**names, **self.names()})  # what was said here counts
            write_whole(self.published, write_bundle(state.documents))
            self._keep_descriptors(state, descriptors, now=now)

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """Make whoever else saves here wait: between a look and a change nobody comes in.

        The system lets go of the folder when the process ends. Windows locks no folder.
        """
        if sys.platform == "win32":
            yield
            return
        folder = os.open(self.path, os.O_RDONLY)
        try:
            fcntl.flock(folder, fcntl.LOCK_EX)
            yield
        finally:
            os.close(folder)

    def names(self) -> Names:
        """Return whose key is whose, as far as anybody said."""
        try:
            value = json.loads(self._people.read_text("utf-8")[:_MOST_NAMES])
            return {KeyId(bytes.fromhex(kid)): str(name) for kid, name in value.items()}
        except (FileNotFoundError, ValueError, AttributeError):
            return {}

    def add_name(self, kid: KeyId, name: str) -> None:
        """Remember whose key this is."""
        self._save_names({**self.names(), kid: name})

    @property
    def _people(self) -> Path:
        return self.path / "people.json"

    def _save_names(self, names: Names) -> None:
        value = {kid.hex(): name for kid, name in sorted(names.items())}
        write_whole(self._people, json.dumps(value, ensure_ascii=False, indent=1).encode() + b"\n")

    # --- what co-ops signed ---

    def load_descriptors(self, state: State, *, now: int) -> Sequence[bytes]:
        """Return what is kept of the co-ops in the directory, as far as it holds."""
        return [held.data for held in self._heard(state, (), now=now).descriptors()]

    def _keep_descriptors(self, state: State, new: Sequence[bytes], *, now: int) -> None:
        """Keep what co-ops of the directory signed; what does not hold is passed over."""
        for held in self._heard(state, new, now=now).descriptors() if new else ():
            self.descriptors.mkdir(exist_ok=True)
            path = self.descriptors / f"{held.descriptor.coop.hex()}.descriptor"
            write_whole(path, held.data)

    def _heard(self, state: State, new: Sequence[bytes], *, now: int) -> TrustStore:
        trust = TrustStore()
        trust.follow(state.id)
        for data in state.documents:
            trust.add(data, now=now)
        kept = [path.read_bytes() for path in sorted(self.descriptors.glob("*.descriptor"))]
        for data in (*kept, *new):
            with suppress(ProtocolError):  # struck off, older, or somebody else's
                trust.add(data, now=now)
        return trust

    # --- the dates of what is signed here ---

    @property
    def last_date(self) -> int:
        """When a directory that was signed on this machine was last dated; 0: never."""
        try:
            return int((self.path / "last-date").read_text("ascii"))
        except (FileNotFoundError, ValueError):
            return 0

    def note_date(self, issued_at: int) -> None:
        """Bring the date of a directory to the disk, before it is signed (SPEC 13.1)."""
        if issued_at > self.last_date:
            write_whole(self.path / "last-date", f"{issued_at}\n".encode())

    def note_root(self, proposal: Proposal) -> bool:
        """Remember which root is signed here; return whether another one of its version was.

        Two roots of one version, both with enough signatures, are two truths: everybody who follows
        the federation is told.
        """
        if proposal.root is None:
            return False
        payload = parse_sign(proposal.root, typ=ROOT_TYP).payload
        told = f"{proposal.new_root.version} {payload_hash(payload).hex()}\n"
        try:
            before = (self.path / "last-root").read_text("ascii")
        except (FileNotFoundError, ValueError):
            before = ""
        if told != before:
            write_whole(self.path / "last-root", told.encode())
        return told != before and told.split()[0] == before.partition(" ")[0]

    # --- what goes out ---

    def keep_proposal(self, proposal: Proposal) -> Path:
        """Return the file of a proposal for the others."""
        root, directory = proposal.new_root, proposal.new_directory
        path = self.proposals / f"{root.version}-{directory.issued_at}.proposition"
        write_whole(path, encode_proposal(proposal))
        return path

    def pending(self) -> Sequence[Path]:
        """Return the files of the proposals made here, oldest first."""
        return sorted(self.proposals.glob("*.proposition"), key=lambda path: path.stat().st_mtime)


def publish(folder: Folder, target: Path, *, now: int) -> Mapping[str, bytes]:
    """Write what any web host may serve into a folder, and return it, path -> content.

    Two files for people, and those for nodes (SPEC 12.1), with the co-ops' descriptors: they say
    where nodes answer, or nobody would find a new one. Unchanged files are not written; parts that
    the index before named stay until the next time.

    Raises:
        NotAPublication: the folder holds a site with more in it than we have.
        OlderThanPublished: it holds something newer than ours, or of another federation.
    """
    state = folder.load(now=now)
    descriptors = folder.load_descriptors(state, now=now)
    files = {FILE: write_bundle(state.documents)}
    if descriptors:
        files[COOPS] = write_bundle(descriptors)
    files |= relay_files([*state.documents, *descriptors])
    if (target / "index.html").exists() and (target / INDEX).exists():
        raise NotAPublication(target)
    _check_is_newer(state, target, now=now)
    named = _parts_in(target)
    for name, data in files.items():
        path = target / name
        if not path.is_file() or path.read_bytes() != data:
            path.parent.mkdir(parents=True, exist_ok=True)
            write_whole(path, data)
    for path in (target / PARTS).glob("*.passkoop"):
        if f"{PARTS}/{path.name}" not in files.keys() | named:
            path.unlink()
    return files


def _check_is_newer(state: State, target: Path, *, now: int) -> None:
    """Return quietly if what was published in a folder is no newer than this."""
    try:
        before = Folder(target).load_if_any(now=now)
    except BrokenFederation:  # half a file: ours takes its place
        return
    if before is None:
        return
    dates = (before.root.version, before.directory.issued_at)
    ours = (state.root.version, state.directory.issued_at)
    if before.id != state.id or dates[0] > ours[0] or dates[1] > ours[1]:
        raise OlderThanPublished(target)


def _parts_in(target: Path) -> set[str]:
    """Return the parts that the index in a folder names."""
    try:
        return {part.path for part in read_index((target / INDEX).read_bytes())}
    except (FileNotFoundError, ProtocolError):
        return set()


def write_whole(path: Path, data: bytes) -> None:
    """Write `data` at `path`: all of it, on the disk, or nothing."""
    draft = path.with_name(f".{path.name}.{secrets.token_hex(4)}.tmp")
    try:
        with draft.open("xb") as stream:
            stream.write(data)
            stream.flush()
            os.fsync(stream.fileno())
        draft.replace(path)
    except BaseException:
        draft.unlink(missing_ok=True)
        raise
    if sys.platform != "win32":  # else the name can be lost in a power cut
        folder = os.open(path.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)
