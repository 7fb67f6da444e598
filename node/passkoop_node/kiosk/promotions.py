"""What the kiosks show between two people: the co-op's own news, for some days."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlite_utils import Database

from passkoop_node.core.audit import AuditStore
from passkoop_node.core.database import writing
from passkoop_node.errors import NodeError

MOST = 30
LONGEST_TITLE = 80
LONGEST_WORDS = 300


class PromotionNotFound(NodeError):
    """The promotion was deleted, or never was."""

    code = "promotion_not_found"
    hint = "Rechargez la page de la borne."

    def __init__(self) -> None:
        super().__init__("cette promotion n’existe pas, ou n’existe plus")


class TooManyPromotions(NodeError):
    """More than anybody looks at."""

    code = "too_many_promotions"
    hint = "Supprimez celles qui sont passées."

    def __init__(self) -> None:
        super().__init__(f"{MOST} promotions sont déjà là")


@dataclass(frozen=True, kw_only=True, slots=True)
class Promotion:
    """Something that a kiosk shows."""

    id: int = 0
    title: str
    words: str
    described: str  # the picture, in words
    first_day: date
    last_day: date
    picture: str = ""  # what the picture's address ends with; "": there is none

    def is_shown(self, today: date) -> bool:
        """Return whether kiosks show it today."""
        return self.first_day <= today <= self.last_day


class Promotions:
    """All SQL on the table `promotion`, with the log of what is done to it."""

    def __init__(self, db: Database, audit: AuditStore) -> None:
        self.db = db
        self.audit = audit

    def all(self) -> list[Promotion]:
        """Return them in their order."""
        return self._all("order by place, id", [])

    def shown(self, today: date) -> list[Promotion]:
        """Return those of today, in their order."""
        return [one for one in self.all() if one.is_shown(today)]

    def get(self, id: int) -> Promotion:
        """Return one, or raise PromotionNotFound."""
        found = self._all("where id = ?", [id])
        if not found:
            raise PromotionNotFound
        return found[0]

    def picture(self, id: int) -> bytes:
        """Return a picture as JPEG, or raise PromotionNotFound."""
        row = self.db.execute("select picture from promotion where id = ?", [id]).fetchone()
        if row is None or row[0] is None:
            raise PromotionNotFound
        return bytes(row[0])

    def add(self, new: Promotion, picture: bytes | None, *, actor: str, now: int) -> int:
        """Keep a promotion behind the others, and return its id.

        Args:
            new: what it says.
            picture: as `redrawn` gives it; None: without.
            actor: who does it.
            now: seconds, UTC.

        Raises:
            TooManyPromotions: nothing was kept.
        """
        with writing(self.db):
            count, last = self.db.execute(
                "select count(*), coalesce(max(place), 0) from promotion"
            ).fetchone()
            if count >= MOST:
                raise TooManyPromotions
            row = self.db.execute(
                "insert into promotion (title, words, picture, described, first_day, last_day,"
                " place) values (?, ?, ?, ?, ?, ?, ?) returning id",
                [*_values(new, picture), last + 1],
            ).fetchone()
            self.audit.add("promotion.add", now=now, actor=actor, subject=str(row[0]))
            return int(row[0])

    def change(
        self,
        id: int,
        new: Promotion,
        picture: bytes | None,
        *,
        drop_picture: bool = False,
        actor: str,
        now: int,
    ) -> None:
        """Keep what a promotion says now; without a new picture it keeps its own, or drops it.

        Raises:
            PromotionNotFound: nothing was changed.
        """
        with writing(self.db):
            if picture is None and self.get(id).picture and not drop_picture:
                picture = self.picture(id)
            self.db.execute(
                "update promotion set title = ?, words = ?, picture = ?, described = ?,"
                " first_day = ?, last_day = ? where id = ?",
                [*_values(new, picture), id],
            )
            self.audit.add("promotion.edit", now=now, actor=actor, subject=str(id))

    def delete(self, id: int, *, actor: str, now: int) -> None:
        """Delete one, or raise PromotionNotFound."""
        with writing(self.db):
            self.get(id)
            self.db.execute("delete from promotion where id = ?", [id])
            self.audit.add("promotion.delete", now=now, actor=actor, subject=str(id))

    def move(self, id: int, *, up: bool, actor: str, now: int) -> None:
        """Show one before the one that stood before it, or after the next one.

        Raises:
            PromotionNotFound: nothing was changed.
        """
        with writing(self.db):
            ids = [one.id for one in self.all()]
            if id not in ids:
                raise PromotionNotFound
            at = ids.index(id)
            to = at - 1 if up else at + 1
            if not 0 <= to < len(ids):
                return
            ids[at], ids[to] = ids[to], ids[at]
            for place, one in enumerate(ids, start=1):
                self.db.execute("update promotion set place = ? where id = ?", [place, one])
            self.audit.add("promotion.move", now=now, actor=actor, subject=str(id))

    def _all(self, rest: str, values: Sequence[Any]) -> list[Promotion]:
        columns = "id, title, words, described, first_day, last_day, picture"
        sql = f"select {columns} from promotion {rest}"  # noqa: S608 - ours
        rows = self.db.execute(sql, list(values)).fetchall()
        return [
            Promotion(
                id=id,
                title=title,
                words=words,
                described=described,
                first_day=date.fromisoformat(first),
                last_day=date.fromisoformat(last),
                picture=hashlib.sha256(picture).hexdigest()[:16] if picture else "",
            )
            for id, title, words, described, first, last, picture in rows
        ]


def _values(one: Promotion, picture: bytes | None) -> list[object]:
    return [
        one.title,
        one.words,
        picture,
        one.described,
        one.first_day.isoformat(),
        one.last_day.isoformat(),
    ]
