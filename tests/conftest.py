"""What all tests share: programs that may be missing, and how many cases hypothesis makes."""

import asyncio
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, settings

from nodes import Node, found

if TYPE_CHECKING:  # most tests need no web server and no browser: who asks for one loads it
    from playwright.sync_api import Browser

    from programs import Program
    from relaying import MakeCoop
    from serving import Client, Served
    from stopping import Shop
    from tilling import Till

BROWSERS = ("chromium", "chromium-browser", "google-chrome")
# As root in a container it runs without a sandbox of its own; it asks nothing of the internet.
BROWSER_OPTIONS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-dev-shm-usage",
]

IN_CI = bool(os.environ.get("CI"))

settings.register_profile("default", deadline=None, derandomize=IN_CI, print_blob=True)
settings.register_profile(
    "slow",
    settings.get_profile("default"),
    max_examples=10_000,
    suppress_health_check=[HealthCheck.too_slow],
)


def pytest_configure(config: pytest.Config) -> None:
    """Make thousands of cases where slow tests run (`-m slow`, `-m ""`)."""
    if config.getoption("--hypothesis-profile") is None:
        quick = config.getoption("-m") == "not slow"
        settings.load_profile("default" if quick else "slow")


def need(condition: object, sentence: str) -> None:
    """Skip the test where a user's machine lacks something; fail in CI, where all must be there."""
    if condition:
        return
    if IN_CI:
        pytest.fail(sentence)
    pytest.skip(sentence)


@pytest.fixture
def served(tmp_path: Path) -> "Iterator[Served]":
    """Return the node of a new co-op, « Hendaia Koop », that answers on a port of its own."""
    from serving import Served, make_coop

    node = Served(make_coop(tmp_path / "coop")).start()
    yield node
    node.stop()


@pytest.fixture
def coop(tmp_path: Path) -> "Iterator[MakeCoop]":
    """Return what serves one more co-op, which answers others and calls them when told to."""
    from relaying import Coop
    from serving import make_coop

    with ExitStack() as stack:

        def make(name: str) -> Coop:
            coop = Coop.of(make_coop(tmp_path / name, name=name))
            coop.start()
            stack.callback(coop.stop)
            return coop

        yield make


@pytest.fixture(scope="module")
def till(tmp_path_factory: pytest.TempPathFactory) -> "Iterator[Till]":
    """Return the till of a co-op that knows some others, and cards of all kinds."""
    from tilling import Till

    till = Till(tmp_path_factory.mktemp("till"))
    yield till
    till.close()


@pytest.fixture
def program(till: "Till") -> "Iterator[Program]":
    """Return a program with a token for everything, taken away after the test."""
    from passkoop_node.api.tokens import Scope
    from programs import Program

    program = Program(till, *Scope)
    yield program
    if any(one.name == "odoo" for one in till.served.run(program.tokens.all)):
        program.remove()


@pytest.fixture
def device(till: "Till") -> "Iterator[Client]":
    """Return a device that is paired as a till; what it did is forgotten after the test."""
    yield till.client()
    till.forget()


@pytest.fixture(scope="session")
def chromium() -> "Iterator[Browser]":
    """Return a real browser."""
    from playwright.sync_api import sync_playwright

    program = next(filter(None, map(shutil.which, BROWSERS)), None)
    need(program, "Chromium is missing, so the pages are not tested in a browser: `make test`.")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=BROWSER_OPTIONS)
        yield browser
        browser.close()


@pytest.fixture(autouse=True)
def beside_the_browser(request: pytest.FixtureRequest) -> Iterator[None]:
    """Let a test without a browser run a loop of its own where one with a browser came before.

    Playwright's loop waits in this thread until its next call, and counts as running meanwhile.
    """
    if "chromium" in request.fixturenames:
        yield
        return
    loop = asyncio._get_running_loop()
    asyncio._set_running_loop(None)
    yield
    asyncio._set_running_loop(loop)


@pytest.fixture
def shop(till: "Till", chromium: "Browser") -> "Iterator[Shop]":
    """Return a shop whose node can be stopped; it runs again after the test."""
    from stopping import Shop

    till.forget()
    shop = Shop(till, chromium)
    yield shop
    if shop.is_away:
        shop.start()


@pytest.fixture(scope="session")
def node() -> str:
    """Return the path of a Node.js that is recent enough for the JavaScript verifier."""
    # `make test` puts one beside Python where the machine has none.
    for candidate in (Path(sys.executable).with_name("node"), shutil.which("node")):
        if candidate and Path(candidate).exists():
            answer = subprocess.run([candidate, "--version"], capture_output=True, text=True)
            version = re.match(r"v(\d+)", answer.stdout)
            if version and int(version[1]) >= 20:
                return str(candidate)
    need(False, "Node 20 or newer is missing, so the JavaScript is not tested: run `make test`.")
    raise AssertionError


@pytest.fixture
def make_node(tmp_path: Path) -> Iterator[Callable[[str], Node]]:
    """Return a function that makes a co-op of a given name, with a register in a folder."""
    made: list[Node] = []

    def make(name: str) -> Node:
        made.append(found(tmp_path / name, name))
        return made[-1]

    yield make
    for one in made:
        one.rooms.close()


@pytest.fixture
def courge(make_node: Callable[[str], Node]) -> Node:
    """Return a co-op with an empty register."""
    return make_node("La Courge")


@pytest.fixture
def panier(make_node: Callable[[str], Node]) -> Node:
    """Return another one, which it does not know yet."""
    return make_node("Le Panier")


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """Return a folder on a disk of eight megabytes, where the system lets us have one."""
    folder = tmp_path / "disk"
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=8m", "tmpfs", str(folder)]
    try:
        mounted = subprocess.run(mount, capture_output=True).returncode == 0
    except OSError:
        mounted = False
    if not mounted:
        pytest.skip("a small disk can only be mounted as root")
    yield folder
    subprocess.run(["umount", "--lazy", str(folder)], check=True)
