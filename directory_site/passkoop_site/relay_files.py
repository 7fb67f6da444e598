"""Signed documents laid out as files, so that a plain web host is a relay (SPEC 12.1)."""

from collections import defaultdict
from collections.abc import Iterable, Sequence

from passkoop_protocol import cose
from passkoop_protocol.bundle import Part, write_bundle, write_index
from passkoop_protocol.descriptor import TYP as DESCRIPTOR_TYP
from passkoop_protocol.descriptor import read_identity_key
from passkoop_protocol.directory import (
    DIRECTORY_TYP,
    ROOT_TYP,
    FederationId,
    parse_directory,
    parse_root,
)
from passkoop_protocol.keys import coop_id_of
from passkoop_protocol.status import TYP as LIST_TYP
from passkoop_protocol.status import parse_list
from passkoop_protocol.trust import TrustStore

INDEX = "p2p/v1/changes"
PART = 262_144  # bytes that a part is to have at most, unless one document is longer
_MOST_SHARDS = 256


def relay_files(documents: Iterable[bytes]) -> dict[str, bytes]:
    """Return the files of a static relay, path -> content; the same documents, the same bytes.

    The index comes last: put on a host in this order, it never names a file that is not there.
    Files that it no longer names should stay for a day, for those who have just read the old one.

    Args:
        documents: the newest of each, valid, in any order; `held_documents` gives those of a
            trust store. A federation's roots are all of them, from the first on.

    Raises:
        ProtocolError: one of them is no document.
    """
    roots: defaultdict[FederationId, dict[int, bytes]] = defaultdict(dict)
    directories: dict[FederationId, bytes] = {}
    descriptors: dict[bytes, list[bytes]] = defaultdict(list)
    lists: dict[bytes, list[bytes]] = defaultdict(list)
    for data in documents:
        if cose.has_typ(data, ROOT_TYP):
            root = parse_root(cose.parse_sign(data, typ=ROOT_TYP).payload)
            roots[root.federation][root.version] = data
        elif cose.has_typ(data, DIRECTORY_TYP):
            directory = parse_directory(cose.parse_sign(data, typ=DIRECTORY_TYP).payload)
            directories[directory.federation] = data
        elif cose.has_typ(data, DESCRIPTOR_TYP):
            key = read_identity_key(cose.parse_sign1(data, typ=DESCRIPTOR_TYP).payload)
            descriptors[coop_id_of(key)].append(data)
        else:
            lists[parse_list(cose.parse_sign1(data, typ=LIST_TYP).payload).kid].append(data)
    files: dict[str, bytes] = {}
    parts: list[bytes] = []
    for federation, chain in sorted(roots.items()):
        parts.append(write_bundle(data for _, data in sorted(chain.items())))
        files[f"p2p/v1/documents/root/{federation.hex()}"] = parts[-1]
    for federation, data in sorted(directories.items()):
        parts.append(write_bundle([data]))
        files[f"p2p/v1/documents/directory/{federation.hex()}"] = parts[-1]
    parts += _shards(descriptors)
    parts += _shards(lists)
    named = [Part.of(data) for data in parts]
    files |= {part.path: data for part, data in zip(named, parts, strict=True)}
    return files | {INDEX: write_index(named)}


def held_documents(trust: TrustStore) -> list[bytes]:
    """Return what a trust store holds of co-ops that it listens to, and of federations."""
    federations = trust.federations.by_id.values()
    found = [data for one in federations for data in one.roots]
    found += [one.held.data for one in federations if one.held]
    found += [one.data for one in trust.descriptors() if trust.listens_to(one.descriptor.coop)]
    for coop, _, held in trust.status_lists():
        if trust.listens_to(coop):
            found += [one.data for one in held.documents]
    return list(dict.fromkeys(found))


def _shards(documents: dict[bytes, list[bytes]]) -> Sequence[bytes]:
    """Return documents in a few files, by the first bits of their key.

    Their number is a power of two, so that one co-op more changes one file, and rarely all.
    """
    total = sum(len(data) for found in documents.values() for data in found)
    count = 1
    while total > count * PART and count < _MOST_SHARDS:
        count *= 2
    shards: list[list[bytes]] = [[] for _ in range(count)]
    for key in sorted(documents):
        shards[key[0] * count // 256] += sorted(documents[key])
    return [write_bundle(shard) for shard in shards if shard]
