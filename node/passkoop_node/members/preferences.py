"""What members want to hear of, and by which channel: as they said, when, and how."""

import base64
import binascii
import hmac
import json
import secrets
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from sqlite_utils import Database

from passkoop_node.core.addresses import is_address
from passkoop_node.core.database import writing
from passkoop_node.members.household_store import migrations as migrations  # and those of its table
from passkoop_node.members.store import MemberStore


class Channel(StrEnum):
    """How somebody is reached."""

    EMAIL = "email"
    SMS = "sms"
    POST = "post"
    NONE = "none"


class Topic(StrEnum):
    """What a message is about."""

    DUES = "dues"  # dues and card: the membership needs it
    NEWS = "news"  # the life of the co-op
    NETWORK = "network"  # the other co-ops
    OFFERS = "offers"  # promotions and prize draws

    @property
    def is_required(self) -> bool:
        """Whether the membership needs it: nobody has to say yes first."""
        return self is Topic.DUES


FEW = 500  # members of whom it is asked one by one, and not of all
HOWS = ("kiosk", "online", "office", "import", "self")  # ways to say it

_TOPIC_BYTES = {topic: bytes([number]) for number, topic in enumerate(Topic)}  # in tokens that went
_BYTE_TOPICS = {byte: topic for topic, byte in _TOPIC_BYTES.items()}
_HANDLE, _MAC = 9, 14  # bytes; a token is 32 characters


@dataclass(frozen=True, kw_only=True, slots=True)
class Said:
    """That a member said something about a topic."""

    at: int  # seconds, UTC
    how: str  # one of HOWS


@dataclass(frozen=True, kw_only=True, slots=True)
class Preferences:
    """What a member wants, topic by topic."""

    channels: Mapping[Topic, Channel]  # of every topic
    said: Mapping[Topic, Said]  # of those that were ever spoken of

    @property
    def consent_at(self) -> int | None:
        """When the member last said anything; None: never."""
        return max((one.at for one in self.said.values()), default=None)

    @property
    def consent_how(self) -> str:
        """How that was said; "" if never."""
        return max(self.said.values(), key=lambda one: one.at).how if self.said else ""


@migrations()
def create_preference(db: Database) -> None:
    """Who never said anything has no line: only what the membership needs is sent to them."""
    db.executescript("""
        create table preference (
            member_id integer not null references member (id),
            topic text not null,
            channel text not null,
            said_at integer not null, -- seconds, UTC
            how text not null, -- kiosk, online, office, import, self
            primary key (member_id, topic)
        ) strict, without rowid;
        create table unsubscribe (
            member_id integer primary key references member (id),
            handle blob not null unique -- names the member in links, and nowhere else
        ) strict;
        create table unsubscribe_secret (secret blob not null) strict; -- one line
        insert into unsubscribe_secret values (randomblob(32));
    """)


class PreferenceStore:
    """All SQL on the tables `preference` and `unsubscribe`."""

    def __init__(self, db: Database) -> None:
        self.db = db
        self._members = MemberStore(db)

    def of(self, member_id: int) -> Preferences:
        """Return what a member wants, or what holds for one who never said.

        Raises:
            MemberNotFound: nobody has this id.
        """
        rows = self.db.execute(
            "select topic, channel, said_at, how from preference where member_id = ?", [member_id]
        ).fetchall()
        return _preferences(rows, email=self._members.get(member_id).email)

    def of_all(self, member_ids: Collection[int] | None = None) -> dict[int, Preferences]:
        """Return what each of these members wants, of all if none are named; read at one go."""
        said: dict[int, list[tuple[str, str, int, str]]] = defaultdict(list)
        few = member_ids if member_ids is not None and len(member_ids) <= FEW else None
        for id, *rest in self.db.execute(
            "select member_id, topic, channel, said_at, how from preference"
            " where ?1 is null or member_id in (select value from json_each(?1))",
            [None if few is None else json.dumps([*few])],
        ):
            said[id].append((rest[0], rest[1], rest[2], rest[3]))
        if few is None:
            emails = self._members.emails()
        else:
            emails = {one.id: one.email for one in self._members.of_ids([*few])}
        return {
            id: _preferences(said.get(id, ()), email=emails[id])
            for id in (emails if member_ids is None else member_ids)
            if id in emails
        }

    def keep(
        self, member_id: int, channels: Mapping[Topic, Channel], *, how: str, now: int
    ) -> Mapping[Topic, Channel]:
        """Keep what a member said; return what is another by that.

        Args:
            channels: of the topics that were spoken of; the others stay as they are.
            how: one of HOWS.

        What was said already, alike, keeps the day on which it was.
        """
        if how not in HOWS:
            raise ValueError(f"nobody says it by {how}")
        with writing(self.db):
            before = self.of(member_id)
            fresh = {
                topic: channel
                for topic, channel in channels.items()
                if topic not in before.said or before.channels[topic] is not channel
            }
            self.db.conn.executemany(
                "insert or replace into preference (member_id, topic, channel, said_at, how)"
                " values (?, ?, ?, ?, ?)",
                [(member_id, topic, channel, now, how) for topic, channel in fresh.items()],
            )
        return {
            topic: channel
            for topic, channel in fresh.items()
            if before.channels[topic] is not channel
        }

    # --- what a file says of many ---

    def said_of(self, topic: Topic) -> dict[int, tuple[Channel, str]]:
        """Return what was said about a topic and how, by the ids of those who said anything."""
        rows = self.db.execute(
            "select member_id, channel, how from preference where topic = ?", [topic]
        )
        return {id: (Channel(channel), how) for id, channel, how in rows}

    def keep_imported(self, topic: Topic, said: Sequence[tuple[str, Channel]], *, now: int) -> None:
        """Keep what a file says of members, by number, unless they said it to the co-op itself."""
        with writing(self.db):
            self.db.conn.executemany(
                "insert into preference (member_id, topic, channel, said_at, how)"
                " select id, ?2, ?3, ?4, 'import' from member where number = ?1"
                " on conflict (member_id, topic) do update set channel = excluded.channel,"
                " said_at = excluded.said_at where how = 'import' and channel <> excluded.channel",
                [(number, topic, channel, now) for number, channel in said],
            )

    # --- links by which one says no, without a password ---

    def unsubscribe_token(self, member_id: int, topic: Topic) -> str:
        """Return what stands in the link that ends a topic for a member, always the same.

        Old letters are unsubscribed from too, so that it has no end; it can do nothing else.
        """
        with writing(self.db):
            self.db.execute(
                "insert into unsubscribe (member_id, handle) values (?, ?) on conflict do nothing",
                [member_id, secrets.token_bytes(_HANDLE)],
            )
            (handle,) = self.db.execute(
                "select handle from unsubscribe where member_id = ?", [member_id]
            ).fetchone()
        named = handle + _TOPIC_BYTES[topic]
        return base64.urlsafe_b64encode(named + self._mac(named)).decode()

    def by_token(self, token: str) -> tuple[int, Topic] | None:
        """Return whom and what a link is about; None: nobody, or nobody any more."""
        try:
            raw = base64.b64decode(token, altchars=b"-_", validate=True)
        except (binascii.Error, ValueError):
            return None
        named, mac = raw[: _HANDLE + 1], raw[_HANDLE + 1 :]
        topic = _BYTE_TOPICS.get(named[_HANDLE:])
        if topic is None or not hmac.compare_digest(mac, self._mac(named)):
            return None
        row = self.db.execute(
            "select member_id from unsubscribe where handle = ?", [named[:_HANDLE]]
        ).fetchone()
        return (row[0], topic) if row else None

    def _mac(self, named: bytes) -> bytes:
        (secret,) = self.db.execute("select secret from unsubscribe_secret").fetchone()
        return hmac.digest(secret, b"unsubscribe" + named, "sha256")[:_MAC]

    # --- what is a member's ---

    def about(self, member_id: int) -> list[dict[str, object]]:
        """Return what is kept of a member."""
        rows = self.db.query(
            "select topic, channel, said_at, how from preference where member_id = ?"
            " order by topic",
            [member_id],
        )
        return [dict(row) for row in rows]

    def erase_member(self, member_id: int, *, now: int) -> None:  # noqa: ARG002 - as all stores
        """Forget what a member wanted; links in letters that went lead to nobody."""
        with writing(self.db):
            self.db.execute("delete from preference where member_id = ?", [member_id])
            self.db.execute("delete from unsubscribe where member_id = ?", [member_id])


def _preferences(rows: Collection[tuple[str, str, int, str]], *, email: str) -> Preferences:
    channels = dict.fromkeys(Topic, Channel.NONE)
    channels[Topic.DUES] = Channel.EMAIL if is_address(email) else Channel.POST
    channels |= {Topic(topic): Channel(channel) for topic, channel, _at, _how in rows}
    said = {Topic(topic): Said(at=at, how=how) for topic, _channel, at, how in rows}
    return Preferences(channels=channels, said=said)
