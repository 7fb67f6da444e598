"""The practices that co-ops name, each a value of the one policy, and what contradicts itself."""

from collections.abc import Sequence
from dataclasses import dataclass

from passkoop_node.coops.ourselves import AskIdentity, Ourselves
from passkoop_node.core.language import N_, Message, _
from passkoop_node.errors import NodeError
from passkoop_protocol.welcome import Policy, Who, Without

FOREVER = 10_000  # days, the longest that SPEC 8 can say: « in all »
_TRIALS = (Without.VISITS, Without.DAYS, Without.SPONSOR)


@dataclass(frozen=True, kw_only=True, slots=True)
class Preset:
    """A practice with the name that co-ops give it."""

    code: str  # stable, English
    title: Message
    coops: tuple[str, ...]  # that welcome like this
    policy: Policy


PRESETS: Sequence[Preset] = (
    Preset(
        code="word",
        title=N_("Sur parole"),
        coops=("Dionycoop", "Lalouet'Coop"),
        policy=Policy(who=Who.ANYONE, without=Without.WORD),
    ),
    Preset(
        code="countries",
        title=N_("Réseau par pays"),
        coops=("Les 400 Coop",),
        policy=Policy(
            who=Who.NETWORK, countries=frozenset({"FR", "BE", "PT"}), without=Without.REFUSAL
        ),
    ),
    Preset(
        code="three_purchases",
        title=N_("Essai de trois achats"),
        coops=("Coopalim",),
        policy=Policy(
            who=Who.NETWORK, without=Without.VISITS, without_limit=3, visits=3, period=FOREVER
        ),
    ),
    Preset(
        code="four_visits",
        title=N_("Découverte en quatre visites"),
        coops=("Le Baudet",),
        policy=Policy(
            who=Who.NETWORK, without=Without.VISITS, without_limit=4, visits=4, period=FOREVER
        ),
    ),
    Preset(
        code="sixty_days",
        title=N_("Testeur pendant 60 jours"),
        coops=("Le Nid",),
        policy=Policy(who=Who.NETWORK, without=Without.DAYS, without_limit=60),
    ),
    Preset(
        code="sponsor",
        title=N_("Parrainage d'un mois"),
        coops=("La Cambuse",),
        policy=Policy(who=Who.NETWORK, without=Without.SPONSOR, without_limit=30),
    ),
    Preset(
        code="members_only",
        title=N_("Membres seulement"),
        coops=(),
        policy=Policy(who=Who.NOBODY, without=Without.REFUSAL),
    ),
)


class ContradictoryPolicy(NodeError):
    """Rules of welcome of which one undoes another."""

    code = "contradictory_policy"

    def __init__(self, sentences: Sequence[str]) -> None:
        super().__init__(" ".join(sentences).rstrip("."))
        self.hint = _("Changez l'une des deux règles : rien n'a été enregistré.")
        self.sentences = tuple(sentences)


def preset_of(policy: Policy) -> Preset | None:
    """Return the practice that this policy is, if it is one of those named."""
    return next((one for one in PRESETS if one.policy == policy), None)


def contradictions(policy: Policy) -> list[str]:
    """Return a sentence for each pair of rules of which one undoes the other; none: it is sound."""
    found = [*_of_cards(policy), *_of_people_without(policy)]
    if policy.who is Who.ANYONE and policy.without is Without.REFUSAL:
        found.append(_("Tout le monde est accueilli, et pourtant personne n'entre sans carte."))
    if policy.who is Who.NOBODY and policy.without is Without.WORD:
        found.append(
            _(
                "Seuls vos membres sont accueillis, et pourtant la parole suffit à qui vient"
                " sans carte."
            )
        )
    return found


def doubts(policy: Policy) -> list[str]:
    """Return a sentence for each rule that does little, because going without a card is easier."""
    if policy.without is not Without.WORD or policy.card_from > 1 or policy.who is Who.NOBODY:
        return []
    limits = []
    if policy.visits:
        limits.append(
            _("Les visites avec carte sont comptées, mais sans carte la parole suffit toujours.")
        )
    if policy.countries or policy.accepted or policy.refused:
        limits.append(
            _("Certaines cartes sont refusées, mais sans carte la parole suffit à tout le monde.")
        )
    return limits


def choose(ourselves: Ourselves, policy: Policy, *, ask: AskIdentity | None, now: int) -> bool:
    """Make these our rules of welcome.

    Args:
        ask: unlocks the identity key, with which the rules are published; None: they hold here,
            and travellers learn of them with the next signature.

    Returns:
        Whether the descriptor on the disk says them now.

    Raises:
        ContradictoryPolicy: nothing was changed.
    """
    sentences = contradictions(policy)
    if sentences:
        raise ContradictoryPolicy(sentences)
    may_sign = ask is not None and not ourselves.is_catching_up
    # Before anything changes: the passphrase may be wrong, the key away.
    identity = ask() if ask is not None and may_sign else None
    ourselves.set_policy(policy)
    if identity is not None and not ourselves.descriptor_is_current():
        ourselves.sign_descriptor(lambda: identity, now=now)
    return ourselves.descriptor_is_current()


def _of_cards(policy: Policy) -> list[str]:
    found = []
    if policy.accepted & policy.refused:
        found.append(_("Une même coop est à la fois acceptée et refusée."))
    limits_cards = policy.countries or policy.accepted or policy.refused or policy.visits
    if policy.who is Who.NOBODY and limits_cards:
        found.append(
            _(
                "Aucune autre coop n'est accueillie, et pourtant une règle choisit parmi elles ou"
                " compte leurs visites."
            )
        )
    if (policy.visits == 0) != (policy.period == 0):
        found.append(_("Un nombre de visites et un nombre de jours vont ensemble."))
    elif policy.visits > policy.period:
        found.append(
            _(
                "Une personne ne compte qu'une visite par jour : %(visits)s visites en"
                " %(days)s jours ne sont jamais atteintes.",
                visits=policy.visits,
                days=policy.period,
            )
        )
    return found


def _of_people_without(policy: Policy) -> list[str]:
    found = []
    if (policy.without in _TRIALS) != (policy.without_limit > 0):
        found.append(
            _("Un essai a une durée ou un nombre de visites ; sans essai, il n'y en a pas.")
        )
    if policy.card_from < 1:
        found.append(_("La carte peut être demandée au plus tôt à la première visite."))
    if policy.card_from > 1 and policy.without is not Without.WORD:
        found.append(
            _(
                "La carte ne peut être demandée à partir d'une certaine visite que là où la parole"
                " suffit avant : un essai ou un refus a déjà sa fin."
            )
        )
    return found
