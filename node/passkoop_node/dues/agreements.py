"""What is agreed with a member beside a payment: several times, shares, days for nothing."""

from datetime import date, timedelta

from passkoop_node.core.database import writing
from passkoop_node.core.formats import local_day
from passkoop_node.core.language import _
from passkoop_node.dues.faults import BadPayment
from passkoop_node.dues.ledger import Ledger, ending
from passkoop_node.dues.plan import Period, next_period
from passkoop_node.dues.schedules import MOST_TIMES, Schedule, SharePlan, instalments
from passkoop_node.dues.store import Kind
from passkoop_node.members.member import LONGEST_TEXT, Member
from passkoop_node.members.text import clean
from passkoop_node.visits.money import check_amount

MOST_SHARES = 10_000
_FARTHEST = 366  # days from today to the first instalment


def grant(
    ledger: Ledger,
    member: Member,
    *,
    why: str,
    on: date,
    last: date | None = None,
    now: int,
    actor: str,
) -> Period:
    """Give a member a year, or the days until `last`, for nothing; return which days.

    Raises:
        BadPayment: no dues are asked of them, or `last` is none of these days.
    """
    with writing(ledger.payments.db):
        ledger.check_asked(member)
        until = ledger.payments.paid_until(member.id)
        period = next_period(ledger.plan, paid_until=until, paid_on=on)
        if last is not None:
            period = ending(period, last)
        ledger.grants.add(member.id, period, why=clean(why)[:LONGEST_TEXT], now=now)
        ledger.audit.add("dues.grant", now=now, actor=actor, subject=member.number)
        ledger.follow(member, now=now, actor=actor)
    ledger.tell(now=now)
    return period


def take_back_grant(ledger: Ledger, member: Member, id: int, *, now: int, actor: str) -> bool:
    """Take back what was given for nothing; return whether there was such."""
    with writing(ledger.payments.db):
        is_gone = ledger.grants.take_back(id, member_id=member.id, now=now)
        if is_gone:
            ledger.audit.add("dues.ungrant", now=now, actor=actor, subject=member.number)
            ledger.follow(member, now=now, actor=actor)
    ledger.tell(now=now)
    return is_gone


def agree(
    ledger: Ledger,
    member: Member,
    *,
    kind: Kind,
    cents: int,
    times: int,
    first: date,
    now: int,
    actor: str,
) -> None:
    """Keep that an amount is paid in so many months, instead of what was agreed before.

    Args:
        member: who pays.
        kind: what for.
        cents: of all instalments. Parts that were paid before count.
        times: how many months.
        first: the day on which the first one is due; dues are for a year from then on, or
            from the end of what is paid.
        now: seconds, UTC.
        actor: who agreed.

    Raises:
        BadAmount, BadPayment: nothing was kept.
    """
    check_amount(cents)
    if not 2 <= times <= MOST_TIMES or cents < times:
        raise BadPayment(
            _("on paie en 2 à %(most)s fois", most=MOST_TIMES), _("Corrigez le nombre.")
        )
    today = local_day(now)
    if first < today - timedelta(days=_FARTHEST):
        raise BadPayment(_("ce jour est trop ancien"), _("Vérifiez la date."))
    if first > today + timedelta(days=_FARTHEST):
        raise BadPayment(_("ce jour est trop loin"), _("Vérifiez la date."))
    with writing(ledger.payments.db):
        period, since = None, ledger.payments.last_row()
        if kind is Kind.DUES:
            ledger.check_asked(member)
            until = ledger.payments.paid_until(member.id)
            period = next_period(ledger.plan, paid_until=until, paid_on=first)
            if parts := ledger.payments.open_parts(member.id):
                since = ledger.payments.row_of(parts[-1]) - 1
        ledger.schedules.add(
            Schedule(
                id=0,
                member_id=member.id,
                kind=kind,
                cents=cents,
                period=period,
                since=since,
                instalments=instalments(cents, times, first=first),
            ),
            now=now,
        )
        ledger.audit.add("dues.agree", now=now, actor=actor, subject=member.number)


def give_up(ledger: Ledger, member: Member, kind: Kind, *, now: int, actor: str) -> bool:
    """Let what was agreed count no more; return whether something was."""
    with writing(ledger.payments.db):
        is_gone = ledger.schedules.end(member.id, kind, now=now)
        if is_gone:
            ledger.audit.add("dues.give_up", now=now, actor=actor, subject=member.number)
    return is_gone


def plan_shares(
    ledger: Ledger, member: Member, plan: SharePlan | None, *, now: int, actor: str
) -> None:
    """Keep the shares that a member wants; None: none any more.

    Raises:
        BadAmount, BadPayment: nothing was kept.
    """
    if plan is not None:
        if not 1 <= plan.shares <= MOST_SHARES or not plan.cents:
            raise BadPayment(
                _("on prend de 1 à %(most)s parts, qui ont un prix", most=MOST_SHARES),
                _("Corrigez le nombre de parts, ou le prix."),
            )
        check_amount(plan.total)
    with writing(ledger.payments.db):
        ledger.schedules.plan_shares(member.id, plan)
        ledger.audit.add("dues.shares", now=now, actor=actor, subject=member.number)
