"""The tables about money that came after the payments. Names stand here, where they can go."""

from sqlite_utils import Database

from passkoop_node.dues.store import migrations as migrations


@migrations()
def create_payment_detail(db: Database) -> None:
    """What a receipt says beyond its payment; a name in it is erased, the payment stays."""
    db.executescript("""
        create table payment_detail (
            year integer not null,
            number integer not null,
            paid_by text not null, -- who paid, where it was not the member
            amount text not null, -- what the co-op calls the amount
            is_part integer not null, -- a part of a year's dues, which alone pays no day
            primary key (year, number),
            foreign key (year, number) references payment (year, number)
        ) strict;
        create table granted (
            id integer primary key,
            member_id integer not null references member (id),
            first text not null, -- the days that nothing is paid for, both included
            last text not null,
            why text not null, -- the name of the amount, or a word of the office
            granted_at integer not null, -- seconds, UTC
            taken_back_at integer,
            check (first <= last)
        ) strict;
        create index granted_member on granted (member_id);
    """)


@migrations()
def create_schedule(db: Database) -> None:
    """What was agreed to be paid in several times, and the shares that somebody wants."""
    db.executescript("""
        create table schedule (
            id integer primary key,
            member_id integer not null references member (id),
            kind text not null, -- dues, share
            cents integer not null check (cents > 0), -- of all instalments
            first text, -- the year that is paid for; none for shares
            last text,
            agreed_at integer not null, -- seconds, UTC
            since integer not null, -- the payments noted after this one count: its row
            ended_at integer, -- it is paid, or given up
            check ((first is null) = (kind = 'share'))
        ) strict;
        create unique index schedule_open on schedule (member_id, kind) where ended_at is null;
        create table instalment (
            schedule_id integer not null references schedule (id),
            due_on text not null,
            cents integer not null check (cents > 0),
            primary key (schedule_id, due_on)
        ) strict;
        create table share_plan (
            member_id integer primary key references member (id),
            shares integer not null check (shares > 0),
            cents integer not null check (cents > 0) -- of one share
        ) strict;
    """)


@migrations()
def create_incoming(db: Database) -> None:
    """What is expected by transfer, and what came in by a bank's or a shop's file."""
    db.executescript("""
        create table expected (
            id integer primary key,
            reference text not null unique, -- ISO 11649, without spaces
            member_id integer references member (id), -- none yet: who asks to join
            subject text not null, -- whose it is until then, as another room names it
            kind text not null, -- dues, share
            cents integer not null check (cents > 0),
            amount text not null, -- what the co-op calls it
            made_at integer not null -- seconds, UTC
        ) strict;
        create index expected_member on expected (member_id);
        create table incoming (
            id integer primary key,
            source text not null, -- bank, online
            mark text not null unique, -- tells a line from all others, without saying what it says
            order_ref text not null, -- of a shop
            paid_on text not null,
            cents integer not null check (cents >= 0),
            payer text not null, -- these words go when the line is done with and the law allows it
            person text not null, -- for whom, where the file says so
            email text not null,
            words text not null,
            reference text not null,
            state text not null, -- waiting, noted, dismissed, cancelled
            member_id integer references member (id),
            year integer, -- of the receipt
            number integer,
            seen_at integer not null, -- seconds, UTC
            foreign key (year, number) references payment (year, number)
        ) strict;
        create index incoming_state on incoming (state);
        create index incoming_member on incoming (member_id);
        create index incoming_order on incoming (order_ref);
    """)


@migrations()
def find_incoming_by_reference(db: Database) -> None:
    """What came in under a reference is asked for with each line of a statement."""
    db.execute("create index incoming_reference on incoming (reference) where reference <> ''")
