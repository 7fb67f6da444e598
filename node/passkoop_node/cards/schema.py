"""The tables of cards, and how they grew."""

from sqlite_utils import Database, Migrations

migrations = Migrations("cards")


@migrations()
def create_card(db: Database) -> None:
    """Cards, and places that a restored register does not know but must not give again."""
    db.executescript("""
        create table card (
            id integer primary key autoincrement,
            kid blob not null, -- of the issuing key
            status_index integer not null,
            member_id integer not null references member (id),
            holder_name text not null,
            category integer not null,
            issued_at integer not null,
            expires_at integer not null,
            state integer not null default 0, -- 0 valid, 1 revoked, 2 suspended
            reason text not null default '',
            changed_at integer not null,
            data blob, -- as signed; null between choosing the place and signing
            unique (kid, status_index)
        ) strict;
        create index card_member on card (member_id);
        create table lost_place ( -- not to be given: a lost register may have, says a fetched list
            kid blob not null,
            status_index integer not null,
            state integer not null,
            primary key (kid, status_index)
        ) strict, without rowid;
    """)


@migrations()
def let_guests_have_cards(db: Database) -> None:
    """A card is a member's, or a guest's: a person who tries the co-op and is no member."""
    # SQLite takes no `not null` away from a column: the table is made anew.
    db.executescript("""
        create table card_anew (
            id integer primary key autoincrement,
            kid blob not null, -- of the issuing key
            status_index integer not null,
            member_id integer references member (id), -- null: a guest's
            guest_ref blob, -- the reference on a guest's card; null: a member's, or erased
            holder_name text not null,
            category integer not null,
            issued_at integer not null,
            expires_at integer not null,
            state integer not null default 0, -- 0 valid, 1 revoked, 2 suspended
            reason text not null default '',
            changed_at integer not null,
            data blob, -- as signed; null between choosing the place and signing, and once erased
            unique (kid, status_index)
        ) strict;
        insert into card_anew (id, kid, status_index, member_id, holder_name, category, issued_at,
            expires_at, state, reason, changed_at, data)
        select id, kid, status_index, member_id, holder_name, category, issued_at, expires_at,
            state, reason, changed_at, data from card;
        drop table card;
        alter table card_anew rename to card;
        create index card_member on card (member_id);
        create index card_guest on card (guest_ref) where guest_ref is not null;
    """)


@migrations()
def follow_the_principal(db: Database) -> None:
    """Know which cards are suspended because the principal's of the household is."""
    db.executescript("""
        alter table card add column with_principal integer not null default 0; -- 1: it is why
    """)


@migrations()
def count_holders(db: Database) -> None:
    """Find who has a card without reading the cards."""
    db.executescript("""
        create index card_holder on card (member_id, state, expires_at);
        drop index card_member;
    """)


@migrations()
def know_which_were_sent(db: Database) -> None:
    """Know which cards went to their members by e-mail."""
    db.execute("alter table card add column sent_at integer")  # seconds, UTC; null: never


@migrations()
def read_places_quickly(db: Database) -> None:
    """Make a status list of tens of thousands of cards without reading the cards."""
    db.execute("create index card_place on card (kid, status_index, state)")


@migrations()
def know_why_it_is_suspended(db: Database) -> None:
    """Know which suspensions end by themselves: those that nobody decided of one person."""
    db.executescript("""
        alter table card add column held_for text not null default ''; -- dues; '': somebody decided
        create index card_held on card (member_id) where held_for <> '';
    """)
