"""From the frame that holds a card to the verdict on screen: 20 cards before a fake camera.

Measured in the browser, from the moment at which the picture is taken off the video until the
answer is painted; the till looks every 120 ms, which comes on top.
"""

import shutil
import statistics
import tempfile
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

from PIL import Image
from playwright.sync_api import sync_playwright

from browsing import World
from conftest import BROWSER_OPTIONS, BROWSERS
from filming import films
from passkoop_protocol.qr import qr_png
from tables import Table
from tilling import Till

SCANS = 20
WATCH = """() => {
  window.times = [];
  let begun = 0;
  const drawing = CanvasRenderingContext2D.prototype, draw = drawing.drawImage;
  drawing.drawImage = function (...given) {
    begun = performance.now();
    return draw.apply(this, given);
  };
  const look = () => {
    if (!begun || !document.querySelector("#reponse")) return;
    const from = begun;
    begun = 0;
    const painted = () => window.times.push(performance.now() - from);
    requestAnimationFrame(() => requestAnimationFrame(painted));
  };
  new MutationObserver(look).observe(document.body, { childList: true });
}"""


def browser_program() -> str | None:
    """Return the browser's program, None if there is none."""
    return next(filter(None, map(shutil.which, BROWSERS)), None)


def measure(folder: Path) -> list[float]:
    """Return the milliseconds of each scan, in a real browser on this machine."""
    till = Till(folder)
    blank = BytesIO()
    Image.new("L", (430, 430), 128).save(blank, "PNG")
    card = qr_png(till.cards["maite"])
    film = films(folder / "film.mjpeg", *[card] * 20, *[blank.getvalue()] * 90)
    camera = [
        "--use-fake-ui-for-media-stream",
        "--use-fake-device-for-media-stream",
        f"--use-file-for-fake-video-capture={film}",
    ]
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=browser_program(), args=[*BROWSER_OPTIONS, *camera]
        )
        world = World(till.served, {"till": till.client()}, browser)
        with world.context("till", permissions=["camera"]) as context:
            page = context.new_page()
            page.goto(f"{till.served.url}/caisse")
            page.click("#commencer")
            page.wait_for_selector("#reponse")
            page.evaluate(WATCH)
            for _scan in range(SCANS):
                till.served.now += 60
                page.click(".acts [data-act=suivant], .acts [data-act=pas-aujourd-hui]")
                page.wait_for_selector("#viseur")
                page.wait_for_selector("#reponse", timeout=30_000)
                page.wait_for_timeout(150)
            times: list[float] = page.evaluate("window.times")
        browser.close()
    till.close()
    return times


def report() -> Iterator[Table | str]:
    """Yield the table, if there is a browser."""
    if browser_program() is None:
        yield "Chromium is missing: not measured."
        return
    with tempfile.TemporaryDirectory() as name:
        times = sorted(measure(Path(name)))
    measured = f"median {statistics.median(times):.0f} ms, worst {times[-1]:.0f} ms"
    label = f"a card before the camera, {len(times)} scans: its frame → the verdict"
    yield Table(("the till in a browser", "goal", "measured"), [(label, "300 ms", measured)])
