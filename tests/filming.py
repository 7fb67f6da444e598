"""Films that a browser takes for its camera."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path

from PIL import Image
from playwright.sync_api import Browser

from conftest import BROWSER_OPTIONS, BROWSERS, need


def films(path: Path, *pictures: bytes) -> Path:
    """Write a film that a browser takes for its camera: JPEGs, one after the other."""
    with path.open("wb") as film:
        for png in pictures:
            card, frame = (
                Image.open(BytesIO(png)).convert("L"),
                Image.new("RGB", (1280, 720), "#998"),
            )
            card = card.resize((430, 430))
            frame.paste(card.convert("RGB"), (500, 150))
            frame.save(film, "JPEG", quality=85)
    return path


def blank() -> bytes:
    """Return a picture on which nothing is to be read."""
    picture = BytesIO()
    Image.new("L", (430, 430), 128).save(picture, "PNG")
    return picture.getvalue()


@contextmanager
def with_camera(browser: Browser, film: Path) -> Iterator[Browser]:
    """Yield another browser, whose camera shows a film again and again."""
    program = next(filter(None, map(shutil.which, BROWSERS)), None)
    need(program, "Chromium is missing, so the camera is not tested: `make test`.")
    options = [
        "--use-fake-ui-for-media-stream",
        "--use-fake-device-for-media-stream",
        f"--use-file-for-fake-video-capture={film}",
    ]
    filming = browser.browser_type.launch(
        executable_path=program, args=[*BROWSER_OPTIONS, *options]
    )
    yield filming
    filming.close()
