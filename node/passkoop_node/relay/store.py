"""What is remembered of the relays that were called."""

from dataclasses import asdict

from sqlite_utils import Database, Migrations

from passkoop_node.core.database import writing
from passkoop_node.relay.planning import Peer

migrations = Migrations("relay")


@migrations()
def create_relay(db: Database) -> None:
    """One line for each relay."""
    db.execute("""
        create table relay_peer (
            address text primary key,
            log text not null, -- of its numbering
            cursor integer not null, -- how far we have read
            heard text not null, -- whom we listened to meanwhile
            asked_at integer not null,
            answered_at integer not null, -- 0: never
            failures integer not null, -- since it answered last
            not_before integer not null, -- we leave it alone
            wait_until integer not null, -- it asked to be left alone
            said text not null -- the code of the last failure
        ) strict
    """)


@migrations()
def remember_files(db: Database) -> None:
    """What was read of relays that are files on a plain web host."""
    db.execute("""
        create table relay_file (
            address text not null, -- of the relay
            hash blob not null, -- SHA-256 of a file that was read to its end
            heard text not null, -- whom we listened to meanwhile
            primary key (address, hash)
        ) strict, without rowid
    """)


class RelayStore:
    """All SQL on the table of this room."""

    def __init__(self, db: Database) -> None:
        self.db = db

    def peers(self) -> dict[str, Peer]:
        """Return what is remembered, by address."""
        rows = self.db.query(
            "select address, log, cursor, heard, asked_at, answered_at, failures, not_before,"
            " wait_until, said from relay_peer"
        )
        return {row["address"]: Peer(**row) for row in rows}

    def keep(self, peer: Peer) -> None:
        """Remember what became of a call."""
        with writing(self.db):
            self.db.execute(
                "insert or replace into relay_peer"
                " (address, log, cursor, heard, asked_at, answered_at, failures, not_before,"
                " wait_until, said)"
                " values (:address, :log, :cursor, :heard, :asked_at, :answered_at, :failures,"
                " :not_before, :wait_until, :said)",
                asdict(peer),
            )

    def forget_but(self, addresses: set[str]) -> None:
        """Forget the relays that nobody names any more."""
        with writing(self.db):
            for address in self.peers().keys() - addresses:
                self.db.execute("delete from relay_peer where address = ?", [address])
                self.db.execute("delete from relay_file where address = ?", [address])

    def files_read(self, peer: Peer) -> set[bytes]:
        """Return the files of a relay that were read while we listened to the same co-ops."""
        rows = self.db.query(
            "select hash from relay_file where address = ? and heard = ?",
            [peer.address, peer.heard],
        )
        return {row["hash"] for row in rows}

    def keep_file(self, peer: Peer, name: bytes) -> None:
        """Remember that a file of a relay was read."""
        with writing(self.db):
            self.db.execute(
                "insert or replace into relay_file (address, hash, heard) values (?, ?, ?)",
                [peer.address, name, peer.heard],
            )

    def keep_files_among(self, peer: Peer, names: set[bytes]) -> None:
        """Forget the files of a relay but these, which it names still."""
        with writing(self.db):
            for name in self.files_read(peer) - names:
                self.db.execute(
                    "delete from relay_file where address = ? and hash = ?", [peer.address, name]
                )
            self.db.execute(
                "delete from relay_file where address = ? and heard <> ?",
                [peer.address, peer.heard],
            )
