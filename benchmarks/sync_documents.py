"""10,000 documents that one node has and the other does not: read, checked and kept over HTTP.

The giver is a `passkoop serve` of its own; what is told is the receiver's time. Beside it stands
raw PyNaCl, which checks all the signatures in these documents, and does nothing else.
"""

import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from random import Random

from nacl.bindings import crypto_sign_open

from bench_verdict import T, described, public
from nodes import Node, found
from passkoop_node.home import Home
from passkoop_node.relay.calling import Called
from passkoop_protocol import cbor, cose, descriptor, status
from passkoop_protocol.descriptor import parse_descriptor
from passkoop_protocol.keys import SigningKey, key_id_of, possession_message
from passkoop_protocol.status import StatusList, pack, sign_list
from processes import port_in, serving
from relaying import Coop
from shop import Federation
from tables import Table

COOPS = 5_000  # each with a descriptor and a list
CARDS, REVOKED = 1_024, 20
Signed = tuple[bytes, bytes]  # signature with its message behind it, and the key


@dataclass(frozen=True)
class Took:
    """What something took, in seconds."""

    seconds: float
    work: float  # of the processor


def took(work: Callable[[], object]) -> Took:
    """Do it, and return what it took."""
    begun, busy = time.perf_counter(), time.process_time()
    work()
    return Took(time.perf_counter() - begun, time.process_time() - busy)


class Network:
    """The documents of many co-ops, and the federation that lists these."""

    def __init__(self) -> None:
        """Sign everything, each co-op's descriptor before its list."""
        keys = [
            (SigningKey(b"I" + n.to_bytes(31)), SigningKey(b"K" + n.to_bytes(31)))
            for n in range(COOPS)
        ]
        self.federation = Federation(name="Fédération", expires_at=2 * T)
        rows = [
            {"key": public(identity), "slug": f"coop-{n}", "name": f"Coop {n}", "country": "FR"}
            for n, (identity, _) in enumerate(keys)
        ]
        self.base = [self.federation.root(), self.federation.directory(rows, at=T)]
        self.documents: list[bytes] = []
        self.signed: list[Signed] = []  # every signature that has to hold
        random = Random(1)
        for identity, issuing in keys:
            self._add(described(identity, issuing), descriptor.TYP, descriptor.AAD, identity)
            told = parse_descriptor(
                cose.parse_sign1(self.documents[-1], typ=descriptor.TYP).payload
            )
            (key,) = told.keys
            self.signed.append((key.proof + possession_message(told.coop), key.key))
            revoked = set(random.sample(range(CARDS), REVOKED))
            array = pack([int(index in revoked) for index in range(CARDS)])
            own = StatusList(kid=key_id_of(public(issuing)), issued_at=T, array=array)
            self._add(sign_list(own, key=issuing), status.TYP, b"", issuing)

    def _add(self, data: bytes, typ: str, aad: bytes, key: SigningKey) -> None:
        self.documents.append(data)
        one = cose.parse_sign1(data, typ=typ)
        message = cbor.encode(["Signature1", one.protected, aad, one.payload])
        self.signed.append((one.signature + message, public(key)))

    def check(self) -> None:
        """Check all signatures, and nothing else."""
        for signed, key in self.signed:
            crypto_sign_open(signed, key)

    def give_to(self, node: Node, *, documents: bool) -> None:
        """Let a co-op follow the federation; with documents, take in all there are."""
        node.rooms.coops.follow(self.federation.id, now=node.now)
        node.take([*self.base, *(self.documents if documents else [])])


def measure(folder: Path, network: Network) -> list[Took]:
    """Return what reading all takes, reading all of it once more, and a call with no news."""
    now = int(time.time())
    giver, taker = (found(folder / name, now=now) for name in ("giver", "taker"))
    network.give_to(giver, documents=True)
    network.give_to(taker, documents=False)
    giver.rooms.close()
    taker.rooms.close()
    with serving(giver.home.path, "--host", "127.0.0.1", "--no-announce") as (_, said):
        return _read(taker.home, f"http://127.0.0.1:{port_in(said)}", now)


def _read(home: Home, address: str, now: int) -> list[Took]:
    coop = Coop.of(home, now=now)
    coop.start()
    try:
        coop.call(address)
        first = took(lambda: _all_new(coop.round()))
        assert len(coop.documents()) >= 2 * COOPS
        idle = took(coop.round)
        coop.run(coop.rooms.relay.store.forget_but, set())
        return [first, took(lambda: _read_again(coop)), idle]
    finally:
        coop.stop()


def _all_new(called: list[Called]) -> None:
    (one,) = called
    assert not one.code, one.code
    assert one.accepted["descriptor"] >= COOPS
    assert one.accepted["status_list"] >= COOPS


def _read_again(coop: Coop) -> None:
    """Read all of it once more: a call ends after 2 MB without anything new, the next goes on."""
    known = 0
    for _ in range(10):
        (one,) = coop.round()
        assert not one.code, one.code
        known += one.known
        if known >= 2 * COOPS:
            return
    raise AssertionError(known)


def report() -> Iterator[Table | str]:
    """Yield the table."""
    network = Network()
    network.check()  # once to warm up
    raw = min(took(network.check).work for _ in range(3))
    with tempfile.TemporaryDirectory() as name:
        found = measure(Path(name), network)
    size = sum(map(len, network.documents))
    table = Table(("from one node to another", "seconds", "processor time", "× raw PyNaCl"))
    for label, one in zip(
        (
            f"{2 * COOPS:,} documents, all new: read, checked, kept",
            "the same once more, from the beginning",
            "a call that brings nothing",
        ),
        found,
        strict=True,
    ):
        places = 1 if one.seconds > 0.5 else 3
        ratio = f"{one.work / raw:.1f}" if one is not found[2] else ""
        table.rows.append((label, f"{one.seconds:.{places}f}", f"{one.work:.{places}f}", ratio))
    yield table
    yield (
        f"{size / 1_000_000:.1f} MB; raw PyNaCl checked their {len(network.signed):,} signatures "
        f"in {raw:.2f} s."
    )
