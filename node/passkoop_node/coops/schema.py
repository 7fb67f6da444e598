"""The tables of this room."""

from sqlite_utils import Database, Migrations

migrations = Migrations("coops")

# The order in which a trust store can take documents in.
IN_ORDER = (
    "case kind when 'root' then 0 when 'directory' then 1 when 'descriptor' then 2 else 3 end"
)


@migrations()
def create_coops(db: Database) -> None:
    """What we know of others, and what we sign ourselves."""
    db.executescript("""
        create table document ( -- the exact bytes, as they came
            kind text not null, -- root, directory, descriptor, status_list
            subject blob not null, -- id of the co-op, or of the federation
            kid blob not null, -- of a status list: whose cards it speaks of; of a root: its version
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


@migrations()
def number_documents(db: Database) -> None:
    """In which order documents came, and those that came too early: what relays live by."""
    db.execute("alter table document add column number integer not null default 0")
    # There were at least as many changes as there are documents: no later one gets such a number.
    rows = db.execute(
        f"select kind, subject, kid, hash from document order by {IN_ORDER}"
    ).fetchall()
    for number, row in enumerate(rows, 1):
        db.execute(
            "update document set number = ?"
            " where kind = ? and subject = ? and kid = ? and hash = ?",
            [number, *row],
        )
    db.execute("create index document_number on document (number)")
    db.execute("""
        create table parked ( -- too soon after the one held (SPEC 7.6)
            coop blob not null,
            kid blob not null, -- of a status list: whose cards it speaks of; else empty
            data blob not null,
            parked_at integer not null,
            primary key (coop, kid)
        ) strict, without rowid
    """)
    for change in ("insert", "update", "delete"):
        db.execute(
            f"create trigger parked_{change} after {change} on parked"
            " begin update coops_revision set revision = revision + 1; end"
        )


@migrations()
def follow_federations(db: Database) -> None:
    """The federations that this co-op follows."""
    db.execute("""
        create table following (
            id integer primary key, -- in the order in which they were followed
            federation blob not null unique,
            followed_at integer not null
        ) strict
    """)
    for change in ("insert", "update", "delete"):
        db.execute(
            f"create trigger following_{change} after {change} on following"
            " begin update coops_revision set revision = revision + 1; end"
        )


@migrations()
def mend_the_first_ones(db: Database) -> None:
    """A co-op founded in this program's first hours has these tables as they were then."""
    columns = {row["name"] for row in db.query("select name from pragma_table_info('former_key')")}
    if "id" not in columns:
        db.execute("alter table former_key rename to former_key_then")
        db.execute("""
            create table former_key ( -- listed by an older descriptor only
                id integer primary key, -- in the order in which they were dropped
                coop blob not null,
                key blob not null,
                unique (coop, key)
            ) strict
        """)
        db.execute("insert into former_key (coop, key) select coop, key from former_key_then")
        db.execute("drop table former_key_then")
    db.execute("""
        create table if not exists dropped_list ( -- with its signer; no older list comes back
            coop blob not null,
            kid blob not null,
            issued_at integer not null,
            primary key (coop, kid)
        ) strict, without rowid
    """)


@migrations()
def block_coops(db: Database) -> None:
    """Whose cards the people here refuse, whoever lists them."""
    db.execute("""
        create table blocked (
            coop blob primary key,
            blocked_at integer not null
        ) strict, without rowid
    """)
    for change in ("insert", "delete"):
        db.execute(
            f"create trigger blocked_{change} after {change} on blocked"
            " begin update coops_revision set revision = revision + 1; end"
        )
