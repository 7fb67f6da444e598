"""Every page of the node, opened in a real browser by whoever may open it.

A room lists its pages as scenes; `faults` looks at one for what keeps people out.
"""

from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from typing import Any

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, Page, Response

from passkoop_node.core import cookies
from passkoop_node.core.language import PSEUDO
from serving import Client, Served

ALL_RULES = {
    "type": "tag",
    "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
}
# What light and a wide screen change; the rest is the same in any language.
RULES_OF_LIGHT = {
    "type": "rule",
    "values": [
        "color-contrast",
        "link-in-text-block",
        "target-size",
        "scrollable-region-focusable",
    ],
}

# Words that are in no mark of the language that nobody speaks, and are not said to be data
# (translate="no"): somebody forgot to have them translated.
_LEFT_OUT = """() => {
  const found = [], letters = /\\p{L}{2}/u;
  const said = (text) => letters.test(text.replace(/⟦[^]*⟧/u, ""));
  const isData = (node) => node.closest("[translate=no], script, style, noscript");
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const node = walker.currentNode;
    if (said(node.data) && !isData(node.parentElement)) found.push(node.data.trim());
  }
  for (const node of document.querySelectorAll("*")) {
    for (const name of ["alt", "title", "placeholder", "aria-label", "label"]) {
      const text = node.getAttribute(name);
      if (text && said(text) && !isData(node)) found.push(`${name}: ${text}`);
    }
  }
  if (said(document.title.split(" – ")[0])) found.push(`title: ${document.title}`);
  return found;
}"""


@dataclass(frozen=True)
class Scene:
    """A page, and how one comes to see it."""

    name: str
    who: str  # a key of World.people
    path: str
    then: Callable[[Page], None] = lambda _page: None  # what is typed and pressed there
    status: int = 200  # of the page that is looked at


@dataclass
class World:
    """A node with people around it."""

    served: Served
    people: dict[str, Client] = field(default_factory=dict)
    browser: Browser | None = None
    _kept: dict[str, tuple[AbstractContextManager[BrowserContext], Page]] = field(
        default_factory=dict
    )

    @contextmanager
    def page(self, who: str, *, language: str = "fr", **options: Any) -> Iterator[Page]:
        """Yield a page in a browser that holds somebody's cookies, the same one as last time."""
        key = f"{who} {language} {options}"
        if key not in self._kept:
            opened = self.context(who, language=language, **options)
            self._kept[key] = opened, opened.__enter__().new_page()
        yield self._kept[key][1]

    def narrow_and_dark(self, who: str) -> AbstractContextManager[Page]:
        """Return a page on a small telephone at night, in the language that nobody speaks."""
        return self.page(
            who,
            language=PSEUDO,
            viewport={"width": 320, "height": 640},
            color_scheme="dark",
        )

    def close(self) -> None:
        """Close the browsers that were kept."""
        for opened, _page in self._kept.values():
            opened.__exit__(None, None, None)

    @contextmanager
    def context(
        self, who: str, *, language: str = "fr", **options: Any
    ) -> Iterator[BrowserContext]:
        """Yield a browser that holds somebody's cookies."""
        assert self.browser is not None
        context = self.browser.new_context(locale="fr-FR", **options)
        url = self.served.url
        elsewhere = url.replace("localhost", "ailleurs.localhost")
        spoken = {cookies.LANGUAGE: language}
        context.add_cookies(
            [
                {"name": name, "value": value, "url": to}
                for to, kept in [(url, self.people[who].cookies | spoken), (elsewhere, spoken)]
                for name, value in kept.items()
            ]
        )
        try:
            yield context
        finally:
            context.close()

    def open(self, scene: Scene, page: Page) -> None:
        """Bring a page to where the scene is."""
        statuses: list[int] = []

        def note(answer: Response) -> None:
            if answer.request.is_navigation_request():
                statuses.append(answer.status)

        page.on("response", note)
        path = scene.path
        page.goto(path if path.startswith("http") else self.served.url + path)
        scene.then(page)
        page.remove_listener("response", note)
        assert statuses[-1] == scene.status, f"{scene.name}: {statuses}, {page.url}"


def drop_file(page: Page, onto: str, name: str, text: str) -> None:
    """Drop a CSV file onto a part of a page."""
    page.locator(onto).evaluate(
        """(target, [name, text]) => {
          const carried = new DataTransfer();
          carried.items.add(new File([text], name, { type: "text/csv" }));
          target.dispatchEvent(new DragEvent("drop", { dataTransfer: carried, cancelable: true }));
        }""",
        [name, text],
    )


def faults(page: Page, *, language: str) -> Mapping[str, list[str]]:
    """Return what is wrong with a page, by kind; an empty mapping if nothing is.

    Everything is looked at in the language that nobody speaks, colours and sizes in any.
    """
    everything = language == PSEUDO
    found = {
        "axe": axe(page, ALL_RULES if everything else RULES_OF_LIGHT),
        "overflow": overflow(page),
    }
    if everything:
        found["left out"] = left_out(page)
    return {kind: wrong for kind, wrong in found.items() if wrong}


def axe(page: Page, rules: Mapping[str, Any]) -> list[str]:
    """Return what axe finds by these rules."""
    result = Axe().run(page, options={"runOnly": rules, "resultTypes": ["violations"]})
    return [
        f"{one['id']}: {node['html'][:200]} {node['failureSummary']}"
        for one in result.response["violations"]
        for node in one["nodes"]
    ]


def left_out(page: Page) -> list[str]:
    """Return what nobody had translated, on a page in the language that nobody speaks."""
    found: list[str] = page.evaluate(_LEFT_OUT)
    return found


def overflow(page: Page) -> list[str]:
    """Return what stands out on the right."""
    found: list[str] = page.evaluate("""() => {
      const wide = document.documentElement.clientWidth;
      if (document.documentElement.scrollWidth <= wide) return [];
      return [...document.querySelectorAll("body *")]
        .filter((node) => node.getBoundingClientRect().right > wide + 1)
        .map((node) => node.outerHTML.slice(0, 120));
    }""")
    return found
