"""Who is affiliated to whom, on disk."""

from collections.abc import Sequence

from sqlite_utils import Database

from passkoop_node.core.database import writing
from passkoop_node.members.store import migrations as migrations  # and those of its tables


@migrations()
def create_affiliation(db: Database) -> None:
    """The households: those who are affiliated, each to one member, the principal."""
    # The guards hold whoever writes: in two households at once, nobody would know whose dues count.
    db.executescript("""
        create table affiliation (
            member_id integer primary key references member (id), -- in one household at most
            principal_id integer not null references member (id),
            since integer not null, -- seconds, UTC
            check (member_id <> principal_id)
        ) strict;
        create index affiliation_principal on affiliation (principal_id);
        create trigger affiliation_has_one_principal before insert on affiliation
        when exists (select 1 from affiliation
            where member_id = new.principal_id or principal_id = new.member_id)
        begin select raise(abort, 'a household has one principal'); end;
        create trigger affiliation_is_not_changed before update on affiliation
        begin select raise(abort, 'an affiliation is made anew'); end;
    """)


class HouseholdStore:
    """All SQL on the table `affiliation`, by the members' ids."""

    def __init__(self, db: Database) -> None:
        self.db = db

    def principal_of(self, member_id: int) -> int | None:
        """Return to whom a member is affiliated; None if to nobody."""
        found = self.principals_of([member_id])
        return found.get(member_id)

    def principals_of(self, member_ids: Sequence[int]) -> dict[int, int]:
        """Return to whom each of these members is affiliated, those who are to nobody left out."""
        found: dict[int, int] = {}
        for first in range(0, len(member_ids), 500):
            some = member_ids[first : first + 500]
            where = f"member_id in ({', '.join('?' * len(some))})"
            sql = f"select member_id, principal_id from affiliation where {where}"  # noqa: S608
            found |= dict(self.db.execute(sql, list(some)).fetchall())
        return found

    def principals_of_all(self) -> dict[int, int]:
        """Return to whom each who is affiliated is."""
        rows = self.db.execute("select member_id, principal_id from affiliation")
        return dict(rows.fetchall())

    def affiliated_to(self, principal_id: int) -> list[int]:
        """Return who is affiliated to a member, the first to come first."""
        rows = self.db.execute(
            "select member_id from affiliation where principal_id = ? order by since, member_id",
            [principal_id],
        )
        return [id for (id,) in rows]

    def sizes(self, principal_ids: Sequence[int]) -> dict[int, int]:
        """Return how many are in the household of each of these members, if they have one."""
        if not principal_ids:
            return {}
        sizes = "select principal_id, count(*) + 1 from affiliation"
        where = f"principal_id in ({', '.join('?' * len(principal_ids))})"
        sql = f"{sizes} where {where} group by principal_id"
        return dict(self.db.execute(sql, list(principal_ids)).fetchall())

    def sizes_of_all(self) -> dict[int, int]:
        """Return how many are in each household, by its principal."""
        rows = self.db.execute(
            "select principal_id, count(*) + 1 from affiliation group by principal_id"
        )
        return dict(rows.fetchall())

    def add(self, member_id: int, *, to: int, now: int) -> None:
        """Note that a member is affiliated to another; the rules have allowed it."""
        with writing(self.db):
            self._count_writing()
            self.db.execute(
                "insert into affiliation (member_id, principal_id, since) values (?, ?, ?)",
                [member_id, to, now],
            )

    def add_all(self, pairs: Sequence[tuple[str, str]], *, now: int) -> None:
        """Note for many at once who is affiliated to whom, by their numbers."""
        if not pairs:
            return
        with writing(self.db):
            self._count_writing()
            self.db.conn.executemany(
                "insert into affiliation (member_id, principal_id, since)"
                " select one.id, other.id, ?3 from member one, member other"
                " where one.number = ?1 and other.number = ?2",
                [(number, principal, now) for number, principal in pairs],
            )

    def about(self, member_id: int) -> list[dict[str, object]]:
        """Return how a member belongs to a household; of the others, that they are so many."""
        rows = self.db.execute("select since from affiliation where member_id = ?", [member_id])
        told: list[dict[str, object]] = [{"role": "affiliated", "since": at} for (at,) in rows]
        if others := self.affiliated_to(member_id):
            told.append({"role": "principal", "affiliated": len(others)})
        return told

    def erase_member(self, member_id: int, *, now: int) -> None:  # noqa: ARG002 - as all stores
        """Take a member out of any household; the others are no longer affiliated to them."""
        with writing(self.db):
            self.db.execute(
                "delete from affiliation where ? in (member_id, principal_id)", [member_id]
            )

    def remove(self, member_ids: Sequence[int]) -> None:
        """Forget to whom these members are affiliated."""
        with writing(self.db):
            self._count_writing()
            self.db.conn.executemany(
                "delete from affiliation where member_id = ?", [(id,) for id in member_ids]
            )

    def _count_writing(self) -> None:
        # An import that was reckoned before is reckoned anew.
        self.db.execute("update member_revision set revision = revision + 1")
