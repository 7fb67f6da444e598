"""All data of a member in one file: for programs, for people, and the documents."""

import io
import json
import zipfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import jinja2

from passkoop_node.booklet.data import FORMAT, Lines
from passkoop_node.booklet.documents import Document
from passkoop_node.booklet.labels import HOLDINGS, label, value_of
from passkoop_node.core.formats import day, moment
from passkoop_node.core.language import SOURCE, current, translate, translate_plural
from passkoop_node.members.member import Member

Content = Callable[[Document], bytes]


class _Pipe(io.RawIOBase):
    """Takes what is written and gives it away: nothing of the file is kept."""

    def __init__(self) -> None:
        self._parts: list[bytes] = []

    def writable(self) -> bool:
        return True

    def write(self, data: Any) -> int:
        self._parts.append(bytes(data))
        return len(data)

    def take(self) -> bytes:
        """Return what was written since the last time."""
        taken = b"".join(self._parts)
        self._parts.clear()
        return taken


class Archive:
    """The file, piece by piece: `begin`, then each document, then `end`."""

    def __init__(self, *, now: int) -> None:
        self._pipe = _Pipe()
        self._zip = zipfile.ZipFile(self._pipe, "w", zipfile.ZIP_DEFLATED)
        self._date = datetime.fromtimestamp(now, UTC).timetuple()[:6]

    def begin(self, told: Mapping[str, Lines], member: Member, *, coop: str, now: int) -> bytes:
        """Return the beginning: the data, for programs and for people."""
        document = {"format": FORMAT, "coop": coop, "made_at": now, **told}
        text = json.dumps(document, ensure_ascii=False, indent=1)
        self._put("donnees.json", text.encode())
        page = render_page(told, member, coop=coop, now=now)
        self._put("donnees.html", page.encode())
        return self._pipe.take()

    def add(self, document: Document, data: bytes) -> bytes:
        """Return one document more."""
        self._put(f"documents/{document.name}", data)
        return self._pipe.take()

    def end(self) -> bytes:
        """Return the end."""
        self._zip.close()
        return self._pipe.take()

    def _put(self, name: str, data: bytes) -> None:
        info = zipfile.ZipInfo(name, self._date)
        info.compress_type = zipfile.ZIP_DEFLATED
        self._zip.writestr(info, data)


def pieces(
    told: Mapping[str, Lines],
    member: Member,
    documents: Sequence[Document],
    content: Content,
    *,
    coop: str,
    now: int,
) -> Iterator[bytes]:
    """Yield the file of a member's data; one document at a time is held."""
    archive = Archive(now=now)
    yield archive.begin(told, member, coop=coop, now=now)
    for one in documents:
        yield archive.add(one, content(one))
    yield archive.end()


def render_page(told: Mapping[str, Lines], member: Member, *, coop: str, now: int) -> str:
    """Return the data as a page that any browser opens, in the language of the request."""
    house = jinja2.Environment(
        loader=jinja2.FileSystemLoader(Path(__file__).parent / "templates"),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        extensions=["jinja2.ext.i18n"],
        trim_blocks=True,
        lstrip_blocks=True,
    )
    house.install_gettext_callables(translate, translate_plural, newstyle=True)  # type: ignore[attr-defined]
    house.filters["day"] = day
    parts = [
        (
            HOLDINGS.get(name, name),
            [[(label(key), value_of(key, value)) for key, value in line.items()] for line in lines],
        )
        for name, lines in told.items()
        if lines
    ]
    language = current() if len(current()) == 2 else SOURCE
    return house.get_template("data_file.html").render(
        parts=parts, member=member, coop=coop, made=moment(now, now=now), language=language
    )
