"""The signed documents as the page of cards fetches them: only what one card needs.

Whoever opens the page asks for a part that many keys share, so that the host's log tells little of
whose card it was; and reads in it what one key needs, so that a telephone has little to check.
"""

import hashlib
import json
from collections import defaultdict
from collections.abc import Mapping, Sequence

from passkoop_protocol import cose
from passkoop_protocol.bundle import write_bundle
from passkoop_protocol.descriptor import TYP as DESCRIPTOR_TYP
from passkoop_protocol.directory import DIRECTORY_TYP, ROOT_TYP, parse_root
from passkoop_protocol.fields import payload_map
from passkoop_protocol.keys import KeyId, PublicKey, key_id_of
from passkoop_protocol.status import TYP as LIST_TYP
from passkoop_protocol.status import parse_list

FOLDER = "v/listes"
INDEX = f"{FOLDER}/index.json"
MAGIC = b"passkoop/keys/1\n"
PART = 131_072  # bytes that a part is to have about
_MOST_PARTS = 256


def card_lists(documents: Sequence[bytes]) -> dict[str, bytes]:
    """Return the files of documents for the page of cards, the index last.

    The index names a file of roots and directories, and the parts by the first bits of a kid;
    each is named by its hash. A part: MAGIC, then for each kid the kid (8 bytes), a length (4
    bytes) and so many bytes of documents, each behind its length: the descriptors of all that list
    the key, then the lists of its cards.

    Args:
        documents: valid ones, in the order of `held_documents`.
    """
    believed, by_kid = _sorted(documents)
    total = sum(map(len, by_kid.values()))
    count = 1
    while total > count * PART and count < _MOST_PARTS:
        count *= 2
    parts = [MAGIC] * count
    for kid, data in sorted(by_kid.items()):
        parts[kid[0] * count // 256] += kid + len(data).to_bytes(4, "big") + data
    files: dict[str, bytes] = {}
    for data in (believed, *parts):
        files[f"{FOLDER}/{hashlib.sha256(data).hexdigest()}.passkoop"] = data
    index = {
        "directory": hashlib.sha256(believed).hexdigest(),
        "parts": [hashlib.sha256(data).hexdigest() for data in parts],
        "size": sum(map(len, files.values())),
    }
    return files | {INDEX: json.dumps(index, indent=0).encode()}


def _sorted(documents: Sequence[bytes]) -> tuple[bytes, Mapping[KeyId, bytes]]:
    """Return the file of roots and directories, and the other documents by kid."""
    roots: list[tuple[int, bytes]] = []
    directories: list[bytes] = []
    listing: defaultdict[KeyId, list[bytes]] = defaultdict(list)
    lists: defaultdict[KeyId, list[bytes]] = defaultdict(list)
    for data in documents:
        if cose.has_typ(data, ROOT_TYP):
            payload = cose.parse_sign(data, typ=ROOT_TYP).payload
            roots.append((parse_root(payload).version, data))
        elif cose.has_typ(data, DIRECTORY_TYP):
            directories.append(data)
        elif cose.has_typ(data, DESCRIPTOR_TYP):
            payload = cose.parse_sign1(data, typ=DESCRIPTOR_TYP).payload
            for key, *_ in payload_map(payload)["keys"]:
                listing[key_id_of(PublicKey(key))].append(data)
        else:
            payload = cose.parse_sign1(data, typ=LIST_TYP).payload
            lists[parse_list(payload).kid].append(data)
    kids = {
        kid: b"".join(len(one).to_bytes(4, "big") + one for one in (*found, *lists[kid]))
        for kid, found in listing.items()
    }
    roots.sort(key=lambda root: root[0])
    return write_bundle([*(data for _, data in roots), *directories]), kids
