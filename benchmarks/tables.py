"""What a benchmark hands over: tables, and sentences between them, as Markdown."""

from dataclasses import dataclass, field


@dataclass(frozen=True)
class Table:
    """A table of figures: its first column says what, the others the goal and what was measured."""

    head: tuple[str, ...]
    rows: list[tuple[object, ...]] = field(default_factory=list)

    def __str__(self) -> str:
        """Return it as Markdown."""
        lines = [self.head, tuple("---" for _ in self.head), *self.rows]
        return "\n".join("| " + " | ".join(map(str, cells)) + " |" for cells in lines)
