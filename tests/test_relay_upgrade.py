"""A co-op of before there were relays: its documents get numbers, in an order that can be read."""

import sqlite3
from contextlib import closing
from pathlib import Path

from sqlite_utils import Database

from nodes import NOW, Node, found
from passkoop_node.coops.schema import migrations
from passkoop_node.coops.store import CoopStore
from passkoop_protocol.trust import TrustStore


def test_documents_of_before_are_handed_on_descriptors_first(tmp_path: Path) -> None:
    courge, panier = (found(tmp_path / name, name) for name in ("courge", "panier"))
    panier.pair(courge)
    panier.take(courge.export())
    with closing(sqlite3.connect(tmp_path / "before.db", isolation_level=None)) as conn:
        db = Database(conn, execute_plugins=False)
        migrations.apply(db, stop_before="number_documents")
        for one in panier.rooms.coops.documents():
            db.execute(
                "insert into document values (?, ?, ?, ?, ?, ?, ?)",
                [one.kind, one.subject, one.kid, one.hash, one.issued_at, one.data, NOW],
            )
        migrations.apply(db)
        store = CoopStore(db)
        numbered = store.documents_after(0, most=100)
        numbers = [number for number, _ in numbered]
        assert numbers == sorted(set(numbers))
        assert max(numbers) <= store.revision()
        assert len(numbered) == len(panier.rooms.coops.documents())
        assert accepted_in_this_order(panier, [one.data for _, one in numbered])
        store.replace_documents([], [], now=NOW)
        assert not store.has_after(max(numbers))


def accepted_in_this_order(node: Node, documents: list[bytes]) -> bool:
    trust = TrustStore(own=node.coop)
    for pairing in node.rooms.coops.pairings():
        trust.pair(pairing.coop)
    return all(trust.add(one, now=NOW).outcome.value == "accepted" for one in documents)
