"""What goes into the wheel beside the packages: the verifier in JavaScript, and zxing-wasm.

zxing-wasm reads the camera's pictures where the browser cannot. It is never in the repository: npm
brings it when the wheel is built, or a checkout installed. Without npm the node reads the pictures.
"""

import hashlib
import shutil
import subprocess
import sys
import tarfile
import tempfile
from io import BytesIO
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

ZXING = "zxing-wasm@3.1.4"
ZXING_SHA256 = "2416232a155533bdcfa098a22ec9087734b34640ffa2a7add90bc36e145f6da0"
ZXING_FILES = ("dist/es/reader/index.js", "dist/es/share.js", "dist/reader/zxing_reader.wasm")
FOLDER = "node/passkoop_node/till/zxing"  # ignored by git
SECONDS = 60  # for npm
_AUTHOR = "Copyright (c) 2023 Ze-Zheng Wu"
_PARTS = f"""\
{ZXING} (MIT): LICENSE-zxing-wasm.txt
It contains ZXing-C++ and ZXingWasm.cpp (Apache License 2.0): LICENSE-apache.txt
and the run time of Emscripten (MIT): LICENSE-emscripten.txt
"""


class WheelHook(BuildHookInterface[Any]):
    """Puts into the wheel what is no Python."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Add files before the wheel is built; an editable install finds them in the checkout."""
        root = Path(self.root)
        there = fetch_zxing(root)
        if version == "editable":
            return
        places = build_data["force_include"]
        scripts = root / "protocol" / "js"
        for module in sorted([*scripts.glob("*.js"), *scripts.glob("browser/*.js")]):
            places[str(module)] = f"passkoop_protocol/js/{module.relative_to(scripts).as_posix()}"
        if there:
            places[str(root / FOLDER)] = "passkoop_node/till/zxing"


def fetch_zxing(root: Path) -> bool:
    """Return whether zxing-wasm is in its folder; npm brings it if it is not."""
    folder = root / FOLDER
    mark = folder / "VERSION"
    if mark.is_file() and mark.read_text("utf-8") == ZXING:
        return True
    npm = shutil.which("npm")
    package = _packed(npm) if npm else None
    if package is None:
        why = "npm does not bring it" if npm else "npm is missing"
        print(  # noqa: T201 - a build talks so
            f"{ZXING} is left out ({why}): the node will read the camera's pictures.",
            file=sys.stderr,
        )
        return False
    shutil.rmtree(folder, ignore_errors=True)
    with tarfile.open(fileobj=BytesIO(package)) as archive:
        for name in (*ZXING_FILES, "LICENSE"):
            member = archive.extractfile(f"package/{name}")
            assert member is not None
            place = folder / name.removeprefix("dist/")
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_bytes(member.read())
    mit = (folder / "LICENSE").read_text("utf-8")
    (folder / "LICENSE").rename(folder / "LICENSE-zxing-wasm.txt")
    emscripten = mit.replace(_AUTHOR, "Copyright (c) 2010-2014 Emscripten authors")
    (folder / "LICENSE-emscripten.txt").write_text(emscripten, "utf-8")
    shutil.copy(root / "LICENSE", folder / "LICENSE-apache.txt")
    (folder / "PARTS.txt").write_text(_PARTS, "utf-8")
    mark.write_text(ZXING, "utf-8")
    return True


def _packed(npm: str) -> bytes | None:
    """Return the package as npm packs it, or None if it is not to be had or is another one."""
    with tempfile.TemporaryDirectory() as folder:
        try:
            subprocess.run(  # noqa: S603 - npm itself, with words of ours
                [npm, "pack", ZXING, "--silent"],
                cwd=folder,
                check=True,
                capture_output=True,
                timeout=SECONDS,
            )
        except (OSError, subprocess.SubprocessError):
            return None
        data = next((one.read_bytes() for one in Path(folder).glob("*.tgz")), b"")
    return data if hashlib.sha256(data).hexdigest() == ZXING_SHA256 else None
