"""The outlines of the maps: `python tools/outlines.py` makes them anew from npm's world-atlas.

The shapes are Natural Earth's (public domain), as npm's world-atlas 2.0.2 (ISC) packs them. They
are cut to the parts that the site shows, made coarse as a hand would draw them, and kept in
directory_site/passkoop_site/outlines.json: numbers are hundredths of a degree, each point after
the first as steps from the one before.
"""

import json
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path
from typing import Any

PACKAGE = "world-atlas@2.0.2"
OUT = Path(__file__).parent.parent / "directory_site" / "passkoop_site" / "outlines.json"
HUNDREDTHS = 100
CODES = {
    "040": "AT", "056": "BE", "124": "CA", "250": "FR", "276": "DE", "372": "IE", "380": "IT",
    "442": "LU", "528": "NL", "620": "PT", "724": "ES", "756": "CH", "826": "GB", "840": "US",
}  # fmt: skip
# What is cut out: west, south, east, north; the file; how coarse, in hundredths of a degree.
SHEETS = {
    "europe": ((-13.0, 34.5, 21.0, 61.0), "countries-50m.json", 4),
    "quebec": ((-82.0, 39.5, -55.0, 54.5), "countries-50m.json", 5),
    "world": ((-180.0, -58.0, 190.0, 80.0), "countries-110m.json", 60),
}
Point = tuple[float, float]
Ring = list[Point]


def main() -> None:
    """Write the outlines."""
    with tempfile.TemporaryDirectory() as folder:
        pack = ["npm", "pack", PACKAGE, "--silent"]
        subprocess.run(pack, cwd=folder, check=True)  # noqa: S603
        (archive,) = Path(folder).glob("*.tgz")
        with tarfile.open(archive) as tar:
            sheets = {name: sheet(tar, *asked) for name, asked in SHEETS.items()}
    text = json.dumps({"source": f"Natural Earth (public domain), {PACKAGE}", **sheets})
    OUT.write_text(text.replace("], [", "],\n[").replace(", ", ",") + "\n", "utf-8")
    sys.stdout.write(f"{OUT.stat().st_size:,} bytes\n")


def sheet(
    tar: tarfile.TarFile, box: tuple[float, float, float, float], name: str, coarse: float
) -> dict[str, Any]:
    """Return the lands inside a box, by country; "" holds all that have no co-op."""
    file = tar.extractfile(f"package/{name}")
    assert file is not None
    topology = json.load(file)
    # Each line once, before it becomes part of a land: neighbours stay neighbours.
    lines = [simplified(line, coarse / HUNDREDTHS) for line in arcs_of(topology)]
    lands: dict[str, list[list[int]]] = {}
    for country in topology["objects"]["countries"]["geometries"]:
        code = CODES.get(str(country.get("id", "")), "")
        for ring in rings(lines, country):
            cut = clipped(unwrapped(ring), box)
            drawn = steps(cut) if len(cut) > 3 else []
            if len(drawn) > 6 and area(cut) > (coarse / HUNDREDTHS) ** 2 * 8:
                lands.setdefault(code, []).append(drawn)
    return {"box": list(box), "lands": lands}


def arcs_of(topology: dict[str, Any]) -> list[Ring]:
    """Return the lines that lands share, in degrees."""
    (scale_x, scale_y), (move_x, move_y) = (
        topology["transform"]["scale"],
        topology["transform"]["translate"],
    )
    lines = []
    for arc in topology["arcs"]:
        x = y = 0
        line: Ring = []
        for step_x, step_y in arc:
            x, y = x + step_x, y + step_y
            line.append((x * scale_x + move_x, y * scale_y + move_y))
        lines.append(line)
    return lines


def rings(lines: list[Ring], shape: dict[str, Any]) -> list[Ring]:
    """Return the outer rings of a shape: lakes are left out."""
    arcs = shape.get("arcs", [])
    parts = [arcs] if shape["type"] == "Polygon" else arcs
    return [joined(lines, part[0]) for part in parts]


def joined(lines: list[Ring], numbers: list[int]) -> Ring:
    """Return the points of a ring that is given by its lines; ~n is line n from its end."""
    ring: Ring = []
    for number in numbers:
        line = lines[number] if number >= 0 else lines[~number][::-1]
        ring += line[1:] if ring else line
    return ring


def unwrapped(ring: Ring) -> Ring:
    """Return a ring that does not jump from one edge of the world to the other."""
    lons = [lon for lon, _ in ring]
    if max(lons) - min(lons) < 300:
        return ring
    return [(lon + 360 if lon < 0 else lon, lat) for lon, lat in ring]


def clipped(ring: Ring, box: tuple[float, float, float, float]) -> Ring:
    """Return what of a ring lies in a box (Sutherland and Hodgman)."""
    west, south, east, north = box
    for axis, limit, sign in ((0, west, 1), (0, east, -1), (1, south, 1), (1, north, -1)):
        kept: Ring = []
        for before, here in zip([ring[-1:], *([p] for p in ring)], ring, strict=False):
            if not before:
                break
            (one,) = before
            inside = sign * (here[axis] - limit) >= 0
            if inside != (sign * (one[axis] - limit) >= 0):
                share = (limit - one[axis]) / (here[axis] - one[axis])
                kept.append(
                    (one[0] + share * (here[0] - one[0]), one[1] + share * (here[1] - one[1]))
                )
            if inside:
                kept.append(here)
        ring = kept
        if not ring:
            break
    return ring


def simplified(ring: Ring, coarse: float) -> Ring:
    """Return a line with fewer points, none further than `coarse` from the old one (Douglas)."""
    middle = len(ring) // 2  # kept: a line that closes has its ends at one place
    kept = {0, middle, len(ring) - 1}
    parts = [(0, middle), (middle, len(ring) - 1)]
    while parts:
        first, last = parts.pop()
        far, at = 0.0, 0
        for number in range(first + 1, last):
            distance = off(ring[number], ring[first], ring[last])
            if distance > far:
                far, at = distance, number
        if far > coarse:
            kept.add(at)
            parts += [(first, at), (at, last)]
    return [ring[number] for number in sorted(kept)]


def off(point: Point, one: Point, other: Point) -> float:
    """Return how far a point is from the line between two others."""
    x, y = other[0] - one[0], other[1] - one[1]
    length = (x * x + y * y) ** 0.5
    if length == 0:
        return float(((point[0] - one[0]) ** 2 + (point[1] - one[1]) ** 2) ** 0.5)
    return float(abs(x * (one[1] - point[1]) - (one[0] - point[0]) * y) / length)


def area(ring: Ring) -> float:
    """Return the area of a ring, in square degrees."""
    pairs = zip(ring, ring[1:] + ring[:1], strict=True)
    return abs(sum(a[0] * b[1] - b[0] * a[1] for a, b in pairs)) / 2


def steps(ring: Ring) -> list[int]:
    """Return a ring as it is kept: whole hundredths, each point as steps from the one before."""
    found: list[int] = []
    before = (0, 0)
    for x, y in ring:
        here = (round(x * HUNDREDTHS), round(y * HUNDREDTHS))
        if not found or here != before:
            found += [here[0] - before[0], here[1] - before[1]]
            before = here
    return found


if __name__ == "__main__":
    main()
