"""Why the federation's office cannot do what it was asked; the folder is as it was."""

from pathlib import Path

from passkoop_site.errors import SiteError


class NoFederation(SiteError):
    """There is no federation in the folder."""

    code = "no_federation"
    hint = (
        "Vérifiez l’option --folder (ou PASSKOOP_FEDERATION), ou créez la fédération avec "
        "«\u00a0passkoop federation init\u00a0»."
    )

    def __init__(self, folder: Path) -> None:
        super().__init__(f"il n’y a pas de fédération dans {folder}")


class AlreadyAFederation(SiteError):
    """There is one already."""

    code = "already_a_federation"
    hint = "Choisissez un autre dossier."

    def __init__(self, folder: Path) -> None:
        super().__init__(f"il y a déjà une fédération, ou ses clés, dans {folder}")


class BrokenFederation(SiteError):
    """The signed documents of a federation do not hold together."""

    code = "broken_federation"
    hint = "Reprenez ce fichier d’une copie\u202f: tous ceux qui suivent la fédération l’ont."

    def __init__(self, why: str) -> None:
        super().__init__(f"les documents de la fédération ne tiennent pas ensemble ({why})")


class NotAProposal(SiteError):
    """A file that holds no proposal."""

    code = "not_a_proposal"
    hint = "Demandez-en une nouvelle copie à qui l’a envoyé."

    def __init__(self) -> None:
        super().__init__("ce fichier n’est pas une proposition, ou il est abîmé")


class OtherFederation(SiteError):
    """A proposal of another federation than the one in the folder."""

    code = "other_federation"
    hint = "Comparez l’empreinte avec celle de votre fédération, et prévenez qui l’a envoyé."

    def __init__(self) -> None:
        super().__init__("cette proposition est d’une autre fédération")


class Outdated(SiteError):
    """A proposal that starts from something that has changed since."""

    code = "outdated_proposal"
    hint = "Refaites le changement à partir de la version d’aujourd’hui."

    def __init__(self) -> None:
        super().__init__("cette proposition part d’une version qui a été remplacée depuis")


class OtherProposal(SiteError):
    """Two files that were to be put together propose different things."""

    code = "other_proposal"
    hint = "Donnez des copies d’une seule et même proposition."

    def __init__(self) -> None:
        super().__init__("ces fichiers proposent des choses différentes")


class SignaturesMissing(SiteError):
    """A proposal that not enough people have signed."""

    code = "signatures_missing"
    hint = (
        "Faites signer le fichier par les autres\u202f: "
        "«\u00a0passkoop federation sign FICHIER\u00a0»."
    )

    def __init__(self, count: int) -> None:
        plural = "s" if count > 1 else ""
        super().__init__(f"il manque encore {count} signature{plural}")
        self.count = count


class NoKeyHere(SiteError):
    """None of the keys on this machine may sign."""

    code = "no_key_here"
    hint = "Faites-le sur la machine où se trouve la clé de l’une des personnes de la fédération."

    def __init__(self) -> None:
        super().__init__("aucune clé de ce dossier ne peut signer cela")


class BadRequest(SiteError):
    """What was given as a co-op's request is none."""

    code = "bad_request"
    hint = "Demandez à la coop ce qu’affiche «\u00a0passkoop federation request\u00a0», en entier."

    def __init__(self, why: str) -> None:
        super().__init__(f"cette demande ne vaut rien\u202f: {why}")


class BadPerson(SiteError):
    """What was given as a person's key is none."""

    code = "bad_person"
    hint = "Demandez-lui la ligne qu’affiche «\u00a0passkoop federation key NOM\u00a0», en entier."

    def __init__(self, why: str) -> None:
        super().__init__(why)


class NotSayable(SiteError):
    """A name or a list that the protocol has no room for."""

    code = "not_sayable"
    hint = "Un nom compte de une à cent lettres\u202f; il y a huit adresses au plus."

    def __init__(self) -> None:
        super().__init__("un nom est vide, trop long ou illisible, ou il y a trop d’adresses")


class NotAPublication(SiteError):
    """The folder to publish into holds a whole site, with documents of co-ops that we lack."""

    code = "not_a_publication"
    hint = (
        "Publiez dans un autre dossier, et donnez-le à «\u00a0passkoop site build\u00a0»\u202f: "
        "c’est lui qui met les documents sur le site."
    )

    def __init__(self, folder: Path) -> None:
        super().__init__(f"{folder} contient déjà un site")


class OlderThanPublished(SiteError):
    """The folder to publish into holds something newer, or of another federation."""

    code = "older_than_published"
    hint = (
        "Prenez d’abord ce qui y est\u202f: «\u00a0passkoop federation update "
        "FICHIER\u00a0», puis recommencez."
    )

    def __init__(self, folder: Path) -> None:
        super().__init__(f"{folder} contient une version plus récente, ou une autre fédération")


class BadChange(SiteError):
    """A change that makes no sense where the federation stands."""

    code = "bad_change"

    def __init__(self, why: str, hint: str) -> None:
        super().__init__(why)
        self.hint = hint
