"""What a scheduled build fetches: whom to ask for what, and what is kept of the answers."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from passkoop_protocol.additions import Outcome
from passkoop_protocol.bundle import write_bundle
from passkoop_protocol.errors import Older, ProtocolError
from passkoop_protocol.keys import CoopId
from passkoop_protocol.trust import TrustStore
from passkoop_site.documents import FETCHED, load_store, order_of
from passkoop_site.entries import load_entries
from passkoop_site.errors import NoContent
from passkoop_site.federation_folder import write_whole
from passkoop_site.relay_files import held_documents
from passkoop_site.remarks import Report

KINDS_OF_A_COOP = ("descriptor", "status_list")
KINDS_OF_A_FEDERATION = ("root", "directory")


@dataclass(frozen=True, kw_only=True, slots=True)
class Wanted:
    """A co-op or a federation, and where its documents may be."""

    subject: bytes
    kinds: tuple[str, ...]
    own: tuple[str, ...]  # addresses that it signed


@dataclass(slots=True)
class Holding:
    """What the folder of a site proves, and what is added to it."""

    folder: Path
    store: TrustStore
    paired: set[CoopId]
    held: set[bytes]  # documents
    new: int = 0  # documents
    refused: dict[bytes, str] = field(default_factory=dict)  # by subject: the first code

    def federations(self) -> list[Wanted]:
        """Return the federations whose directories are to be asked for."""
        return [
            Wanted(
                subject=name,
                kinds=KINDS_OF_A_FEDERATION,
                own=one.root.relays if one.root else (),
            )
            for name, one in sorted(self.store.federations.by_id.items())
        ]

    def coops(self) -> list[Wanted]:
        """Return the co-ops whose pages and lists are to be asked for."""
        listed = {
            row.coop
            for one in self.store.federations.by_id.values()
            if one.held
            for row in one.held.directory.rows
        }
        found = []
        for coop in sorted(listed | self.paired):
            if self.store.listens_to(coop):
                held = self.store.descriptor(coop)
                own = held.descriptor.addresses if held else ()
                found.append(Wanted(subject=coop, kinds=KINDS_OF_A_COOP, own=own))
        return found

    def take(self, wanted: Wanted, documents: Iterable[bytes], *, now: int) -> None:
        """Take in what somebody answered: only what is signed and newer changes anything."""
        for data in sorted(documents, key=order_of):
            if data in self.held:
                continue
            try:
                addition = self.store.add(data, now=now)
            except Older:
                continue
            except ProtocolError as error:
                self.refused.setdefault(wanted.subject, error.code)
                continue
            self.held.add(data)
            self.new += addition.outcome is Outcome.ACCEPTED

    def save(self) -> int:
        """Write what changed, whole files only; return how many."""
        wanted: dict[str, list[bytes]] = {}
        for name, one in self.store.federations.by_id.items():
            wanted[name.hex()] = [*one.roots, *([one.held.data] if one.held else [])]
        for coop in self.coops():
            held = self.store.descriptor(CoopId(coop.subject))
            wanted[coop.subject.hex()] = [held.data] if held else []
        for issuer, _, lists in self.store.status_lists():
            if issuer.hex() in wanted:
                wanted[issuer.hex()] += [one.data for one in lists.documents]
        return sum(
            _write(self.folder / "documents" / FETCHED / f"{name}.passkoop", write_bundle(data))
            for name, data in sorted(wanted.items())
            if data
        )


def load_holding(folder: Path, *, now: int) -> Holding:
    """Return what the folder of a site proves.

    Raises:
        NoContent: there is neither a folder of co-ops nor one of documents.
    """
    if not (folder / "coops").is_dir() and not (folder / "documents").is_dir():
        raise NoContent(folder)
    entries = load_entries(folder / "coops", Report())
    paired = {entry.coop for entry in entries if entry.coop}
    store, _ = load_store(folder / "documents", Report(), paired=paired, now=now)
    return Holding(folder=folder, store=store, paired=paired, held=set(held_documents(store)))


def _write(path: Path, data: bytes) -> bool:
    """Write a file if it is not so yet: whole, or as it was."""
    if path.is_file() and path.read_bytes() == data:
        return False
    path.parent.mkdir(parents=True, exist_ok=True)
    write_whole(path, data)
    return True
