"""Documents that the office puts into booklets: for one member, or for all."""

from dataclasses import dataclass

from sqlite_utils import Database

from passkoop_node.core.audit import AuditStore
from passkoop_node.core.database import writing
from passkoop_node.core.formats import local_day
from passkoop_node.core.language import _
from passkoop_node.errors import NodeError
from passkoop_node.members.member import Member

MAX_BYTES = 5_000_000
MOST = 2_000  # in the whole co-op: they are in each backup
MOST_BYTES = 500_000_000
LONGEST_TITLE = 100  # characters

# What a file begins with, and what it is then; the name that somebody gave it says nothing.
_BEGINNINGS = (
    (b"%PDF-", "application/pdf", "pdf"),
    (b"\x89PNG\r\n\x1a\n", "image/png", "png"),
    (b"\xff\xd8\xff", "image/jpeg", "jpg"),
)


class BadDocument(NodeError):
    """The file is none that a booklet takes."""

    code = "bad_document"

    def __init__(self, reason: str, hint: str) -> None:
        super().__init__(reason)
        self.hint = hint


class DocumentNotFound(NodeError):
    """There is no such document, or it is not for this member."""

    code = "document_not_found"
    hint = "Revenez au carnet\u202f: la liste y est à jour."

    def __init__(self) -> None:
        super().__init__("ce document n’existe pas, ou n’existe plus")


@dataclass(frozen=True, kw_only=True, slots=True)
class Document:
    """A document, without its content."""

    id: int
    member_id: int | None  # None: for all
    title: str
    name: str
    kind: str
    size: int  # bytes
    put_at: int

    def is_for(self, member: Member) -> bool:
        """Return whether a member may see it: of what is for all, what came while they belonged."""
        if self.member_id is not None:
            return self.member_id == member.id
        return member.left is None or local_day(self.put_at) <= member.left


_SELECT = "select id, member_id, title, name, kind, length(data) as size, put_at from own_document"


class DocumentStore:
    """All SQL on the table `own_document`."""

    def __init__(self, db: Database, audit: AuditStore) -> None:
        self.db = db
        self.audit = audit

    def put(
        self, member_id: int | None, title: str, data: bytes, *, actor: str, number: str, now: int
    ) -> int:
        """Keep a document and return its id.

        Args:
            member_id: whose it is; None: of all members.
            title: what members read.
            data: a PDF, a PNG or a JPEG.
            actor: who puts it there.
            number: the member's, for the log; "" for all.
            now: seconds, UTC.

        Raises:
            BadDocument: too large, of another kind, or one too many; nothing was kept.
        """
        kind, ending = kind_of(data)
        with writing(self.db):
            count, size = self.db.execute(
                "select count(*), coalesce(sum(length(data)), 0) from own_document"
            ).fetchone()
            if count >= MOST or size + len(data) > MOST_BYTES:
                raise BadDocument(
                    _("il y a déjà trop de documents"), _("Retirez d'abord les anciens.")
                )
            row = self.db.execute(
                "insert into own_document (member_id, title, name, kind, data, put_at)"
                " values (?, ?, '', ?, ?, ?) returning id",
                [member_id, title, kind, data, now],
            ).fetchone()
            self.db.execute(
                "update own_document set name = ? where id = ?",
                [f"document-{row[0]}.{ending}", row[0]],
            )
            action = "own.document" if member_id is not None else "own.publish"
            self.audit.add(action, now=now, actor=actor, subject=number)
            return int(row[0])

    def for_member(self, member_id: int) -> list[Document]:
        """Return what is for a member, their own and that of all, the latest first."""
        return self._all("where member_id = ? or member_id is null", [member_id])

    def of_all(self) -> list[Document]:
        """Return what is for all members."""
        return self._all("where member_id is null", [])

    def own(self, member_id: int) -> list[Document]:
        """Return what is for one member alone."""
        return self._all("where member_id = ?", [member_id])

    def content(self, id: int, *, member_id: int | None) -> tuple[Document, bytes]:
        """Return a document that a member may see; `member_id` None: the office asks.

        Raises:
            DocumentNotFound: they may not, or there is none.
        """
        found = self._all(
            "where id = ? and (?2 is null or member_id is null or member_id = ?2)", [id, member_id]
        )
        if not found:
            raise DocumentNotFound
        (data,) = self.db.execute("select data from own_document where id = ?", [id]).fetchone()
        return found[0], data

    def remove(self, id: int, *, actor: str, number: str, now: int) -> None:
        """Take a document away."""
        with writing(self.db):
            if self.db.execute("delete from own_document where id = ?", [id]).rowcount:
                action = "own.document_gone" if number else "own.unpublish"
                self.audit.add(action, now=now, actor=actor, subject=number)

    def about(self, member_id: int) -> list[dict[str, object]]:
        """Return which documents are for a member alone; their content lies beside this list."""
        return [
            {"title": one.title, "file": f"documents/{one.name}", "put_at": one.put_at}
            for one in self.own(member_id)
        ]

    def erase_member(self, member_id: int, *, now: int) -> None:  # noqa: ARG002 - as all stores
        """Delete the documents of a member."""
        with writing(self.db):
            self.db.execute("delete from own_document where member_id = ?", [member_id])

    def _all(self, rest: str, values: list[object]) -> list[Document]:
        rows = self.db.query(f"{_SELECT} {rest} order by put_at desc, id desc", values)
        return [Document(**row) for row in rows]


def kind_of(data: bytes) -> tuple[str, str]:
    """Return what a file is, and how its name ends.

    Raises:
        BadDocument: nothing that a booklet takes.
    """
    if len(data) > MAX_BYTES:
        raise BadDocument(_("ce fichier dépasse 5 Mo"), _("Choisissez-en un plus petit."))
    for beginning, kind, ending in _BEGINNINGS:
        if data.startswith(beginning):
            return kind, ending
    raise BadDocument(
        _("ce fichier n'est ni un PDF, ni une image PNG ou JPEG"),
        _("Enregistrez-le en PDF, puis recommencez."),
    )
