"""The tables of promotions and of prize draws."""

from sqlite_utils import Database, Migrations

migrations = Migrations("kiosk")


@migrations()
def create_promotion(db: Database) -> None:
    """What the kiosks show between two people; a picture is ours: drawn anew, small, JPEG."""
    db.executescript("""
        create table promotion (
            id integer primary key autoincrement, -- never given twice: its picture's address
            title text not null,
            words text not null,
            picture blob, -- JPEG
            described text not null default '', -- the picture, in words
            first_day text not null,
            last_day text not null,
            place integer not null, -- the order in which they are shown
            check (first_day <= last_day)
        ) strict;
    """)


@migrations()
def create_draw(db: Database) -> None:
    """Prize draws, and who takes part: erased some days after, while the result stays."""
    db.executescript("""
        create table draw (
            id integer primary key autoincrement,
            prize text not null,
            first_day text not null,
            last_day text not null,
            keep_days integer not null, -- entries go so many days after the draw
            made_at integer not null, -- seconds, UTC
            seed blob not null, -- 32 bytes; its hash is shown from the first day on
            closed_at integer,
            entry_count integer, -- once closed: tickets go from 1 to this
            entries_hash blob, -- once closed: shown before the draw
            word text not null default '', -- said by the room at the draw
            drawn_at integer,
            rounds integer not null default 0, -- how many were drawn: winners may decline
            erased_at integer, -- when the entries went
            check (first_day <= last_day),
            check ((closed_at is null) = (entries_hash is null)),
            check (drawn_at is null or closed_at is not null)
        ) strict;
        create table draw_entry (
            id integer primary key autoincrement,
            draw_id integer not null references draw (id),
            name text not null, -- first name; '' once erased at somebody's wish
            contact text not null, -- e-mail address or telephone
            person text unique, -- the draw, and the contact folded: one entry each
            spoken text not null,
            agreed text not null, -- what they agreed to, as it was shown
            entered_at integer not null,
            salt blob not null, -- 16 bytes: without them nothing can be guessed from the hash
            ticket integer, -- once closed
            told_at integer, -- when the winner was written to
            unique (draw_id, ticket)
        ) strict;
        create trigger draw_is_drawn_once before update on draw
        when old.closed_at is not null and (
            new.seed <> old.seed or new.entries_hash <> old.entries_hash
            or new.entry_count <> old.entry_count or new.closed_at <> old.closed_at
            or (old.drawn_at is not null and (
                new.drawn_at <> old.drawn_at or new.word <> old.word or new.rounds < old.rounds)))
        begin select raise(abort, 'what was drawn stays'); end;
        create trigger draw_takes_no_late_entry before insert on draw_entry
        when (select closed_at from draw where id = new.draw_id) is not null
        begin select raise(abort, 'the draw is closed'); end;
    """)
