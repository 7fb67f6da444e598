"""The tables of this room, in the order in which they came to be."""

from sqlite_utils import Database, Migrations

migrations = Migrations("visits")


@migrations()
def create_visit(db: Database) -> None:
    """The register that only grows, and beside it what may be erased."""
    db.executescript("""
        create table visit (
            seq integer primary key, -- from 1, without gaps
            till text not null,
            line text not null, -- the till's own number: sent twice, it counts once
            at integer not null,
            received integer not null,
            day text not null, -- ISO date in the shop, when it was written down
            kind integer not null, -- 0 own, 1 card, 2 without, 3 cancels, 4 corrects an amount
            home blob, -- home co-op
            category integer, -- of the card
            amount integer, -- cents; null: not counted
            outcome integer, -- what the till showed
            reasons text not null, -- codes, parted by spaces
            remarks text not null, -- codes added when it was written down
            rule text not null,
            corrects_till text,
            corrects_line text,
            holder_mac blob not null, -- over visit_holder; empty: nobody in particular
            words_mac blob not null, -- over visit_words; empty: nothing was said
            hash blob not null, -- over this line and the hash of the one before
            unique (till, line)
        ) strict;
        create index visit_day on visit (day);
        create index visit_home on visit (home);
        create index visit_corrects on visit (corrects_till, corrects_line)
            where corrects_till is not null;

        create trigger visit_is_not_changed before update on visit
        begin select raise(abort, 'the register of visits only grows'); end;
        create trigger visit_is_not_deleted before delete on visit
        begin select raise(abort, 'the register of visits only grows'); end;
        -- `insert or replace` would delete without asking the trigger above.
        create trigger visit_grows_at_its_end before insert on visit
        when new.seq is not (select coalesce(max(seq), 0) + 1 from visit)
            or exists (select 1 from visit where till = new.till and line = new.line)
        begin select raise(abort, 'the register of visits only grows at its end'); end;

        create table visit_holder ( -- who it was, as a pseudonym: visits are counted by it
            seq integer primary key references visit (seq),
            salt blob not null,
            holder blob not null -- HMAC of co-op and member ref under a secret of ours
        ) strict;
        create index visit_holder_of on visit_holder (holder);
        create table visit_words ( -- what was said of a person
            seq integer primary key references visit (seq),
            salt blob not null,
            name text not null,
            email text not null,
            reason text not null
        ) strict;
        create trigger visit_holder_is_not_changed before update on visit_holder
        begin select raise(abort, 'personal data are erased, never changed'); end;
        create trigger visit_words_are_not_changed before update on visit_words
        begin select raise(abort, 'personal data are erased, never changed'); end;

        create table visit_conflict ( -- a line that came again with other content
            seq integer not null references visit (seq),
            content blob not null, -- SHA-256 of what it said
            facts text not null, -- JSON, without personal data
            received integer not null,
            primary key (seq, content)
        ) strict, without rowid;

        create view visit_now as -- visits as corrections left them
            select v.seq, v.at, v.day, v.kind, v.home, v.rule,
                coalesce((
                    select c.amount from visit c
                    where c.corrects_till = v.till and c.corrects_line = v.line and c.kind = 4
                    order by c.seq desc limit 1
                ), v.amount) as amount,
                exists (
                    select 1 from visit c
                    where c.corrects_till = v.till and c.corrects_line = v.line and c.kind = 3
                ) as cancelled
            from visit v where v.kind in (0, 1, 2);
    """)


@migrations()
def create_guest(db: Database) -> None:
    """People who come without a card, while they try the co-op."""
    db.executescript("""
        create table guest (
            id integer primary key autoincrement, -- never another person's
            ref blob not null unique, -- 8 random bytes, on their visitor's card
            name text not null,
            folded text not null, -- the name without case and accents
            email text not null collate nocase,
            sponsor_id integer references member (id) on delete set null,
            kind integer not null, -- what they were promised: 1 word, 2 visits, 3 days, 4 sponsor
            allowed integer not null, -- visits or days; 0 for their word
            first_day text not null, -- ISO date
            last_day text, -- ISO date, the last on which they are welcome; null: no such day
            created_at integer not null
        ) strict;
        create index guest_folded on guest (folded);
        create index guest_email on guest (email) where email <> '';
    """)


@migrations()
def create_sales(db: Database) -> None:
    """What the office types for the 20 %, and what other co-ops tell of our members."""
    db.executescript("""
        create table turnover (
            month text primary key, -- 2028-05
            amount integer not null, -- cents
            entered_at integer not null
        ) strict;
        create table visitor_sales ( -- one total at closing, of a day or of a whole month
            period text primary key, -- 2028-05-14 or 2028-05
            amount integer not null, -- cents
            entered_at integer not null
        ) strict;
        create table received_abroad ( -- visits of our members to another co-op, as it tells us
            home blob not null, -- the co-op that welcomed them
            month text not null,
            visits integer not null,
            entered_at integer not null,
            primary key (home, month)
        ) strict, without rowid;
    """)
