"""Members from a file: first a plan that changes nothing, then all of it or nothing."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from datetime import UTC, date, datetime
from enum import StrEnum
from itertools import islice

from passkoop_node.core.collecting import without_collector
from passkoop_node.core.database import writing
from passkoop_node.core.language import Message, _
from passkoop_node.errors import NothingToImport, RegisterChanged
from passkoop_node.members.beside import Beside, Known, Reckoning, known_in, write_beside
from passkoop_node.members.cells import BadLine, read_values
from passkoop_node.members.columns import NOTHING_CHOSEN, Columns, normalised, recognised
from passkoop_node.members.csvfiles import Row, Table
from passkoop_node.members.exports import EXPORTS
from passkoop_node.members.member import Member, MemberData
from passkoop_node.members.modes import Mode, Whom, within
from passkoop_node.members.names import as_written
from passkoop_node.members.persons import NAMES, Line, Person
from passkoop_node.members.reading import read_into
from passkoop_node.members.store import MemberStore, Progress
from passkoop_node.members.text import shown
from passkoop_node.members.titles import read_list

MOST_EXAMPLES = 3


class Outcome(StrEnum):
    """What becomes of a line."""

    CREATED = "created"
    UPDATED = "updated"
    UNCHANGED = "unchanged"
    REPEATED = "repeated"  # about somebody of whom another line gives the outcome
    SKIPPED = "skipped"  # a cancelled order, or somebody whom the mode does not take
    ERROR = "error"


@dataclass(frozen=True, kw_only=True, slots=True)
class LineReport:
    """What becomes of one line of the file, and what to say about it."""

    line: int  # in the file, from 1; the header is a line too
    outcome: Outcome
    number: str = ""
    name: str = ""
    message: str = ""  # for people: what is wrong and what to do, or remarks
    changes: tuple[str, ...] = ()  # of who is updated: the fields that will be others

    def __str__(self) -> str:
        """Return the line as it is shown to people."""
        return _("ligne %(line)s : %(text)s", line=self.line, text=self.message or self.name)


@dataclass(frozen=True, kw_only=True, slots=True)
class FoundColumn:
    """A column of the file, and what is made of it."""

    header: str
    key: str  # its header as `normalised` gives it, "" for one without title
    field: str  # of a member, or a word of the export's own; "" if nothing is taken
    examples: Sequence[str]


@dataclass(frozen=True, kw_only=True, slots=True)
class ImportPlan:
    """What an import will do. Nothing is done yet."""

    export: str  # the name of the program's export that was recognised, or "generic"
    title: Message  # the same for people
    encoding: str
    delimiter: str
    columns: Sequence[str]  # what was recognised: fields of a member
    found: Sequence[FoundColumn]  # the columns of the file, in their order
    ignored: Sequence[str]  # headers of which nothing is taken
    warnings: Sequence[str]  # on the whole file
    lines: Sequence[LineReport]  # one for each, in the order of the file
    additions: Sequence[MemberData]
    updates: Sequence[Member]
    beside: Beside
    mode: Mode
    revision: int  # of the register that this was reckoned with
    data: bytes = field(repr=False, compare=False)
    chosen: Mapping[str, str]  # what somebody said that columns are

    @property
    def people(self) -> int:
        """How many people become others by it, or new."""
        return sum(line.outcome in (Outcome.CREATED, Outcome.UPDATED) for line in self.lines)

    @property
    def counts(self) -> dict[str, int]:
        """How many lines have each outcome. A person is created, updated or unchanged once."""
        counted = Counter(line.outcome for line in self.lines)
        return {outcome.value: counted[outcome] for outcome in Outcome}

    @property
    def errors(self) -> list[LineReport]:
        """The lines that are not taken and should be corrected."""
        return [line for line in self.lines if line.outcome is Outcome.ERROR]

    @property
    def remarks(self) -> list[LineReport]:
        """The lines of which something else is to be said: left aside, or not taken whole."""
        quiet = (Outcome.ERROR, Outcome.REPEATED)
        return [line for line in self.lines if line.message and line.outcome not in quiet]


@without_collector()
def preview(
    data: bytes,
    store: MemberStore,
    *,
    now: int,
    chosen: Mapping[str, str] = NOTHING_CHOSEN,
    mode: Mode = Mode.AUTO,
) -> ImportPlan:
    """Return what importing the file `data` would do.

    Args:
        chosen: what somebody said that columns are, as `recognised` takes it.
        mode: what it may do.

    Raises:
        FileTooLarge, NotATable, NoNameColumn: this is no list of members.
        NothingToImport: no line of it can be taken.
        ContradictoryFile: it says another thing each time.
    """
    revision = store.revision()
    members, known = store.members(), known_in(store)
    table = read_list(data, chosen)
    return plan_import(
        table, data, members, known, revision=revision, now=now, chosen=chosen, mode=mode
    )


@without_collector()
def plan_import(
    table: Table,
    data: bytes,
    members: Sequence[Member],
    known: Known,
    *,
    revision: int,
    now: int,
    chosen: Mapping[str, str] = NOTHING_CHOSEN,
    mode: Mode = Mode.AUTO,
) -> ImportPlan:
    """Return what `preview` does, of a file that was read and of a register at a `revision`.

    Raises:
        NoNameColumn, NothingToImport, ContradictoryFile: as there.
    """
    whom = Whom(members) if mode is Mode.UPDATE else None
    columns = recognised(table.headers, EXPORTS, chosen, needs_names=whom is None)
    reports: list[LineReport] = []
    today = datetime.fromtimestamp(now, UTC).date()
    lines = _read_lines(table, columns, reports, whom, today=today)
    if columns.export.newest_first:
        # The newest word on a person is the last, whatever the order of the file.
        lines.sort(key=lambda line: (line.values.get("ordered", date.min), -line.place))
    has_households = columns.export.has_households
    reading, left_out = within(
        mode, lines, lambda some: read_into(members, some, has_households=has_households)
    )
    reports += [_report(line, Outcome.SKIPPED, line.number, why) for line, why in left_out]
    reports += [_error(line.place, str(problem), line) for line, problem in reading.problems]
    errors = [report for report in reports if report.outcome is Outcome.ERROR]
    if len(errors) == len(table.rows):
        first = min(errors, key=lambda report: report.line)
        raise NothingToImport(
            _("aucune ligne ne peut être prise ; la première, %(line)s", line=first)
        )
    reckoning = Reckoning(reading.persons, reading.taken, known, on=today)
    beside = reckoning.reckon()
    additions, updates = _report_all(reading.taken, reports, reckoning.changes)
    updates += [one for person in reckoning.also if isinstance(one := person.changed(), Member)]
    return ImportPlan(
        export=columns.export.name,
        title=columns.export.title,
        encoding=table.encoding,
        delimiter=table.delimiter,
        columns=tuple(columns.fields),
        found=found_columns(table, columns),
        ignored=columns.ignored,
        warnings=table.warnings,
        lines=tuple(sorted(reports, key=lambda report: report.line)),
        additions=tuple(additions),
        updates=tuple(updates),
        beside=beside,
        mode=mode,
        revision=revision,
        data=data,
        chosen=chosen,
    )


def found_columns(table: Table, columns: Columns | None) -> tuple[FoundColumn, ...]:
    """Return the columns of a file with what stands in them; without `columns`, not what of."""
    return tuple(
        FoundColumn(
            header=header,
            key=normalised(header),
            field=columns.meaning_of(place) if columns else "",
            examples=_examples(table.rows, place),
        )
        for place, header in enumerate(table.headers)
    )


def _examples(rows: Sequence[Row], place: int) -> tuple[str, ...]:
    """Return the first texts of a column, no two alike."""
    cells = (row.cells[place] for row in islice(rows, 200) if not row.problem)
    texts = dict.fromkeys(text for cell in cells if (text := shown(cell)))
    return tuple(islice(texts, MOST_EXAMPLES))


def apply(
    plan: ImportPlan, store: MemberStore, *, now: int, progress: Progress = lambda _: None
) -> None:
    """Do what the plan says, all or nothing; `progress` hears how many members more are written.

    Raises:
        RegisterChanged: somebody worked on the register since, and the plan would be another.
    """
    with writing(store.db):
        if store.revision() != plan.revision:
            fresh = preview(plan.data, store, now=now, chosen=plan.chosen, mode=plan.mode)
            if replace(fresh, revision=plan.revision) != plan:
                raise RegisterChanged
        store.write_all(plan.additions, plan.updates, now=now, progress=progress)
        write_beside(store, plan.beside, now=now)


def _read_lines(
    table: Table,
    columns: Columns,
    reports: list[LineReport],
    whom: Whom | None,
    *,
    today: date,
) -> list[Line]:
    """Return the lines that name somebody; of the others a report."""
    lines = []
    for order, row in enumerate(table.rows):
        try:
            line = _read_line(row, order, columns, whom, today)
        except BadLine as problem:
            reports.append(_error(row.line, str(problem)))
            continue
        skipped = columns.export.rule(line.values, line.notes) if columns.export.rule else ""
        if skipped:
            reports.append(_report(line, Outcome.SKIPPED, "", skipped))
        else:
            lines.append(line)
    return lines


def _read_line(row: Row, order: int, columns: Columns, whom: Whom | None, today: date) -> Line:
    if row.problem:
        raise BadLine(row.problem)
    notes: list[str] = []
    values = read_values(row.cells, columns, notes, today=today)
    if whom and not values.keys() & set(NAMES):
        whom.complete(values)
    name = as_written(values.get("given_name", ""), values.get("family_name", ""))
    if not any(map(str.isalpha, name)):  # a line of totals has numbers there
        raise BadLine(_("pas de nom ; complétez la ligne ou supprimez-la"))
    return Line(
        place=row.line,
        values=values,
        notes=notes,
        number=values.get("number", ""),
        name=name,
        any_order=" ".join(sorted(name.split())),
        order=order,
    )


def _report_all(
    taken: Sequence[tuple[Line, Person]],
    reports: list[LineReport],
    beside: Mapping[Person, tuple[str, ...]],
) -> tuple[list[MemberData], list[Member]]:
    """Return whom to add and whom to change, after a report on each line."""
    additions: list[MemberData] = []
    updates: list[Member] = []
    last = {person: line for line, person in taken}
    for line, person in taken:
        if line is not last[person]:
            message = _("même personne que la ligne %(line)s", line=person.line)
            reports.append(_report(line, Outcome.REPEATED, person.number, message))
            continue
        data = person.data()
        if not isinstance(data, Member):
            additions.append(data)
            outcome = Outcome.CREATED
        elif data != person.before:
            updates.append(data)
            outcome = Outcome.UPDATED
        elif person in beside:
            outcome = Outcome.UPDATED
        else:
            outcome = Outcome.UNCHANGED
        changes = _changes(person.before, data) if outcome is Outcome.UPDATED else ()
        changes += beside.get(person, ()) if changes or person in beside else ()
        reports.append(replace(_report(line, outcome, person.number), changes=changes))
    return additions, updates


def _changes(before: Member | None, after: MemberData) -> tuple[str, ...]:
    names = (one.name for one in fields(MemberData))
    return tuple(name for name in names if getattr(before, name) != getattr(after, name))


def _report(line: Line, outcome: Outcome, number: str, message: str = "") -> LineReport:
    said = [message, *line.notes] if message else line.notes
    values = line.values
    return LineReport(
        line=line.place,
        outcome=outcome,
        number=number,
        name=f"{values.get('given_name', '')} {values.get('family_name', '')}".strip(),
        message=_joined(said),
    )


def _joined(said: Sequence[str]) -> str:
    text = said[0] if said else ""
    for more in said[1:]:
        text = _("%(one)s ; %(other)s", one=text, other=more)
    return text


def _error(place: int, message: str, line: Line | None = None) -> LineReport:
    if line:
        return _report(line, Outcome.ERROR, line.number, message)
    return LineReport(line=place, outcome=Outcome.ERROR, message=message)
