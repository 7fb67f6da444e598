"""A plain web host as a relay: what a node reads of it at first, when nothing changed, after a day.

The host is Python's own file server in this process; what counts are bytes and files. The time is
that of reading, checking and keeping all, beside raw PyNaCl as in `sync_documents`.
"""

import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from bench_verdict import T
from nodes import found
from passkoop_protocol import cose, status
from passkoop_protocol.bundle import read_index
from passkoop_protocol.keys import SigningKey
from passkoop_protocol.status import StatusList, parse_list, sign_list
from passkoop_site.relay_files import INDEX, relay_files
from relaying import Coop
from sync_documents import COOPS, Network, took
from tables import Table
from webhost import WebHost


def report() -> Iterator[Table | str]:
    """Yield the table."""
    network = Network()
    network.check()  # once to warm up
    raw = min(took(network.check).work for _ in range(3))
    documents = [*network.base, *network.documents]
    laid_out = took(lambda: relay_files(documents))
    files = relay_files(documents)
    parts = read_index(files[INDEX])
    table = Table(("from a plain web host", "bytes", "files", "processor time", "× raw PyNaCl"))
    with tempfile.TemporaryDirectory() as name, WebHost(Path(name)) as host:
        host.put(files)
        coop = _follower(Path(name) / "coop", network)
        coop.start()
        try:
            coop.call(host.address)
            for label, now in (
                (f"{2 * COOPS:,} documents, all new", files),
                ("nothing changed", files),
                ("one list changed", relay_files(_a_list_later(documents, 1))),
                ("a day later: all lists are new", relay_files(_a_list_later(documents, COOPS))),
            ):
                host.put(now)
                host.asked.clear()
                host.sent = 0
                spent = took(lambda: _read(coop))
                asked = len([one for one in host.asked if one.startswith("GET")])
                ratio = f"{spent.work / raw:.1f}" if spent.work > raw / 10 else ""
                table.rows.append((label, f"{host.sent:,}", asked, f"{spent.work:.2f} s", ratio))
        finally:
            coop.stop()
    yield table
    yield (
        f"{len(parts)} parts of at most {max(part.size for part in parts):,} bytes, laid out in "
        f"{laid_out.work:.2f} s; the index has {len(files[INDEX]):,} bytes."
    )


def _follower(path: Path, network: Network) -> Coop:
    """Return a co-op that follows the federation and has its directory, not served yet."""
    now = int(time.time())
    node = found(path, now=now)
    network.give_to(node, documents=False)
    node.rooms.close()
    return Coop.of(node.home, now=now)


def _read(coop: Coop) -> None:
    """Call the host until it has been read to the end."""
    for _ in range(10):
        (one,) = coop.round()
        assert not one.code, one.code
        if len(one.peer.log) == 64:  # the hash of the index
            return
    raise AssertionError("it was not read to the end")


def _a_list_later(documents: list[bytes], count: int) -> list[bytes]:
    """Return the documents with so many lists signed anew, an hour later."""
    lists = [data for data in documents if cose.has_typ(data, status.TYP)]
    for at in range(count):
        old = parse_list(cose.parse_sign1(lists[at], typ=status.TYP).payload)
        key = SigningKey(b"K" + at.to_bytes(31))
        later = StatusList(kid=old.kid, issued_at=T + 3_600 + count, array=old.array)
        lists[at] = sign_list(later, key=key)
    return [*(one for one in documents if not cose.has_typ(one, status.TYP)), *lists]
