"""The tables of this room, in the order in which they came to be."""

from sqlite_utils import Database, Migrations

migrations = Migrations("booklet")


@migrations()
def create_entrance(db: Database) -> None:
    """How members come to their own page: what was asked, links, sessions; secrets as hashes."""
    db.executescript("""
        create table own_asked ( -- a link was asked for; whoever is behind it is looked up later
            id integer primary key,
            email text not null,
            address text not null, -- what the link begins with
            language text not null,
            asked_at integer not null
        ) strict;
        create table own_link (
            token_hash blob primary key,
            email text not null collate nocase, -- for all who have this address, or
            member_id integer references member (id), -- for one person alone
            expires_at integer not null
        ) strict, without rowid;
        create table own_session (
            token_hash blob primary key,
            member_id integer not null references member (id),
            made_at integer not null,
            seen_at integer not null,
            idle integer not null -- seconds without a page after which it is over
        ) strict, without rowid;
        create index own_session_member on own_session (member_id);
    """)
