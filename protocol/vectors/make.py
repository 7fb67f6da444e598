"""Write the shared vectors: `python protocol/vectors/make.py`. The same source, the same bytes."""

import sys
from pathlib import Path

HERE = Path(__file__).parent
ROOT = HERE.parent.parent
sys.path[:0] = [str(ROOT / "protocol"), str(ROOT / "tests")]

from vector_cases import FILES, rendered  # noqa: E402  (its folder was put on the path just before)


def main() -> None:
    """Write every file whose content is not what it was."""
    for name in FILES:
        path, content = HERE / f"{name}.json", rendered(name)
        if not path.exists() or path.read_text("utf-8") != content:
            path.write_text(content, "utf-8", newline="\n")
            print(f"{path.name}: written, {len(content):,} bytes")  # noqa: T201


if __name__ == "__main__":
    main()
