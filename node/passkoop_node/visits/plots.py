"""A plot of bars as SVG, and the same as a table: nobody has to see colours to read it."""

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

_WIDTH, _HEIGHT = 640, 300
_LEFT, _RIGHT, _TOP, _BOTTOM = 52, 8, 34, 82
# Fallbacks for where no style sheet reaches: leek and pumpkin, told apart by lightness too.
_FILLS = ("#3f6b2c", "#e8a33d", "#006d6f", "#8f1d14")
_LONGEST_LABEL = 20
_LETTER = 5.6  # of a label's line: as wide as letters are, one with another
_NARROWEST_LABEL = 26  # of a slot that has room for a figure and for a label


@dataclass(frozen=True, kw_only=True, slots=True)
class Series:
    """One kind of thing that is counted."""

    name: str
    values: tuple[int, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Plot:
    """Counts by label; the series stand on each other, or side by side."""

    title: str
    says: str  # what is to be seen, in a sentence
    column: str  # what the labels are
    labels: tuple[str, ...]
    series: tuple[Series, ...]
    is_stacked: bool = True


def svg_file(plot: Plot, *, id: str = "plot") -> str:
    """Return the plot as a file that stands for itself: black on white."""
    bare = f'<svg class="plot" viewBox="0 0 {_WIDTH} {_HEIGHT}"'
    ours = f'xmlns="http://www.w3.org/2000/svg" width="{_WIDTH}" height="{_HEIGHT}"'
    paper = f'<rect width="{_WIDTH}" height="{_HEIGHT}" fill="#fff"/>'
    drawn = bars_svg(plot, id=id).replace(
        bare, f'{bare} {ours} color="#000" font-family="sans-serif"'
    )
    return drawn.replace("</desc>", f"</desc>{paper}", 1)


def bars_svg(plot: Plot, *, id: str = "plot") -> str:
    """Return the plot as an SVG element without scripts or style attributes.

    Args:
        id: unique in the page; its title and description are named after it.
    """
    tallest = sum if plot.is_stacked else max
    sums = [tallest(values) for values in zip(*(one.values for one in plot.series), strict=True)]
    step, top = _scale(max(sums, default=0))
    height, base = _HEIGHT - _TOP - _BOTTOM, _HEIGHT - _BOTTOM
    named = f'aria-labelledby="{escape(id)}-title {escape(id)}-says"'
    parts = [
        f'<svg class="plot" viewBox="0 0 {_WIDTH} {_HEIGHT}" role="img" {named} font-size="11">',
        f'<title id="{escape(id)}-title">{escape(plot.title)}</title>',
        f'<desc id="{escape(id)}-says">{escape(plot.says)}</desc>',
        *_legend(plot),
    ]
    for value in range(0, top + 1, step):
        y = base - value * height / top
        parts.append(
            f'<line class="grid" x1="{_LEFT}" x2="{_WIDTH - _RIGHT}" y1="{y:.1f}" y2="{y:.1f}"'
            ' stroke="currentColor" stroke-opacity=".25"/>'
            f'<text x="{_LEFT - 6}" y="{y + 4:.1f}" text-anchor="end"'
            f' fill="currentColor">{value}</text>'
        )
    slot = (_WIDTH - _LEFT - _RIGHT) / max(len(plot.labels), 1)
    every = max(1, -(-_NARROWEST_LABEL // int(slot)))  # so many labels would stand on each other
    is_level = max(map(len, plot.labels), default=0) * _LETTER <= slot
    for at, label in enumerate(plot.labels):
        x, y = _LEFT + at * slot + slot * 0.15, float(base)
        middle = x + slot * 0.35
        wide = slot * 0.7 / (1 if plot.is_stacked else len(plot.series))
        for number, one in enumerate(plot.series):
            tall = one.values[at] * height / top
            y = y - tall if plot.is_stacked else base - tall
            if tall:
                parts.append(
                    f'<rect class="bar bar-{number + 1}" x="{x:.1f}" y="{y:.1f}"'
                    f' width="{wide:.1f}" height="{tall:.1f}"'
                    f' fill="{_FILLS[number % len(_FILLS)]}"/>'
                )
            if not plot.is_stacked:
                x += wide
        if sums[at] and slot >= _NARROWEST_LABEL and (plot.is_stacked or len(plot.series) == 1):
            parts.append(
                f'<text x="{middle:.1f}" y="{y - 4:.1f}" text-anchor="middle"'
                f' fill="currentColor">{sums[at]}</text>'
            )
        if (len(plot.labels) - 1 - at) % every:
            continue
        if is_level:
            parts.append(
                f'<text class="label" x="{middle:.1f}" y="{base + 16}" text-anchor="middle"'
                f' fill="currentColor">{escape(label)}</text>'
            )
            continue
        parts.append(
            f'<text class="label" x="{middle:.1f}" y="{base + 12}" text-anchor="end"'
            f' transform="rotate(-35 {middle:.1f} {base + 12})"'
            f' fill="currentColor">{escape(_short(label))}</text>'
        )
    return "".join([*parts, "</svg>"])


def bars_table(plot: Plot) -> str:
    """Return the same as an HTML table, a bar at the end of each row."""
    heads = "".join(f'<th scope="col">{escape(one.name)}</th>' for one in plot.series)
    most = max(map(sum, zip(*(one.values for one in plot.series), strict=True)), default=0)
    rows = "".join(
        f'<tr><th scope="row">{escape(label)}</th>'
        + "".join(f"<td>{one.values[at]}</td>" for one in plot.series)
        + f'<td class="lying">{_lying([one.values[at] for one in plot.series], most)}</td></tr>'
        for at, label in enumerate(plot.labels)
    )
    return (
        f'<table class="plot-table"><caption>{escape(plot.title)}</caption><thead><tr>'
        f'<th scope="col">{escape(plot.column)}</th>{heads}<td></td></tr></thead>'
        f"<tbody>{rows}</tbody></table>"
    )


def _lying(values: Sequence[int], most: int) -> str:
    """Return a lying bar, as long as a hundredth of `most` allows; the figures stand beside it."""
    bars, x = [], 0.0
    for number, value in enumerate(values):
        long = value * 100 / most if most else 0
        if long:
            bars.append(
                f'<rect class="bar bar-{number + 1}" x="{x:.1f}" y="0" width="{long:.1f}"'
                f' height="10" fill="{_FILLS[number % len(_FILLS)]}"/>'
            )
        x += long
    return (
        '<svg viewBox="0 0 100 10" preserveAspectRatio="none" aria-hidden="true">'
        f"{''.join(bars)}</svg>"
    )


def _legend(plot: Plot) -> list[str]:
    parts, x = [], float(_LEFT)
    for number, one in enumerate(plot.series):
        parts.append(
            f'<rect class="bar bar-{number + 1}" x="{x:.0f}" y="6" width="11" height="11"'
            f' fill="{_FILLS[number % len(_FILLS)]}"/>'
            f'<text x="{x + 16:.0f}" y="16" fill="currentColor">{escape(one.name)}</text>'
        )
        x += 40 + 6.5 * len(one.name)
    return parts


def _scale(highest: int) -> tuple[int, int]:
    """Return a round step, and the least multiple of it that is not below `highest`: ≤ 5 steps."""
    step, unit = 1, 1
    while step * 5 < highest:
        step = next((unit * one for one in (1, 2, 5) if unit * one * 5 >= highest), unit * 10)
        unit *= 10
    return step, max(-(-highest // step), 1) * step


def _short(label: str) -> str:
    return label if len(label) <= _LONGEST_LABEL else f"{label[: _LONGEST_LABEL - 1]}…"
