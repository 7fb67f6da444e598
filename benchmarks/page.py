"""docs/benchmarks.md: each benchmark has a section there, which a run writes anew."""

import re
from pathlib import Path

PAGE = Path(__file__).parent.parent / "docs" / "benchmarks.md"


def marks(name: str) -> tuple[str, str]:
    """Return between which two lines the figures of a benchmark stand."""
    return f"<!-- {name} -->", f"<!-- /{name} -->"


def with_section(page: str, name: str, section: str) -> str:
    """Return the page with these figures in the place of those that were there.

    Raises:
        LookupError: the page has no such place.
    """
    first, last = marks(name)
    pattern = re.compile(re.escape(first) + r"\n.*?" + re.escape(last), re.DOTALL)
    if len(pattern.findall(page)) != 1:
        raise LookupError(f"docs/benchmarks.md needs the lines {first} and {last}, once each")
    return pattern.sub(lambda _: f"{first}\n{section.strip()}\n{last}", page)


def write(name: str, section: str) -> None:
    """Put the figures of a benchmark into the page."""
    page = with_section(PAGE.read_text(encoding="utf-8"), name, section)
    PAGE.write_text(page, encoding="utf-8")


def write_image(name: str, svg: str) -> None:
    """Put a figure beside the page."""
    (PAGE.parent / "images" / name).write_text(svg, encoding="utf-8")
