"""What is kept of whoever joins, why, how long and who to ask: in plain words."""

from passkoop_node.coops.profile import Profile
from passkoop_node.core.language import _, ngettext
from passkoop_node.joining.questions import Questions


def consent_text(questions: Questions, profile: Profile) -> str:
    """Return what somebody agrees to, its paragraphs parted by line ends.

    It is kept with the request as it was shown, in the language in which it was.
    """
    return questions.consent or "\n".join(
        [
            _(
                "%(coop)s garde ce que vous écrivez ici pour tenir son registre des membres, "
                "faire votre carte et vous écrire comme vous le demandez.",
                coop=profile.name,
            ),
            _(
                "C'est gardé tant que vous êtes membre. Une demande refusée est effacée après "
                "%(refused)s, une demande restée sans réponse après %(waiting)s.",
                refused=days(questions.refused_days),
                waiting=days(questions.waiting_days),
            ),
            _(
                "Rien n'est vendu ni prêté. Les autres coops n'en lisent que ce que dit votre "
                "carte : votre nom, votre catégorie et jusqu'à quand elle est valable."
            ),
            _(
                "Pour voir, corriger, emporter ou faire effacer ce qui vous concerne : %(where)s.",
                where=profile.contact or f"{profile.name}, {profile.place}",
            ),
        ]
    )


def days(count: int) -> str:
    """Return a duration in words."""
    if count % 365 == 0:
        return ngettext("%(num)s an", "%(num)s ans", count // 365)
    return ngettext("%(num)s jour", "%(num)s jours", count)
