"""A co-op as the site shows it, whether its node, the federation or a list of others told of it."""

import datetime
from dataclasses import dataclass, field

from passkoop_protocol.keys import CoopId
from passkoop_protocol.page import CoopPage
from passkoop_protocol.welcome import Policy, Who, Without
from passkoop_site.cleaning import slug_of

# How a co-op welcomes, as the list is filtered by it; the order of the pages.
KINDS = ("network", "word", "trial", "members", "unknown")


@dataclass(frozen=True, kw_only=True, slots=True)
class Entry:
    """A co-op of the site. Everything in it is safe to be shown and to be linked to."""

    slug: str
    name: str
    place: str  # "" where nobody knows
    country: str  # ISO 3166-1 alpha-2
    page: CoopPage = field(default_factory=CoopPage)
    policy: Policy | None = None  # None: nobody told
    logo: str = ""  # a file in the folder of the content
    coop: CoopId | None = None  # of a co-op with a node
    since: datetime.date | None = None  # in the directory
    changed: int = 0  # seconds, UTC; 0: not known

    @property
    def region(self) -> str:
        """The region as it is written, or ""."""
        return self.page.region

    @property
    def region_slug(self) -> str:
        """The region as it stands in addresses, or ""."""
        return slug_of(self.page.region)

    @property
    def kind(self) -> str:
        """How it welcomes, one of KINDS."""
        return kind_of(self.policy)

    @property
    def lead(self) -> str:
        """Where its page leads at once, an address of the web or of mail; "": nowhere."""
        page = self.page
        if not page.leads:
            return ""
        target: str = getattr(page, page.leads)
        return f"mailto:{target}" if target and page.leads == "mail" else target

    @property
    def number(self) -> int:
        """A number of its own that stays: it chooses its vegetable."""
        return sum(self.coop or self.slug.encode())


def kind_of(policy: Policy | None) -> str:
    """Return how a policy welcomes, in one word of KINDS."""
    if policy is None:
        return "unknown"
    if policy.without is Without.WORD or policy.who is Who.ANYONE:
        return "word"
    if policy.without in (Without.VISITS, Without.DAYS, Without.SPONSOR):
        return "trial"
    return "members" if policy.who is Who.NOBODY else "network"


def welcomes_without_card(policy: Policy | None) -> bool:
    """Return whether somebody without a card may come."""
    return policy is not None and policy.without is not Without.REFUSAL


def welcomes_members_of(policy: Policy | None, country: str) -> bool:
    """Return whether members of co-ops of a country are welcome with their card."""
    return (
        policy is not None
        and policy.who is not Who.NOBODY
        and (not policy.countries or country in policy.countries)
    )
