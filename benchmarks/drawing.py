"""Lines and bars as SVG, in the colours of the house; the same figures give the same bytes."""

from collections.abc import Iterable, Mapping, Sequence
from html import escape

PAPER, INK, DIM, LINE = "#fffefb", "#241c15", "#5c5045", "#cdbfa6"
# Lines are told apart without colours, too: each has a stroke of its own.
VEGETABLES = ("#3f6b2c", "#b9541b", "#6b3a7d", "#2f4a86")
DASHES = ("", "9 4", "3 3", "12 3 3 3")
WIDTH, HEIGHT = 740, 380
LEFT, RIGHT, TOP, BOTTOM = 62, 166, 52, 52
FONT = "Ubuntu, 'Noto Sans', 'DejaVu Sans', system-ui, sans-serif"


def lines(
    title: str,
    series: Mapping[str, Sequence[tuple[float, float]]],
    *,
    across: str,
    up: str,
    marks_across: Sequence[float],
    marks_up: Sequence[float],
    goal: tuple[float, str] | None = None,
) -> str:
    """Return a drawing of lines, one a name.

    Args:
        title: what it shows.
        series: points by name; their names stand beside the drawing.
        across: what goes to the right.
        up: what goes up.
        marks_across: where the axis is marked; the last one is its end.
        marks_up: the same, upwards.
        goal: where an upright line stands, and what it says.
    """
    paper = _Paper(title, marks_across, marks_up, across, up)
    if goal:
        x = paper.x(goal[0])
        paper.add(
            f'<line x1="{x}" y1="{TOP}" x2="{x}" y2="{HEIGHT - BOTTOM}" stroke="{INK}" '
            'stroke-dasharray="2 4" stroke-width="1.5"/>'
        )
        paper.text(float(x) + 6, TOP + 16, goal[1], fill=DIM)
    for number, (name, points) in enumerate(series.items()):
        colour, dash = VEGETABLES[number % 4], DASHES[number % 4]
        path = " ".join(f"{paper.x(x)},{paper.y(y)}" for x, y in points)
        paper.add(
            f'<polyline points="{path}" fill="none" stroke="{colour}" stroke-width="2.5" '
            f'stroke-linejoin="round" stroke-dasharray="{dash}"/>'
        )
        y, start = TOP + 24 + 24 * number, WIDTH - RIGHT + 12
        paper.add(
            f'<line x1="{start}" y1="{y - 5}" x2="{start + 26}" y2="{y - 5}" stroke="{colour}" '
            f'stroke-width="2.5" stroke-dasharray="{dash}"/>'
        )
        paper.text(start + 32, y, name, fill=colour, weight="bold")
    return paper.svg()


def stacks(
    title: str,
    bars: Mapping[str, Sequence[float]],
    parts: Sequence[str],
    *,
    up: str,
    marks_up: Sequence[float],
) -> str:
    """Return a drawing of upright bars, each of parts one on the other, its sum above it."""
    paper = _Paper(title, (0, 1), marks_up, "", up, is_marked_across=False)
    room = (WIDTH - LEFT - RIGHT) / len(bars)
    for place, (name, values) in enumerate(bars.items()):
        left, so_far = LEFT + room * (place + 0.2), 0.0
        for number, value in enumerate(values):
            top, bottom = float(paper.y(so_far + value)), float(paper.y(so_far))
            paper.add(
                f'<rect x="{_n(left)}" y="{_n(top)}" width="{_n(room * 0.6)}" '
                f'height="{_n(bottom - top)}" fill="{VEGETABLES[number % 4]}"/>'
            )
            so_far += value
        middle = left + room * 0.3
        paper.text(middle, float(paper.y(so_far)) - 8, said(so_far), anchor="middle", weight="bold")
        paper.text(middle, HEIGHT - BOTTOM + 22, name, anchor="middle")
    for number, part in enumerate(parts):
        y = TOP + 24 + 24 * (len(parts) - 1 - number)
        start = WIDTH - RIGHT + 12
        paper.add(
            f'<rect x="{start}" y="{y - 12}" width="14" height="14" '
            f'fill="{VEGETABLES[number % 4]}"/>'
        )
        paper.text(start + 22, y, part)
    return paper.svg()


def said(value: float) -> str:
    """Return a number with as many digits as a reader wants."""
    return f"{value:,.0f}" if value >= 20 else f"{value:.1f}"


class _Paper:
    def __init__(
        self,
        title: str,
        marks_across: Sequence[float],
        marks_up: Sequence[float],
        across: str,
        up: str,
        *,
        is_marked_across: bool = True,
    ) -> None:
        self._title = title
        self._most = marks_across[-1], marks_up[-1]
        self._parts: list[str] = []
        for one in marks_up:
            y = self.y(one)
            self.add(
                f'<line x1="{LEFT}" y1="{y}" x2="{WIDTH - RIGHT}" y2="{y}" stroke="{LINE}" '
                f'stroke-width="{2 if one == 0 else 1}"/>'
            )
            self.text(LEFT - 8, float(y) + 5, f"{one:,g}", anchor="end", fill=DIM)
        for one in marks_across if is_marked_across else ():
            x = float(self.x(one))
            self.text(x, HEIGHT - BOTTOM + 22, f"{one:,g}", anchor="middle", fill=DIM)
        self.text(WIDTH - RIGHT, HEIGHT - 10, across, anchor="end", fill=DIM)
        self.text(12, TOP - 14, up, fill=DIM)

    def x(self, value: float) -> str:
        return _n(LEFT + (WIDTH - LEFT - RIGHT) * value / self._most[0])

    def y(self, value: float) -> str:
        return _n(HEIGHT - BOTTOM - (HEIGHT - TOP - BOTTOM) * value / self._most[1])

    def add(self, element: str) -> None:
        self._parts.append(element)

    def text(
        self,
        x: float,
        y: float,
        words: str,
        *,
        anchor: str = "start",
        fill: str = INK,
        weight: str = "normal",
    ) -> None:
        self.add(
            f'<text x="{_n(x)}" y="{_n(y)}" text-anchor="{anchor}" fill="{fill}" '
            f'font-weight="{weight}">{escape(words)}</text>'
        )

    def svg(self) -> str:
        return _joined(
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" '
            f'width="{WIDTH}" height="{HEIGHT}" role="img" font-family="{FONT}" font-size="14">',
            f"<title>{escape(self._title)}</title>",
            f'<rect width="{WIDTH}" height="{HEIGHT}" fill="{PAPER}"/>',
            f'<text x="12" y="20" fill="{INK}" font-size="16" font-weight="bold">'
            f"{escape(self._title)}</text>",
            *self._parts,
            "</svg>",
        )


def _joined(*parts: str) -> str:
    return "\n".join(parts) + "\n"


def _n(value: float) -> str:
    return f"{value:.1f}".removesuffix(".0")


def thinned(points: Iterable[tuple[float, float]]) -> list[tuple[float, float]]:
    """Return the points of a line up to where it has arrived at its height."""
    kept: list[tuple[float, float]] = []
    for x, y in points:
        kept.append((x, y))
        if y >= 100:
            break
    return kept
