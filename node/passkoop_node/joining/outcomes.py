"""What becomes of a request to join, as values; and who is the same person."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass

from passkoop_node.core.language import _
from passkoop_node.errors import NodeError
from passkoop_node.joining.answers import Answers
from passkoop_node.joining.store import JoinRequest
from passkoop_node.members.member import Member
from passkoop_node.members.names import any_order
from passkoop_node.members.text import fold, words


class InboxFull(NodeError):
    """The office has so many requests that one more would be lost among them."""

    code = "join_inbox_full"

    def __init__(self) -> None:
        super().__init__(_("trop de demandes attendent déjà"))
        self.hint = _("Rien n'est gardé : revenez demain, ou adressez-vous à la coop.")


class AlreadyAnswered(NodeError):
    """Somebody was quicker: the request was answered already."""

    code = "join_already_answered"

    def __init__(self, request: JoinRequest) -> None:
        super().__init__(_("cette demande a déjà sa réponse"))
        self.hint = _("Rechargez la page : rien n'a été changé.")
        self.request = request


@dataclass(frozen=True, kw_only=True, slots=True)
class Accepted:
    """Who became a member, and what came of the card."""

    request: JoinRequest
    member: Member
    has_card: bool
    is_mailed: bool  # the card is in the outbox
    fault: NodeError | None = None  # why there is no card, or no letter


@dataclass(frozen=True, kw_only=True, slots=True)
class Sent:
    """A request that was taken in."""

    token: str  # of the private page that says what comes next
    is_new: bool  # False: this person's request is there already
    request: JoinRequest
    accepted: Accepted | None = None


def person_of(person: Answers | Member) -> str:
    """Return what is the same each time that a person sends the form; "" if nothing is known.

    Who gives neither an address nor a telephone is known by all else that they give.
    """
    name = any_order(person.given_name, person.family_name)
    if not name:
        return ""
    phone = "".join(letter for letter in person.phone if letter.isdecimal())
    if reach := fold(person.email) or phone:
        return f"{name}|{reach}"
    rest = (person.birth_year, *words(f"{person.address} {person.postcode} {person.town}"))
    return f"{name}|{'-'.join(map(str, rest))}"


def said_of(answers: Answers) -> Mapping[str, object]:
    """Return what was answered, without what was not."""
    return {name: value for name, value in asdict(answers).items() if value}
