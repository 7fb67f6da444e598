"""What a benchmark hands over: tables, figures, and sentences between them, as Markdown."""

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


@dataclass(frozen=True, kw_only=True)
class Figure:
    """A drawing, which stands in docs/images."""

    name: str  # of the file
    says: str  # for who does not see it
    svg: str

    def __str__(self) -> str:
        """Return it as Markdown."""
        return f"![{self.says}](images/{self.name})"
