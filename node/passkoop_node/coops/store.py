"""The signed documents that were found valid, whom we believe, and our own keys and counters."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass

from sqlite_utils import Database

from passkoop_node.coops.schema import IN_ORDER
from passkoop_node.core.database import writing
from passkoop_protocol.descriptor import IssuingKey, KeyState
from passkoop_protocol.directory import FederationId
from passkoop_protocol.keys import CoopId, KeyId, PublicKey, key_id_of

_KINDS = ("root", "directory", "descriptor", "status_list")  # as IN_ORDER says
# The revision that a change will make: its trigger counts it.
_NUMBER = "(select revision + 1 from coops_revision)"
_COLUMNS = "kind, subject, kid, hash, issued_at, data"

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


@dataclass(frozen=True, kw_only=True, slots=True)
class Followed:
    """A federation whose fingerprint somebody here typed."""

    federation: FederationId
    followed_at: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Parked:
    """A document that came too soon after the one held, and waits."""

    coop: CoopId
    kid: bytes  # of a status list: whose cards it speaks of; else empty
    data: bytes
    parked_at: int


class CoopStore:
    """All SQL on the tables of this room. Values in, values out."""

    def __init__(self, db: Database) -> None:
        self.db = db

    # --- documents ---

    def documents(self) -> list[StoredDocument]:
        """Return all documents in the order in which a trust store can take them in."""
        rows = self.db.query(
            f"select {_COLUMNS} from document order by {IN_ORDER}, subject, kid, issued_at, hash"
        )
        return [StoredDocument(**row) for row in rows]

    def replace_documents(
        self, places: Iterable[Place], kept: Iterable[StoredDocument], *, now: int
    ) -> None:
        """Keep just the documents `kept` at these places.

        Each gets a number above all others, and so do the lists of a co-op whose descriptor is
        among them: whoever reads in this order knows a key before what it signed.
        """
        documents = sorted(kept, key=lambda one: (_KINDS.index(one.kind), one.issued_at))
        with writing(self.db):
            self.db.conn.executemany(
                "delete from document where kind = ? and subject = ? and kid = ?", places
            )
            for one in documents:
                self.db.execute(
                    "insert into document"
                    f" ({_COLUMNS}, received_at, number) values (?, ?, ?, ?, ?, ?, ?, {_NUMBER})",
                    [one.kind, one.subject, one.kid, one.hash, one.issued_at, one.data, now],
                )
                if one.kind == "descriptor":
                    self._renumber_lists(one.subject)

    def renumber(self, coop: CoopId) -> None:
        """Let what is kept of a co-op come anew: nobody handed it on while it was not heard."""
        with writing(self.db):
            self.db.execute(
                f"update document set number = {_NUMBER} where kind = 'descriptor' and subject = ?",
                [coop],
            )
            self._renumber_lists(coop)

    def described(self) -> set[CoopId]:
        """Return the co-ops of which a descriptor is kept, heard or not."""
        rows = self.db.query("select subject from document where kind = 'descriptor'")
        return {CoopId(row["subject"]) for row in rows}

    def _renumber_lists(self, coop: bytes) -> None:
        rows = self.db.execute(
            "select kid, hash from document where kind = 'status_list' and subject = ?"
            " order by number",
            [coop],
        ).fetchall()
        for kid, name in rows:
            self.db.execute(
                f"update document set number = {_NUMBER}"
                " where kind = 'status_list' and subject = ? and kid = ? and hash = ?",
                [coop, kid, name],
            )

    def documents_after(self, number: int, *, most: int) -> list[tuple[int, StoredDocument]]:
        """Return at most so many documents that came after `number`, with theirs, in order."""
        rows = self.db.query(
            f"select number, {_COLUMNS} from document where number > ? order by number limit ?",
            [number, most],
        )
        return [(row.pop("number"), StoredDocument(**row)) for row in rows]

    def documents_of(self, coop: CoopId, *, after: int = 0) -> list[tuple[int, StoredDocument]]:
        """Return what a co-op signed and came after number `after`, with its numbers, in order."""
        rows = self.db.query(
            f"select number, {_COLUMNS} from document"
            " where subject = ? and kind in ('descriptor', 'status_list') and number > ?"
            " order by number",
            [coop, after],
        )
        return [(row.pop("number"), StoredDocument(**row)) for row in rows]

    def documents_about(self, kind: str, subject: bytes) -> list[StoredDocument]:
        """Return what is kept of one kind of a co-op or a federation, in order."""
        rows = self.db.query(
            f"select {_COLUMNS} from document where kind = ? and subject = ? order by number",
            [kind, subject],
        )
        return [StoredDocument(**row) for row in rows]

    def has_after(self, number: int) -> bool:
        """Return whether anything came after `number`."""
        return bool(
            self.db.execute("select 1 from document where number > ? limit 1", [number]).fetchone()
        )

    # --- documents that wait ---

    def parked(self) -> list[Parked]:
        """Return the documents that came too soon after the one held."""
        rows = self.db.query("select coop, kid, data, parked_at from parked order by coop, kid")
        return [Parked(**(row | {"coop": CoopId(row["coop"])})) for row in rows]

    def keep_parked(
        self, waiting: Iterable[tuple[CoopId, KeyId | None, bytes]], *, now: int
    ) -> None:
        """Keep just these as those that wait: co-op, kid and bytes."""
        held = {(one.coop, one.kid): one.data for one in self.parked()}
        present = {(coop, bytes(kid or b"")): data for coop, kid, data in waiting}
        if present == held:
            return
        with writing(self.db):
            self.db.conn.executemany(
                "delete from parked where coop = ? and kid = ?", held.keys() - present.keys()
            )
            self.db.conn.executemany(
                "insert or replace into parked (coop, kid, data, parked_at) values (?, ?, ?, ?)",
                [(*place, data, now) for place, data in present.items() if held.get(place) != data],
            )

    def listed_kids(self, coop: CoopId) -> list[KeyId]:
        """Return the keys of a co-op whose cards some kept list speaks of."""
        rows = self.db.query(
            "select distinct kid from document where kind = 'status_list' and subject = ?", [coop]
        )
        return [KeyId(row["kid"]) for row in rows]

    def revision(self) -> int:
        """Return a number that is another one after each change, by whatever process.

        What counts are documents, held or parked, pairings and blocks: all that `load_trust` reads.
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
        known = {
            row["key"] for row in self.db.query("select key from former_key where coop = ?", [coop])
        }
        if known == set(keys):
            return
        with writing(self.db):
            self.db.conn.executemany(
                "insert or ignore into former_key (coop, key) values (?, ?)",
                [(coop, key) for key in keys],
            )
            self.db.conn.executemany(
                "delete from former_key where coop = ? and key = ?",
                [(coop, key) for key in known - set(keys)],
            )

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
            f"select {_COLUMNS} from document"
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
            self.renumber(coop)

    def unpair(self, coop: CoopId) -> None:
        """Forget a pairing and what it replaced; its documents are no longer believed."""
        with writing(self.db):
            self.db.execute("delete from pairing where coop = ?", [coop])
            self.db.execute("delete from replacement where new = ?", [coop])

    def pairings(self) -> list[Pairing]:
        """Return all pairings, oldest first."""
        rows = self.db.query("select coop, paired_at from pairing order by paired_at, coop")
        return [Pairing(coop=CoopId(row["coop"]), paired_at=row["paired_at"]) for row in rows]

    def block(self, coop: CoopId, *, now: int) -> None:
        """Keep that the people here refuse the cards of this co-op."""
        with writing(self.db):
            self.db.execute(
                "insert or ignore into blocked (coop, blocked_at) values (?, ?)", [coop, now]
            )

    def unblock(self, coop: CoopId) -> None:
        """Take a block back."""
        with writing(self.db):
            self.db.execute("delete from blocked where coop = ?", [coop])

    def blocked(self) -> dict[CoopId, int]:
        """Return since when the people here refuse the cards of which co-ops."""
        rows = self.db.query("select coop, blocked_at from blocked order by blocked_at, coop")
        return {CoopId(row["coop"]): row["blocked_at"] for row in rows}

    def replacements(self) -> list[tuple[CoopId, CoopId]]:
        """Return which id bears another one now, as (old, new), in the order it was said.

        `new` may have been replaced, or unpaired, since.
        """
        rows = self.db.query("select old, new from replacement order by id")
        return [(CoopId(row["old"]), CoopId(row["new"])) for row in rows]

    # --- federations ---

    def followed(self) -> list[Followed]:
        """Return the federations followed here, the first one first."""
        rows = self.db.query("select federation, followed_at from following order by id")
        return [
            Followed(federation=FederationId(row["federation"]), followed_at=row["followed_at"])
            for row in rows
        ]

    def follow(self, federation: FederationId, *, now: int) -> bool:
        """Follow a federation; return whether that is new. What is kept of it comes anew."""
        with writing(self.db):
            done = self.db.execute(
                "insert or ignore into following (federation, followed_at) values (?, ?)",
                [federation, now],
            )
            kept = self.db.execute(
                "select kind, kid, hash from document"
                f" where kind in ('root', 'directory') and subject = ? order by {IN_ORDER}, kid",
                [federation],
            ).fetchall()
            for kind, kid, name in kept if done.rowcount else ():
                self.db.execute(
                    f"update document set number = {_NUMBER}"
                    " where kind = ? and subject = ? and kid = ? and hash = ?",
                    [kind, federation, kid, name],
                )
        return bool(done.rowcount)

    def unfollow(self, federation: FederationId) -> bool:
        """Stop following a federation; return whether it was followed.

        Its documents stay on the disk: followed again, it cannot take us back in time.
        """
        with writing(self.db):
            done = self.db.execute("delete from following where federation = ?", [federation])
        return bool(done.rowcount)

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
