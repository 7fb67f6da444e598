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


@migrations()
def create_booklet(db: Database) -> None:
    """What members keep in their booklet, what the office puts there, what they ask of it."""
    db.executescript("""
        create table own_note (
            id integer primary key,
            member_id integer not null references member (id),
            kind text not null, -- visit, purchase
            day text not null, -- ISO date
            coop text not null, -- its name, as it was chosen or written
            cents integer, -- null: not said
            words text not null,
            noted_at integer not null
        ) strict;
        create index own_note_member on own_note (member_id, day);
        create table own_document (
            id integer primary key autoincrement, -- a link must not lead to another one
            member_id integer references member (id), -- null: for all members
            title text not null,
            name text not null, -- of the file
            kind text not null, -- such as application/pdf
            data blob not null,
            put_at integer not null
        ) strict;
        create index own_document_member on own_document (member_id);
        create table own_wish ( -- what a member asks of the office
            id integer primary key,
            member_id integer not null references member (id),
            kind text not null, -- change, erase
            details text not null, -- JSON: what is to become what
            asked_at integer not null,
            unique (member_id, kind)
        ) strict;
        create table own_email ( -- a new address, until somebody there confirms it
            token_hash blob primary key,
            member_id integer not null references member (id),
            email text not null,
            expires_at integer not null
        ) strict, without rowid;
    """)


@migrations()
def close_with_the_address(db: Database) -> None:
    """A session is over once the member has another e-mail address, whoever changed it."""
    db.execute("alter table own_session add column email text not null default ''")
