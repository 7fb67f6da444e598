"""What a till keeps to go on while the node is away: no name, and nobody's visits by themselves.

Visits are counted under a pseudonym that only who holds the card can be looked up by.
"""

import datetime
import hashlib
import hmac
from collections.abc import Callable
from typing import Any

from passkoop_node.coops.trusting import documents_for_a_till
from passkoop_node.dues.plan import Yearly
from passkoop_node.till.desk import Desk
from passkoop_node.till.standing import SOON, owing
from passkoop_node.visits.days import local_day
from passkoop_node.visits.guests import TRIALS
from passkoop_protocol.bundle import write_bundle
from passkoop_protocol.welcome import Policy, Without

_MOST_DAYS = 20_000  # of visits: 1 MB on the device
_EPOCH = datetime.date(1970, 1, 1)


def day_number(day: datetime.date) -> int:
    """Return a day as a number: days since 1970."""
    return (day - _EPOCH).days


def lists_revision(desk: Desk) -> str:
    """Return what changes whenever `lists` does."""
    return str(desk.ourselves.store.revision())


def lists(desk: Desk) -> bytes:
    """Return the signed documents by which cards are judged (SPEC 12)."""
    return write_bundle(documents_for_a_till(desk.trust(), desk.ourselves.store))


def beliefs(desk: Desk) -> dict[str, Any]:
    """Return what people here decided, and what the documents no longer say by themselves."""
    store, own = desk.ourselves.store, desk.ourselves.coop
    former = {coop.hex(): [key.hex() for key in keys] for coop, keys in store.former_keys().items()}
    return {
        "own": own.hex(),
        "followed": [one.hex() for one in desk.trust().federations.by_id],
        "paired": [one.coop.hex() for one in store.pairings()],
        "replaced": [[old.hex(), new.hex()] for old, new in store.replacements()],
        "former": former,
        "dropped": [[coop.hex(), kid.hex(), at] for coop, kid, at in store.dropped_lists()],
    }


def visits_revision(desk: Desk, *, now: int) -> str:
    """Return what changes whenever `visits` does."""
    guests = [(one.id, one.allowed, one.last_day) for one in desk.visits.guests.all()]
    told = (
        desk.visits.store.head().seq,
        guests,
        repr(rules(desk.policy)),
        lists_revision(desk),
        local_day(now).isoformat(),
        _dues_revision(desk),
    )
    return hashlib.blake2b(repr(told).encode(), digest_size=8).hexdigest()


def visits(desk: Desk, *, who: str, now: int) -> dict[str, Any]:
    """Return the rules, and how often people came as far as the rules ask.

    Args:
        who: the till; two of them know one person under different keys.
    """
    policy, secret = desk.policy, desk.visits.pseudonyms.secret()
    salt = hmac.digest(secret, b"passkoop/till/1" + who.encode(), "sha256")[:16]

    def key(pseudonym: bytes) -> str:
        return hashlib.sha256(salt + pseudonym).hexdigest()[:16]

    own = desk.ourselves.coop
    return {
        **beliefs(desk),
        "rules": rules(policy),
        "secret": secret.hex(),
        "salt": salt.hex(),
        "came": _came(desk, policy, key, now=now),
        "owing": _owing(desk, key, now=now),
        "guests": {
            key(desk.visits.pseudonyms.of(own, one.ref)): [
                int(one.kind),
                one.allowed,
                one.last_day and day_number(one.last_day),
            ]
            for one in desk.visits.guests.all()
        },
    }


def _dues_revision(desk: Desk) -> str:
    """Return what changes whenever `_owing` may."""
    ledger = desk.lapsing.ledger
    if ledger.plan.yearly is Yearly.NONE:
        return ""
    newest = ledger.audit.entries(limit=1)  # payments, plans, households: all of it is in the log
    return f"{ledger.members.revision()} {newest[0].id if newest else 0}"


def _owing(desk: Desk, key: Callable[[bytes], str], *, now: int) -> dict[str, list[int]]:
    """Return of members of ours who owe dues, or soon will, from when on."""
    ledger, own, on = desk.lapsing.ledger, desk.ourselves.coop, local_day(now)
    plan = ledger.plan
    if plan.yearly is Yearly.NONE:
        return {}
    people = ledger.members.members(on=on)
    paid, by_id = ledger.payments.paid_until_of_all(), {one.id: one for one in people}
    principals = ledger.households.store.principals_of([*by_id])
    held = desk.lapsing.held()
    found: dict[str, list[int]] = {}
    for one in people:
        payer = principals.get(one.id, one.id)
        joined = by_id[payer].joined if payer in by_id else None
        owes = owing(plan, until=paid.get(payer), joined=joined)
        if owes is None or owes.since > on + datetime.timedelta(days=SOON):
            continue
        name = key(desk.visits.pseudonyms.of(own, one.member_ref))
        is_held = one.id in held or payer in held
        found[name] = [max(0, day_number(owes.since)), max(0, day_number(owes.lapses)), is_held]
    return found


def rules(policy: Policy) -> dict[str, Any]:
    """Return the rules of welcome as the verifier in JavaScript takes them."""
    return {
        "who": int(policy.who),
        "countries": sorted(policy.countries),
        "accept": sorted(one.hex() for one in policy.accepted),
        "refuse": sorted(one.hex() for one in policy.refused),
        "visits": [policy.visits, policy.period],
        "without": int(policy.without),
        "limit": policy.without_limit,
        "card_from": policy.card_from,
    }


def _came(
    desk: Desk, policy: Policy, key: Callable[[bytes], str], *, now: int
) -> dict[str, list[int]]:
    since: datetime.date | None = local_day(now)
    counted = policy.without in TRIALS or policy.card_from > 1 or _has_trials(desk)
    if counted:
        since = None
    elif policy.visits and since is not None:
        since -= datetime.timedelta(days=max(policy.period, 1) - 1)
    came: dict[str, list[int]] = {}
    for holder, day in desk.visits.store.days_of_visitors(since=since, most=_MOST_DAYS):
        came.setdefault(key(holder), []).append(day_number(day))
    return came


def _has_trials(desk: Desk) -> bool:
    return any(one.kind is not Without.WORD for one in desk.visits.guests.all())
