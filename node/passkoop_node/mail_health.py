"""What is wrong with the post: nothing waits for ever without somebody being told."""

from passkoop_node.core.language import N_, Message
from passkoop_node.core.mail_settings import TROUBLE
from passkoop_node.core.mail_words import said_of
from passkoop_node.core.outbox import Carrier, State
from passkoop_node.core.post import TROUBLES
from passkoop_node.findings import Finding, Level
from passkoop_node.rooms import Rooms

LONG = 3_600  # seconds that the server may be away before it is worth a word


def look_at_post(rooms: Rooms, *, now: int) -> list[Finding]:
    """Return how the post goes; nothing where mail is not used."""
    counts, letters = rooms.outbox.counts(), rooms.outbox.counts(Carrier.EMAIL)
    if not rooms.mail.is_ready() and not letters[State.WAITING]:
        return []
    if not rooms.mail.is_ready():
        return _note(
            N_(
                "Des messages attendent, et le courriel n'est pas réglé : %(num)s.",
                num=letters[State.WAITING],
            ),
            N_("Réglages, page « Courriel » ; ou annulez-les : bureau, page « Courrier »."),
        )
    trouble = rooms.settings.get(TROUBLE)
    if trouble and now - int(trouble.get("since", now)) >= LONG:
        says, to_do = said_of(str(trouble.get("code", "")))
        return _note(N_("Le courriel ne part pas : %(why)s", why=says), to_do)
    sms = rooms.settings.get(TROUBLES[Carrier.SMS])
    if sms and now - int(sms.get("since", now)) >= LONG:
        says, to_do = said_of(str(sms.get("code", "")))
        return _note(N_("Les SMS ne partent pas : %(why)s", why=says), to_do)
    if to_see := counts[State.FAILED] + counts[State.UNCERTAIN]:
        return _note(
            N_("Des messages ne sont pas partis, ou peut-être : %(num)s.", num=to_see),
            N_("Voyez-les au bureau, page « Courrier »."),
        )
    if not rooms.accounts.administrators():
        return _note(
            N_("Personne n'est prévenu par e-mail de ce qui ne va pas."),
            N_("Donnez une adresse à un compte d'administration : réglages, page « Comptes »."),
        )
    return [Finding(code="mail", level=Level.OK, says=N_("Le courriel part."))]


def _note(says: Message, to_do: Message) -> list[Finding]:
    return [Finding(code="mail", level=Level.NOTE, says=says, to_do=to_do)]
