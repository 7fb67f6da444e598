"""The signed documents of the federation and its co-ops, checked as a node checks them."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from passkoop_protocol import cose
from passkoop_protocol.bundle import MAGIC, MAX_FILE, read_bundle
from passkoop_protocol.descriptor import TYP as DESCRIPTOR_TYP
from passkoop_protocol.descriptor import Descriptor
from passkoop_protocol.directory import DIRECTORY_TYP, ROOT_TYP, Row, parse_root
from passkoop_protocol.errors import ProtocolError
from passkoop_protocol.federations import followed_by
from passkoop_protocol.keys import CoopId
from passkoop_protocol.trust import TrustStore
from passkoop_site.relay_files import held_documents
from passkoop_site.remarks import Report

FETCHED = "recus"  # where `passkoop site fetch` keeps what it brought, in the folder of documents


@dataclass(frozen=True, kw_only=True, slots=True)
class Documents:
    """What the signed documents say."""

    rows: tuple[Row, ...] = ()  # of the directory
    descriptors: dict[CoopId, Descriptor]
    newest: int = 0  # the newest date that stands in them: seconds, UTC
    signed: Sequence[bytes] = ()  # the documents themselves, for nodes
    federations: Sequence[bytes] = ()  # that are followed, by id


def load_documents(folder: Path, report: Report, *, paired: set[CoopId], now: int) -> Documents:
    """Return what the files of a folder say, after all signatures were checked.

    Args:
        folder: files of single documents, or of many (`passkoop peer export`); it may be missing.
        report: hears of what was refused.
        paired: co-ops whose whole code stands in an entry: they need no directory.
        now: seconds, UTC; what is dated later is refused.
    """
    store, dates = load_store(folder, report, paired=paired, now=now)
    rows = tuple(
        row
        for federation in store.federations.by_id.values()
        if federation.held
        for row in federation.held.directory.rows
    )
    coops = {row.coop for row in rows} | paired
    held = {coop: store.descriptor(coop) for coop in sorted(coops)}
    return Documents(
        rows=rows,
        descriptors={coop: one.descriptor for coop, one in held.items() if one},
        newest=max(dates),
        signed=held_documents(store),
        federations=tuple(store.federations.by_id),
    )


def load_store(
    folder: Path, report: Report, *, paired: set[CoopId], now: int
) -> tuple[TrustStore, list[int]]:
    """Return what the files of a folder prove, and the dates that stand in them (0 among them)."""
    given: list[tuple[str, bytes]] = []
    ours: set[bytes] = set()  # documents that were fetched
    for path in _files(folder):
        found = list(_documents(path, report))
        given += found
        if path.parent == folder / FETCHED:
            ours.update(data for _, data in found)
    given.sort(key=lambda one: order_of(one[1]))
    store = TrustStore()
    for coop in sorted(paired):
        store.pair(coop)
    firsts = [data for _, data in given if order_of(data) == (0, 1)]
    for federation in followed_by(firsts):
        store.follow(federation)
    dates = [0]
    for where, data in given:
        try:
            addition = store.add(data, now=now)
        except ProtocolError as error:
            if error.code == "older" and data in ours:
                continue  # the federation has published since: the next fetch keeps the newer one
            report.refused(
                where,
                f"un document signé est refusé ({error.code} : {error})",
                "Rien de lui n’est publié ; remplacez-le par une copie bonne et récente.",
            )
            continue
        if addition.kind != "root":
            dates.append(addition.issued_at)
    return store, dates


def _files(folder: Path) -> list[Path]:
    """Return the files to be read, fetched ones last: they are newer than what lay there.

    What `federation publish` laid out for nodes says it twice.
    """
    found = [
        path
        for path in folder.rglob("*")
        if path.is_file() and path.name[0] != "." and path.relative_to(folder).parts[0] != "p2p"
    ]
    return sorted(found, key=lambda path: (path.relative_to(folder).parts[0] == FETCHED, path))


def _documents(path: Path, report: Report) -> Iterator[tuple[str, bytes]]:
    if path.stat().st_size > MAX_FILE:
        report.refused(path.name, "ce fichier est trop grand", "Vérifiez que c’est le bon.")
        return
    data = path.read_bytes()
    if not data.startswith(MAGIC):
        yield path.name, data
        return
    try:
        documents = read_bundle(data)
    except ProtocolError as error:
        report.refused(
            path.name, f"ce fichier est abîmé ({error.code})", "Demandez-en une nouvelle copie."
        )
        return
    for number, one in enumerate(documents, 1):
        yield f"{path.name}, n°\u00a0{number}", one


def order_of(data: bytes) -> tuple[int, int]:
    """Return where a document is to be read: roots by their version, then who rests on them."""
    if cose.has_typ(data, ROOT_TYP):
        try:
            return 0, parse_root(cose.parse_sign(data, typ=ROOT_TYP).payload).version
        except ProtocolError:
            return 0, 0
    if cose.has_typ(data, DIRECTORY_TYP):
        return 1, 0
    return (2, 0) if cose.has_typ(data, DESCRIPTOR_TYP) else (3, 0)
