"""What the co-op calls its amounts: full, reduced, supporting, as one likes, for nothing."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from datetime import date
from enum import Enum
from typing import Any

from passkoop_node.core.language import _
from passkoop_node.core.settings import Setting, SettingsStore
from passkoop_node.dues.plan import Plan
from passkoop_node.errors import BadSetting, NodeError
from passkoop_node.members.member import Member
from passkoop_node.members.text import clean, fold
from passkoop_node.visits.money import check_amount

_AMOUNTS: Setting[list[Any]] = Setting(name="dues.amounts", default=[])
MOST = 20
LONGEST = 40  # characters of a name
OLDEST = 120  # years


class Whom(Enum):
    """Who may pay an amount."""

    ALL = "all"
    HOUSEHOLD = "household"  # whoever pays for a household
    ALONE = "alone"  # whoever does not


class BadAmountRule(NodeError):
    """No amount can be so."""

    code = "bad_amount_rule"

    def __init__(self, reason: str, hint: str) -> None:
        super().__init__(reason)
        self.hint = hint


@dataclass(frozen=True, kw_only=True, slots=True)
class Amount:
    """One amount of a year's dues."""

    name: str  # "": the plan's own
    cents: int  # 0 and not open: for nothing
    is_open: bool = False  # each gives what they like; `cents` is what is proposed
    whom: Whom = Whom.ALL
    most_age: int | None = None  # years, reached in the year in which it is paid

    @property
    def is_gift(self) -> bool:
        """Whether a year of it costs nothing."""
        return not self.cents and not self.is_open

    @property
    def least(self) -> int:
        """Cents from which on a year is paid."""
        return 0 if self.is_open else self.cents

    def fits(self, member: Member, *, has_household: bool, on: date) -> bool:
        """Return whether a member may pay it; an age that is unknown is taken on trust."""
        if self.whom is not Whom.ALL and (self.whom is Whom.HOUSEHOLD) != has_household:
            return False
        if self.most_age is None or member.birth_year is None:
            return True
        return on.year - member.birth_year <= self.most_age


class Amounts:
    """The amounts beside the plan's own, in the order in which they were given."""

    def __init__(self, settings: SettingsStore) -> None:
        self._settings = settings

    def all(self, plan: Plan) -> list[Amount]:
        """Return the plan's own amount, then the others."""
        own = Amount(name="", cents=plan.cents, is_open=plan.is_free)
        return [own, *self.named()]

    def named(self) -> list[Amount]:
        """Return the amounts that have a name.

        Raises:
            BadSetting: what is stored are no amounts.
        """
        stored = self._settings.get(_AMOUNTS)
        try:
            return [Amount(**{**one, "whom": Whom(one["whom"])}) for one in stored]
        except (TypeError, ValueError, KeyError) as error:
            raise BadSetting(_AMOUNTS.name) from error

    def put(self, amount: Amount) -> None:
        """Keep an amount, instead of the one that has its name.

        Raises:
            BadAmountRule, BadAmount: nothing was kept.
        """
        check_amount(amount.cents)
        name = clean(amount.name)
        if not name or len(name) > LONGEST:
            raise BadAmountRule(
                _("un montant a un nom, de %(most)s signes au plus", most=LONGEST),
                _("Donnez-lui un nom : réduit, soutien…"),
            )
        if amount.most_age is not None and not 1 <= amount.most_age <= OLDEST:
            raise BadAmountRule(_("personne n'a cet âge"), _("Corrigez l'âge."))
        amount = replace(amount, name=name)
        others = [one for one in self.named() if fold(one.name) != fold(name)]
        if len(others) >= MOST:
            raise BadAmountRule(_("il y a déjà %(most)s montants", most=MOST), _("Retirez-en un."))
        before = [fold(one.name) for one in self.named()]
        place = before.index(fold(name)) if fold(name) in before else len(others)
        others.insert(place, amount)
        self._keep(others)

    def remove(self, name: str) -> bool:
        """Forget an amount; return whether there was one of this name."""
        kept = [one for one in self.named() if one.name != name]
        is_gone = len(kept) < len(self.named())
        if is_gone:
            self._keep(kept)
        return is_gone

    def _keep(self, amounts: Sequence[Amount]) -> None:
        stored = [{**asdict(one), "whom": one.whom.value} for one in amounts]
        self._settings.set(_AMOUNTS, stored)
