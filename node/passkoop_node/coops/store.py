"""The signed documents that were found valid, whom we believe, and our own keys and counters."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass

from sqlite_utils import Database, Migrations

from passkoop_node.core.database import writing
from passkoop_protocol.descriptor import IssuingKey, KeyState
from passkoop_protocol.keys import CoopId, KeyId, PublicKey, key_id_of

migrations = Migrations("coops")


@migrations()
def create_coops(db: Database) -> None:
    """What we know of others, and what we sign ourselves."""
    db.executescript("""
        create table document ( -- the exact bytes, as they came
            kind text not null, -- root, directory, descriptor, status_list
            subject blob not null, -- id of the co-op, or of the federation
            kid blob not null, -- of a status list: whose cards it speaks of; else empty
            hash blob not null, -- SHA-256 of the payload: what the document is known by
            issued_at integer not null, -- of a root: its version
            data blob not null,
            received_at integer not null,
            primary key (kind, subject, kid, hash)
        ) strict, without rowid;
        create table pairing (
            coop blob primary key,
            paired_at integer not null
        ) strict;
        create table replacement ( -- a pairing said that `old` bears the id `new` now
            id integer primary key, -- in the order in which it was said
            old blob not null unique,
            new blob not null
        ) strict;
        create table former_key ( -- listed by an older descriptor only
            id integer primary key, -- in the order in which they were dropped
            coop blob not null,
            key blob not null,
            unique (coop, key)
        ) strict;
        create table dropped_list ( -- with its signer; no older list of this key comes back
            coop blob not null,
            kid blob not null,
            issued_at integer not null,
            primary key (coop, kid)
        ) strict, without rowid;
        create table issuing_key ( -- ours
            key blob primary key,
            state integer not null, -- 0 active, 1 retired, 2 withdrawn
            since integer not null, -- when it was retired or withdrawn; 0 while active
            proof blob not null, -- its signature over our id
            made_at integer not null
        ) strict;
        create table last_signed ( -- committed before signing: two documents never bear one date
            document text primary key, -- "descriptor", or the hex kid that a list speaks of
            issued_at integer not null
        ) strict;
        create table coops_revision (revision integer not null) strict; -- counts what follows
        insert into coops_revision values (0);
    """)
    for table in ("document", "pairing", "replacement"):
        for change in ("insert", "update", "delete"):
            db.execute(
                f"create trigger {table}_{change} after {change} on {table}"
                " begin update coops_revision set revision = revision + 1; end"
            )


Place = tuple[str, bytes, bytes]  # kind, subject, kid: what one newest document is kept for


@dataclass(frozen=True, kw_only=True, slots=True)
class StoredDocument:
    """A signed document as it came."""

    kind: str
    subject: bytes
    kid: bytes
    hash: bytes
    issued_at: int
    data: bytes


@dataclass(frozen=True, kw_only=True, slots=True)
class Pairing:
    """A co-op whose whole code somebody here typed or scanned."""

    coop: CoopId
    paired_at: int


# The order in which a trust store can take them in.
_ORDER = "case kind when 'root' then 0 when 'directory' then 1 when 'descriptor' then 2 else 3 end"


class CoopStore:
    """All SQL on the tables of this room. Values in, values out."""

    def __init__(self, db: Database) -> None:
        self.db = db

    # --- documents ---

    def documents(self) -> list[StoredDocument]:
        """Return all documents in the order in which a trust store can take them in."""
        rows = self.db.query(
            "select kind, subject, kid, hash, issued_at, data from document"
            f" order by {_ORDER}, subject, kid, issued_at, hash"
        )
        return [StoredDocument(**row) for row in rows]

    def replace_documents(
        self, places: Iterable[Place], kept: Iterable[StoredDocument], *, now: int
    ) -> None:
        """Keep just the documents `kept` at these places."""
        with writing(self.db):
            self.db.conn.executemany(
                "delete from document where kind = ? and subject = ? and kid = ?", places
            )
            self.db.conn.executemany(
                "insert into document (kind, subject, kid, hash, issued_at, data, received_at)"
                " values (?, ?, ?, ?, ?, ?, ?)",
                (
                    (one.kind, one.subject, one.kid, one.hash, one.issued_at, one.data, now)
                    for one in kept
                ),
            )

    def listed_kids(self, coop: CoopId) -> list[KeyId]:
        """Return the keys of a co-op whose cards some kept list speaks of."""
        rows = self.db.query(
            "select distinct kid from document where kind = 'status_list' and subject = ?", [coop]
        )
        return [KeyId(row["kid"]) for row in rows]

    def revision(self) -> int:
        """Return a number that is another one after each change, by whatever process.

        What counts are documents and pairings: all that `load_trust` reads.
        """
        return int(self.db.execute("select revision from coops_revision").fetchone()[0])

    def former_keys(self) -> dict[CoopId, list[PublicKey]]:
        """Return the keys that only older descriptors of a co-op listed."""
        former: dict[CoopId, list[PublicKey]] = {}
        for row in self.db.query("select coop, key from former_key order by id"):
            former.setdefault(CoopId(row["coop"]), []).append(PublicKey(row["key"]))
        return former

    def keep_former_keys(self, coop: CoopId, keys: Collection[PublicKey]) -> None:
        """Remember just these keys as those that a co-op no longer lists."""
        with writing(self.db):
            self.db.conn.executemany(
                "insert or ignore into former_key (coop, key) values (?, ?)",
                [(coop, key) for key in keys],
            )
            kept = set(keys)
            known = self.db.query("select key from former_key where coop = ?", [coop])
            forgotten = [(coop, row["key"]) for row in list(known) if row["key"] not in kept]
            self.db.conn.executemany("delete from former_key where coop = ? and key = ?", forgotten)

    def dropped_lists(self) -> list[tuple[CoopId, KeyId, int]]:
        """Return whose lists were dropped with their signer: co-op, kid and date."""
        rows = self.db.query("select coop, kid, issued_at from dropped_list")
        return [(CoopId(row["coop"]), KeyId(row["kid"]), row["issued_at"]) for row in rows]

    def add_dropped_lists(self, coop: CoopId, dropped: Iterable[tuple[KeyId, int]]) -> None:
        """Remember the date of lists that were dropped with their signer."""
        with writing(self.db):
            self.db.conn.executemany(
                "insert into dropped_list (coop, kid, issued_at) values (?, ?, ?)"
                " on conflict (coop, kid) do update"
                " set issued_at = max(issued_at, excluded.issued_at)",
                [(coop, kid, issued_at) for kid, issued_at in dropped],
            )

    def newest(self, kind: str, coop: CoopId, kid: bytes = b"") -> StoredDocument | None:
        """Return the newest document of one kind of a co-op."""
        rows = self.db.query(
            "select kind, subject, kid, hash, issued_at, data from document"
            " where kind = ? and subject = ? and kid = ? order by issued_at desc, hash",
            [kind, coop, kid],
        )
        return next((StoredDocument(**row) for row in rows), None)

    # --- pairings ---

    def pair(self, coop: CoopId, replaces: Iterable[CoopId], *, now: int) -> None:
        """Keep a pairing; the ids that it replaces stop being paired."""
        with writing(self.db):
            self.db.execute(
                "insert or ignore into pairing (coop, paired_at) values (?, ?)", [coop, now]
            )
            # The last word of the people here counts: `coop` itself is not replaced any more.
            self.db.execute("delete from replacement where old = ?", [coop])
            for old in replaces:
                self.db.execute(
                    "insert or replace into replacement (old, new) values (?, ?)", [old, coop]
                )
                self.db.execute("delete from pairing where coop = ?", [old])

    def unpair(self, coop: CoopId) -> None:
        """Forget a pairing and what it replaced; its documents are no longer believed."""
        with writing(self.db):
            self.db.execute("delete from pairing where coop = ?", [coop])
            self.db.execute("delete from replacement where new = ?", [coop])

    def pairings(self) -> list[Pairing]:
        """Return all pairings, oldest first."""
        rows = self.db.query("select coop, paired_at from pairing order by paired_at, coop")
        return [Pairing(coop=CoopId(row["coop"]), paired_at=row["paired_at"]) for row in rows]

    def replacements(self) -> list[tuple[CoopId, CoopId]]:
        """Return which id bears another one now, as (old, new), in the order it was said.

        `new` may have been replaced, or unpaired, since.
        """
        rows = self.db.query("select old, new from replacement order by id")
        return [(CoopId(row["old"]), CoopId(row["new"])) for row in rows]

    # --- our own keys and dates ---

    def issuing_keys(self) -> list[IssuingKey]:
        """Return our issuing keys, oldest first."""
        rows = self.db.query(
            "select key, state, since, proof from issuing_key order by made_at, rowid"
        )
        return [
            IssuingKey(
                key=PublicKey(row["key"]),
                state=KeyState(row["state"]),
                since=row["since"],
                proof=row["proof"],
            )
            for row in rows
        ]

    def add_issuing_key(self, key: IssuingKey, *, now: int) -> None:
        """Keep a new issuing key."""
        with writing(self.db):
            self.db.execute(
                "insert into issuing_key (key, state, since, proof, made_at)"
                " values (?, ?, ?, ?, ?)",
                [key.key, int(key.state), key.since, key.proof, now],
            )

    def change_issuing_key(self, kid: KeyId, state: KeyState, *, since: int) -> None:
        """Retire or withdraw one of our issuing keys."""
        for one in self.issuing_keys():
            if key_id_of(one.key) == kid:
                with writing(self.db):
                    self.db.execute(
                        "update issuing_key set state = ?, since = ? where key = ?",
                        [int(state), since, one.key],
                    )

    def next_date(self, document: str, *, now: int) -> int:
        """Return the date for the next `document`, later than any before; on the disk on return.

        A lost date would make the co-op sign two documents of one second, which everybody would
        take for a fraud. So it is committed first, and never in a larger transaction.
        """
        if self.db.conn.in_transaction:
            raise ValueError("a date must be on the disk before anything is signed with it")
        with writing(self.db):
            row = self.db.execute(
                "select issued_at from last_signed where document = ?", [document]
            ).fetchone()
            date = max(now, row[0] + 1 if row else 0)
            self.raise_date(document, date)
        return date

    def newest_date(self) -> int:
        """Return the highest date that any document of ours bears; 0 before the first."""
        row = self.db.execute("select coalesce(max(issued_at), 0) from last_signed").fetchone()
        return int(row[0])

    def raise_date(self, document: str, issued_at: int) -> None:
        """Make sure that the next `document` is dated after `issued_at`."""
        with writing(self.db):
            self.db.execute(
                "insert into last_signed (document, issued_at) values (:document, :issued_at)"
                " on conflict (document) do update"
                " set issued_at = max(issued_at, excluded.issued_at)",
                {"document": document, "issued_at": issued_at},
            )
