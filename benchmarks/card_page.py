"""What a card of a network of many co-ops costs whoever opens it on the directory's site.

In Chromium, from a plain web host on the same machine, which compresses nothing; the service worker
is off, so that what is asked for a second time is what the page's own shelf did not keep.
"""

import random
import shutil
import tempfile
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from playwright.sync_api import Browser, sync_playwright

from conftest import BROWSER_OPTIONS, BROWSERS
from passkoop_protocol.bundle import write_bundle
from passkoop_site.building import build_site
from passkoop_site.remarks import Report
from shop import DAY, Coop, Federation
from tables import Table
from webhost import WebHost

COOPS = (100, 10_000)
NOW = 1_795_000_000
CARDS, LOST = 8_192, 82  # of each co-op: what its list has room for, and how many are revoked
RUNS = 5
SLOW = 4  # a telephone, as browsers' tools take it to be


def network(count: int) -> tuple[list[bytes], str]:
    """Return the documents of so many co-ops, and the text of a card of one of them."""
    chance = random.Random(7)
    office = Federation(name="Fédération", expires_at=NOW + 300 * DAY)
    coops = [Coop(f"Coop numéro {number}") for number in range(count)]
    rows = [office.row(coop, slug=f"coop-{number}") for number, coop in enumerate(coops)]
    words = {"summary": "Une épicerie tenue par ses membres. " * 4, "joining": "Une part. " * 30}
    documents = [office.root(), office.directory(rows, at=NOW - DAY)]
    for coop in coops:
        lost = {chance.randrange(1, CARDS): 1 for _ in range(LOST)}
        documents += [
            coop.descriptor(at=NOW - DAY, page={"fr": words}),
            coop.status_list(lost, entries=CARDS, at=NOW - 3_600),
        ]
    return documents, coops[count // 2].text(iat=NOW - DAY, exp=NOW + 500 * DAY)


def visit(browser: Browser, host: WebHost, card: str, *, slow: int) -> list[tuple[float, int]]:
    """Return the seconds and the bytes of a first look at a card, and of a second one."""
    context = browser.new_context(locale="fr-FR", service_workers="block")
    context.clock.set_fixed_time(datetime.fromtimestamp(NOW, tz=UTC))
    page = context.new_page()
    context.new_cdp_session(page).send("Emulation.setCPUThrottlingRate", {"rate": slow})
    address = host.address.replace("127.0.0.1", "localhost")
    found = []
    for _turn in range(2):
        page.goto("about:blank")
        sent, begun = host.sent, time.perf_counter()
        page.goto(f"{address}/v/#{card.split('#')[1]}")
        page.wait_for_selector("article .qr path[d]", state="attached")
        seconds = time.perf_counter() - begun
        page.wait_for_selector("#accueil:not([hidden])")  # where it is welcome comes after
        found.append((seconds, host.sent - sent))
    context.close()
    return found


def rows() -> Iterator[tuple[str, str, str]]:
    """Yield the rows of the table."""
    program = next(filter(None, map(shutil.which, BROWSERS)))
    for count in COOPS:
        with tempfile.TemporaryDirectory() as name, sync_playwright() as playwright:
            content, site = Path(name, "content"), Path(name, "site")
            (content / "documents").mkdir(parents=True)
            (content / "site.toml").write_text('langues = ["fr"]\n', "utf-8")
            documents, card = network(count)
            (content / "documents" / "all.passkoop").write_bytes(write_bundle(documents))
            build_site(content, site, Report(), now=NOW)
            browser = playwright.chromium.launch(executable_path=program, args=BROWSER_OPTIONS)
            with WebHost(site) as host:
                visit(browser, host, card, slow=1)  # the host's disk is warm from here on
                for slow, whose in ((1, "this machine"), (SLOW, f"{SLOW} times slower")):
                    looks = [visit(browser, host, card, slow=slow) for _ in range(RUNS)]
                    first, second = zip(*looks, strict=True)
                    what = f"a card of one of {count:,} co-ops, {whose}"
                    yield f"{what}: at first", "", _said(first)
                    yield "the same: the next time", "", _said(second)
            browser.close()


def _said(looks: tuple[tuple[float, int], ...]) -> str:
    seconds = sorted(took for took, _sent in looks)
    sent = max(sent for _took, sent in looks)
    middle = seconds[len(seconds) // 2]
    return f"{middle:.1f} s ({seconds[0]:.1f}–{seconds[-1]:.1f}), {sent / 1000:,.0f} kB"


def report() -> Iterator[Table]:
    """Yield the table."""
    yield Table(("the page of a card, shown in a browser", "goal", "measured"), list(rows()))
