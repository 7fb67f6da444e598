"""Whom a co-op welcomes: one small value, published in the descriptor (SPEC 8)."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import IntEnum
from typing import Any

from .errors import BadShape


class Who(IntEnum):
    """Whose card is welcome."""

    NOBODY = 0  # our own members only
    NETWORK = 1  # members of the co-ops we know
    ANYONE = 2  # a card is welcome, and so is a person's word


class Without(IntEnum):
    """What a person without a card gets."""

    REFUSAL = 0
    WORD = 1  # their word is enough
    VISITS = 2  # a number of visits to try
    DAYS = 3  # a number of days to try
    SPONSOR = 4  # a number of days, brought by a member


@dataclass(frozen=True, kw_only=True, slots=True)
class Policy:
    """The rules of welcome. The default one welcomes the whole network."""

    who: Who = Who.NETWORK
    countries: frozenset[str] = frozenset()  # ISO 3166-1 alpha-2; empty: all
    accepted: frozenset[bytes] = (
        frozenset()
    )  # co-op ids; empty: all; tells nothing about those refused
    refused: frozenset[bytes] = frozenset()  # co-op ids
    without: Without = Without.WORD
    without_limit: int = 0  # visits or days, as `without` says; else 0
    card_from: int = 1  # a card is asked from this visit on
    visits: int = 0  # at most so many visits …
    period: int = 0  # … in so many days; 0 and 0: no limit


@dataclass(frozen=True, kw_only=True, slots=True)
class Visits:
    """What the welcoming co-op has noted of one holder. The caller counts, in local days."""

    in_period: int = 0  # earlier visits within the policy's period
    today: bool = False  # already here today


NO_VISITS = Visits()


def welcome_reasons(policy: Policy, *, coop: bytes, country: str, visits: Visits) -> list[str]:
    """Return what the policy says of a member of `coop`, as codes; none: welcome (SPEC 8)."""
    if policy.who is Who.NOBODY:
        return ["not_welcome"]
    if coop in policy.refused or (policy.accepted and coop not in policy.accepted):
        return ["coop_not_welcome"]
    if policy.countries and country not in policy.countries:
        return ["country_not_welcome"]
    if visits.today:  # the same purchase, scanned twice, does not use up a visit
        return ["already_today"]
    if policy.visits and visits.in_period >= policy.visits:
        return ["limit_reached"]
    if policy.visits and visits.in_period == policy.visits - 1:
        return ["last_visit"]
    return []


def policy_to_map(policy: Policy) -> dict[str, Any]:
    """Return the policy as it stands in a descriptor; what is left out is the default's."""
    value: dict[str, Any] = {"who": int(policy.who)}
    if policy.countries:
        value["countries"] = sorted(policy.countries)
    if policy.accepted:
        value["accept"] = sorted(policy.accepted)
    if policy.refused:
        value["refuse"] = sorted(policy.refused)
    value["without"] = [int(policy.without), policy.without_limit]
    if policy.card_from != 1:
        value["card_from"] = policy.card_from
    if policy.visits:
        value["visits"] = [policy.visits, policy.period]
    return value


def parse_policy(value: object) -> Policy:
    """Return the policy that a descriptor holds.

    Raises:
        BadShape: a field has another type or range than SPEC 8 gives it.
    """
    if not isinstance(value, Mapping):
        raise BadShape("the welcome policy is not a map")
    without, without_limit = _pair(value.get("without", [1, 0]), "without")
    visits, period = _pair(value.get("visits", [0, 0]), "visits")
    card_from = _number(value.get("card_from", 1), "card_from")
    if (visits == 0) != (period == 0) or card_from == 0:
        raise BadShape("the welcome policy contradicts itself")
    try:
        kind = Without(without)
        who = Who(_number(value.get("who"), "who"))
    except ValueError as error:
        raise BadShape("the welcome policy has an unknown choice") from error
    if (without_limit == 0) != (kind in (Without.REFUSAL, Without.WORD)):
        raise BadShape("the welcome policy gives a wrong limit to people without a card")
    return Policy(
        who=who,
        countries=_texts(value.get("countries", []), "countries"),
        accepted=_ids(value.get("accept", []), "accept"),
        refused=_ids(value.get("refuse", []), "refuse"),
        without=kind,
        without_limit=without_limit,
        card_from=card_from,
        visits=visits,
        period=period,
    )


def _number(value: object, field: str) -> int:
    if type(value) is int and 0 <= value <= 10_000:
        return value
    raise BadShape(f"{field} in the welcome policy is no number from 0 to 10,000")


def _pair(value: object, field: str) -> tuple[int, int]:
    if isinstance(value, list) and len(value) == 2:
        return _number(value[0], field), _number(value[1], field)
    raise BadShape(f"{field} in the welcome policy is no pair of numbers")


def _texts(value: object, field: str) -> frozenset[str]:
    if isinstance(value, list) and len(value) <= 300 and all(is_country(one) for one in value):
        return frozenset(value)
    raise BadShape(f"{field} in the welcome policy is no list of countries")


def _ids(value: object, field: str) -> frozenset[bytes]:
    if (
        isinstance(value, list)
        and len(value) <= 500
        and all(isinstance(one, bytes) and len(one) == 10 for one in value)
    ):
        return frozenset(value)
    raise BadShape(f"{field} in the welcome policy is no list of co-op ids")


def is_country(value: object) -> bool:
    """Return whether `value` is written like an ISO 3166-1 alpha-2 code."""
    return (
        isinstance(value, str)
        and len(value) == 2
        and value.isascii()
        and value.isalpha()
        and value.isupper()
    )
