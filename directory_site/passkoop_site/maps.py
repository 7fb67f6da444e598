"""The maps, drawn from outlines: lands as paths, co-ops as dots, neighbours as one number.

A map adds nothing: whatever stands on it stands in the list beside it.
"""

import json
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

from passkoop_protocol.page import MICRO
from passkoop_site.entry import Entry

WIDTH = 1000  # of a sheet, in its own units
APART = 46  # units between two dots: fingers are wide
HUNDREDTHS = 100

# Land borders of Québec, drawn by hand; at sea the line runs well outside the coast, and the coast
# of Canada cuts it.
QUEBEC = (
    (-79.52, 56), (-79.52, 47.45), (-79.3, 47), (-78.85, 46.33), (-77.7, 46.2), (-77.1, 45.85),
    (-76.55, 45.52), (-75.75, 45.42), (-74.62, 45.62), (-74.4, 45.57), (-74.45, 45.3), (-74.7, 45),
    (-71.5, 45.01), (-71.4, 45.25), (-70.85, 45.25), (-70.4, 45.75), (-70.25, 45.95), (-70.3, 46.2),
    (-70.05, 46.4), (-70, 46.7), (-69.22, 47.46), (-69.05, 47.3), (-68.38, 47.55), (-68.38, 47.92),
    (-67.6, 47.95), (-66.95, 47.9), (-66.3, 48.04), (-64.5, 47.9), (-63.2, 48.2), (-62.3, 47),
    (-61, 47.2), (-58.6, 50.6), (-57.1, 51.35), (-57.1, 52), (-63.7, 52), (-64.2, 52.3),
    (-66.4, 52.15), (-67.1, 52.6), (-67, 53), (-66.5, 53.4), (-67.6, 54.2), (-67.6, 56),
)  # fmt: skip

Box = tuple[float, float, float, float]  # west, south, east, north


@dataclass(frozen=True, kw_only=True, slots=True)
class Dot:
    """One co-op, or several too near each other to be pressed apart."""

    x: int
    y: int
    entries: tuple[Entry, ...]

    @property
    def count(self) -> int:
        """How many co-ops it stands for."""
        return len(self.entries)

    @property
    def size(self) -> int:
        """Its radius."""
        return 7 if self.count == 1 else min(24, 11 + self.count // 4)


@dataclass(frozen=True, kw_only=True, slots=True)
class Sheet:
    """A piece of the world, in units of its own."""

    height: int
    lands: tuple[tuple[str, str], ...]  # a country's code or "", and its path
    dots: tuple[Dot, ...]
    quebec: str = ""  # the path that cuts Québec out of Canada


def draw(entries: Sequence[Entry], box: Box, outlines: str, *, apart: float = APART) -> Sheet:
    """Return a map of the co-ops whose position lies in `box`, over one set of outlines."""
    place, height = _projection(box)
    lands = _lands(outlines, box)
    quebec = ""
    if outlines == "quebec":
        quebec = _path([place(lon, lat) for lon, lat in QUEBEC])
    return Sheet(
        height=height, lands=lands, dots=tuple(_dots(entries, box, place, apart)), quebec=quebec
    )


def is_inside(entry: Entry, box: Box) -> bool:
    """Return whether a co-op's position is known and lies in a box."""
    if entry.page.position is None:
        return False
    lat, lon = (one / MICRO for one in entry.page.position)
    west, south, east, north = box
    return west <= lon <= east and south <= lat <= north


EUROPE: Box = (-10.6, 35.8, 16.2, 56.0)
NORTH_AMERICA: Box = (-80.5, 40.0, -57.5, 52.5)
WORLD: Box = (-170.0, -56.0, 190.0, 76.0)


@dataclass(frozen=True, kw_only=True, slots=True)
class Atlas:
    """The three sheets of the whole network: each co-op stands on the first that holds it."""

    europe: Sheet
    quebec: Sheet
    world: Sheet


def atlas(entries: Sequence[Entry]) -> Atlas:
    """Return the maps of all co-ops."""
    quebec = [one for one in entries if is_inside(one, NORTH_AMERICA)]
    rest = [one for one in entries if not is_inside(one, NORTH_AMERICA)]
    rest = [one for one in rest if not is_inside(one, EUROPE)]
    return Atlas(
        europe=draw(entries, EUROPE, "europe"),
        quebec=draw(quebec, NORTH_AMERICA, "quebec", apart=3 * APART),
        world=draw(rest, WORLD, "world", apart=3 * APART),
    )


def overview(entries: Sequence[Entry]) -> Sheet:
    """Return a small map of all, to look at."""
    return draw(entries, EUROPE, "europe", apart=24)


def region_map(entries: Sequence[Entry]) -> Sheet | None:
    """Return a map of some co-ops near each other; None if they are not, or nobody knows where."""
    known = [one.page.position for one in entries if one.page.position]
    if not known:
        return None
    lats, lons = ([one[at] / MICRO for one in known] for at in (0, 1))
    middle = (min(lats) + max(lats)) / 2
    stretch = 1 / max(0.2, math.cos(math.radians(middle)))
    tall = max(max(lats) - min(lats), (max(lons) - min(lons)) / stretch, 1.2) * 1.3
    if tall > 14:  # those overseas stand on the large map
        near = [one for one in entries if is_inside(one, EUROPE)]
        return region_map(near) if 0 < len(near) < len(known) else None
    wide = tall * stretch
    west, south = (min(lons) + max(lons) - wide) / 2, middle - tall / 2
    box = (west, south, west + wide, south + tall)
    for outlines in ("europe", "quebec"):
        held = _outlines()[outlines]["box"]
        if held[0] <= box[0] and held[1] <= box[1] and box[2] <= held[2] and box[3] <= held[3]:
            return draw(entries, box, outlines, apart=60)
    return None


def _projection(box: Box) -> tuple[Callable[[float, float], tuple[int, int]], int]:
    """Return how degrees become units, and how many of these the sheet is high."""
    west, south, east, north = box
    wide = (east - west) * 1.0
    if wide > 90:  # of the whole world, Mercator would show Greenland
        scale = WIDTH / wide
        return lambda lon, lat: (
            round((lon - west) * scale),
            round((north - lat) * scale),
        ), round((north - south) * scale)
    scale = WIDTH / math.radians(wide)
    top = _mercator(north)
    return lambda lon, lat: (
        round(math.radians(lon - west) * scale),
        round((top - _mercator(lat)) * scale),
    ), round((top - _mercator(south)) * scale)


def _mercator(lat: float) -> float:
    return math.log(math.tan(math.pi / 4 + math.radians(lat) / 2))


@cache
def _outlines() -> dict[str, Any]:
    path = Path(__file__).parent / "outlines.json"
    outlines: dict[str, Any] = json.loads(path.read_text("utf-8"))
    return outlines


@lru_cache(maxsize=64)
def _lands(outlines: str, box: Box) -> tuple[tuple[str, str], ...]:
    """Return the lands that show in a box, each as one path."""
    place, height = _projection(box)
    lands = []
    for code, rings in _outlines()[outlines]["lands"].items():
        paths = []
        for ring in rings:
            lon = lat = 0
            points = []
            for at in range(0, len(ring), 2):
                lon, lat = lon + ring[at], lat + ring[at + 1]
                points.append(place(lon / HUNDREDTHS, lat / HUNDREDTHS))
            if _shows(points, height):
                paths.append(_path(points))
        if paths:
            lands.append((code, "".join(paths)))
    return tuple(lands)


def _shows(points: Sequence[tuple[int, int]], height: int) -> bool:
    xs, ys = [x for x, _ in points], [y for _, y in points]
    return max(xs) > 0 and min(xs) < WIDTH and max(ys) > 0 and min(ys) < height


def _path(points: Sequence[tuple[int, int]]) -> str:
    """Return a closed path: a start, then steps."""
    (x, y), parts = points[0], []
    for next_x, next_y in points[1:]:
        if (next_x, next_y) != (x, y):
            parts.append(f"{next_x - x} {next_y - y}")
            x, y = next_x, next_y
    return f"M{points[0][0]} {points[0][1]}l{' '.join(parts)}z" if parts else ""


def _dots(
    entries: Sequence[Entry],
    box: Box,
    place: Callable[[float, float], tuple[int, int]],
    apart: float,
) -> list[Dot]:
    """Return the dots, those of one region together where they would touch."""
    # Looked for in squares as wide as the distance: as many steps as co-ops, not their square.
    squares: dict[tuple[int, int], list[int]] = {}
    dots: list[list[Any]] = []  # x, y, entries
    for entry in entries:
        if not is_inside(entry, box):
            continue
        assert entry.page.position is not None
        x, y = place(entry.page.position[1] / MICRO, entry.page.position[0] / MICRO)
        across, down = int(x // apart), int(y // apart)
        near = (
            number
            for to_x in (across - 1, across, across + 1)
            for to_y in (down - 1, down, down + 1)
            for number in squares.get((to_x, to_y), ())
            if (dots[number][0] - x) ** 2 + (dots[number][1] - y) ** 2 < apart * apart
        )
        number = next(near, -1)
        if number >= 0:
            dots[number][2].append(entry)
        else:
            squares.setdefault((across, down), []).append(len(dots))
            dots.append([x, y, [entry]])
    return [Dot(x=x, y=y, entries=tuple(found)) for x, y, found in dots]
