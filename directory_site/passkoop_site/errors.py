"""Why the federation's tools cannot do what they were asked: each with a `code` and a `hint`.

As in the node: messages and hints are French, for volunteers; codes are stable and English.
"""

from pathlib import Path


class SiteError(Exception):
    """Something that the federation's tools cannot or will not do. Never raised itself."""

    code = "site_error"
    hint = ""


class NoContent(SiteError):
    """The folder holds nothing that a site could be made of."""

    code = "no_content"
    hint = (
        "Donnez le dossier qui contient «\u00a0coops\u00a0» (et s’il y a lieu «\u00a0pages\u00a0», "
        "«\u00a0documents\u00a0», «\u00a0site.toml\u00a0»)."
    )

    def __init__(self, folder: Path) -> None:
        super().__init__(f"le dossier {folder} ne contient ni coops ni documents signés")
        self.folder = folder


class BadSettings(SiteError):
    """site.toml cannot be used."""

    code = "bad_settings"
    hint = "Corrigez ce fichier, puis recommencez\u202f; le site n’a pas été touché."

    def __init__(self, path: Path, why: str) -> None:
        super().__init__(f"{path}\u202f: {why}")
        self.path = path


class NotASite(SiteError):
    """The folder that should become the site holds other things."""

    code = "not_a_site"
    hint = "Donnez un dossier vide ou nouveau, ou celui d’un site déjà fait par cette commande."

    def __init__(self, folder: Path) -> None:
        super().__init__(
            f"le dossier {folder} contient autre chose qu’un site\u202f: rien n’y a été écrit"
        )
        self.folder = folder


class SiteInContent(SiteError):
    """The site would be written into what it is made of, or over it."""

    code = "site_in_content"
    hint = "Choisissez pour le site un dossier à part."

    def __init__(self, folder: Path) -> None:
        super().__init__(f"le site ne peut pas être écrit dans {folder}, d’où vient son contenu")
        self.folder = folder


class NoSuchCoop(SiteError):
    """No co-op of the site has this address."""

    code = "no_such_coop"
    hint = "Donnez le dernier mot de l’adresse de sa page, par exemple «\u00a0la-courge\u00a0»."

    def __init__(self, slug: str) -> None:
        super().__init__(f"aucune coop n’a l’adresse «\u00a0{slug}\u00a0»")
        self.slug = slug


class BadImport(SiteError):
    """A file of co-ops that is none of the kinds that are read."""

    code = "bad_import"
    hint = (
        "Donnez la liste d’InterFoodCoop (JSON) ou un fichier CSV dont une colonne s’appelle "
        "«\u00a0nom\u00a0» et une «\u00a0pays\u00a0»."
    )

    def __init__(self, path: Path, why: str) -> None:
        super().__init__(f"{path} n’est pas une liste de coops\u202f: {why}")
        self.path = path
