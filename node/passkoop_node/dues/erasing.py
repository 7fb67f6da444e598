"""What is held of a member beside the receipts: told to them, and erased with them."""

from sqlite_utils import Database

from passkoop_node.core.database import writing
from passkoop_node.errors import MemberNotFound
from passkoop_node.members.erasing import naming
from passkoop_node.members.member import Member
from passkoop_node.members.names import any_order
from passkoop_node.members.store import MemberStore
from passkoop_node.members.text import words

# What each table says of a member, for themselves. Names are our own.
_TOLD = {
    "free_time": "select first, last, why, granted_at as noted_at from granted where member_id = ?",
    "instalments": "select s.kind as kind, due_on, i.cents as cents, agreed_at as noted_at"
    " from schedule s join instalment i on i.schedule_id = s.id where s.member_id = ?",
    "shares": "select shares, cents from share_plan where member_id = ?",
    "transfer": "select reference, kind, cents, amount, made_at from expected where member_id = ?",
    "paid_in": "select source, paid_on, cents, payer, person, email, words, reference, state"
    " from incoming where member_id = ?",
    "receipt": "select d.year || '-' || printf('%04d', d.number) as receipt, paid_by, amount"
    " from payment_detail d join payment p on p.year = d.year and p.number = d.number"
    " where p.member_id = ?",
}
_ERASED = (
    (
        "update payment_detail set paid_by = '', amount = '' where exists (select 1 from payment p"
        " where p.year = payment_detail.year and p.number = payment_detail.number"
        " and p.member_id = ?)"
    ),
    "delete from granted where member_id = ?",
    "delete from instalment where schedule_id in (select id from schedule where member_id = ?)",
    "delete from schedule where member_id = ?",
    "delete from share_plan where member_id = ?",
    "delete from expected where member_id = ?",
)
_SILENCE = "update incoming set payer = '', person = '', email = '', words = ''"


class DuesHolding:
    """Tells and forgets all that this room holds of a member, but for the receipts themselves.

    Receipts keep their number, the amount, the day and the means: the law has the co-op keep them.
    """

    def __init__(self, db: Database) -> None:
        self.db = db
        self._members = MemberStore(db)

    def about(self, member_id: int) -> list[dict[str, object]]:
        """Return what is held of a member."""
        return [
            {"part": part, **row}
            for part, sql in _TOLD.items()
            for row in self.db.query(sql, [member_id])
        ]

    def erase_member(self, member_id: int, *, now: int) -> None:  # noqa: ARG002 - as all stores
        """Forget it; what others' receipts and bank lines say of them, too."""
        with writing(self.db):
            for sql in _ERASED:
                self.db.execute(sql, [member_id])
            self.db.execute(
                f"{_SILENCE}, reference = '', member_id = null where member_id = ?", [member_id]
            )
            try:
                member = self._members.get(member_id)
            except MemberNotFound:
                return
            self._forget_as_payer(member)

    def _forget_as_payer(self, member: Member) -> None:
        """Take a member out of what others' receipts and the lines of a bank say, however spelt.

        A line that waits keeps its day and its amount: money is lost to nobody.
        """
        name = any_order(member.given_name, member.family_name)
        said, is_them = set(name.split()), naming(member)
        rows = self.db.execute(
            "select rowid, paid_by from payment_detail where paid_by <> ''"
        ).fetchall()
        for row, paid_by in rows:
            if is_them(paid_by):
                self.db.execute("update payment_detail set paid_by = '' where rowid = ?", [row])
        rows = self.db.execute(
            "select id, member_id, payer, person, email, words from incoming"
            " where payer <> '' or person <> '' or email <> '' or words <> ''"
        ).fetchall()
        for row, owner, *texts in rows:
            is_reached = bool(member.email) and any(
                member.email.lower() in text.lower() for text in texts
            )
            is_named = any(map(is_them, filter(None, texts))) or (
                len(said) > 1 and said <= {word for text in texts for word in words(text)}
            )
            if is_reached or (is_named and not self._is_called(owner, name)):
                self.db.execute(f"{_SILENCE} where id = ?", [row])

    def _is_called(self, owner: int | None, name: str) -> bool:
        """Return whether the member whose a line is has the same name: then it is theirs."""
        if owner is None:
            return False
        return any(
            any_order(one.given_name, one.family_name) == name
            for one in self._members.of_ids([owner])
        )
