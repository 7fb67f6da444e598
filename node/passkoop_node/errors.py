"""Why the node cannot do what it was asked: one tree, each with a `code` and a `hint`.

Messages and hints are shown to volunteers, so they are French; a message says what happened, a
hint says what to do. Codes are stable and English: they are in JSON answers and in the docs.
"""

from pathlib import Path


class NodeError(Exception):
    """Something that the node cannot or will not do. Never raised itself."""

    code = "node_error"
    hint = ""


# The folder and its files

_WHICH_FOLDER = (
    "Vérifiez l’option --home (ou PASSKOOP_HOME), "
    "ou créez la coop avec «\u00a0passkoop init\u00a0»."
)


class FolderNotFound(NodeError):
    """The folder that should hold a co-op does not exist."""

    code = "folder_not_found"
    hint = _WHICH_FOLDER

    def __init__(self, path: Path) -> None:
        super().__init__(f"le dossier {path} n’existe pas")
        self.path = path


class FolderMissing(FolderNotFound):
    """The folder of a file that was to be read or written does not exist."""

    code = "folder_missing"
    hint = "Vérifiez le chemin, ou créez ce dossier, puis recommencez."


class NotANode(NodeError):
    """The folder exists and holds no co-op."""

    code = "not_a_node"
    hint = _WHICH_FOLDER

    def __init__(self, path: Path) -> None:
        super().__init__(f"le dossier {path} ne contient pas de coop Pass’Koop")
        self.path = path


class AlreadyANode(NodeError):
    """A co-op was to be made where there is one."""

    code = "already_a_node"
    hint = "Choisissez un autre dossier avec --home\u202f; rien n’a été changé dans celui-ci."

    def __init__(self, path: Path) -> None:
        super().__init__(f"le dossier {path} contient déjà une coop")
        self.path = path


class HomeBusy(NodeError):
    """Another process does something in this folder that suffers no company."""

    code = "home_busy"
    hint = "Attendez qu’elle se termine, puis recommencez."

    def __init__(self, path: Path) -> None:
        super().__init__(f"une autre commande travaille déjà dans {path}")
        self.path = path


class OpenPermissions(NodeError):
    """A private file can be read by other accounts of the machine."""

    code = "open_permissions"

    def __init__(self, path: Path) -> None:
        super().__init__(f"le fichier {path} peut être lu par d’autres comptes de cette machine")
        self.path = path
        self.hint = (
            f"Fermez-le avec «\u00a0chmod 600 {path}\u00a0»\u202f; si quelqu’un a pu le lire, "
            "faites une nouvelle clé avec «\u00a0passkoop key rotate\u00a0»."
        )


class FileMissing(NodeError):
    """A file that is needed is not there."""

    code = "file_missing"
    hint = "Vérifiez le chemin, puis recommencez."

    def __init__(self, path: Path) -> None:
        super().__init__(f"le fichier {path} n’existe pas")
        self.path = path


class NotAFile(NodeError):
    """There is a folder, a device or a pipe where a file was meant."""

    code = "not_a_file"
    hint = "Donnez le chemin d’un fichier."

    def __init__(self, path: Path) -> None:
        what = "est un dossier, pas un fichier" if path.is_dir() else "n’est pas un fichier"
        super().__init__(f"{path} {what}")
        self.path = path


class AccessDenied(NodeError):
    """The system does not let us read or write there."""

    code = "access_denied"
    hint = "Vérifiez à qui appartient le dossier et que votre compte peut y écrire."

    def __init__(self, path: Path) -> None:
        super().__init__(f"l’accès à {path} est refusé")
        self.path = path


# The disk and the database


class DiskFull(NodeError):
    """The disk, or the quota, takes no more. What was being written is undone."""

    code = "disk_full"
    hint = "Libérez de la place, puis recommencez\u202f: rien n’a été écrit à moitié."

    def __init__(self, path: Path) -> None:
        super().__init__(f"le disque est plein\u202f: impossible d’écrire dans {path}")
        self.path = path


class DiskFailure(NodeError):
    """The disk answered with an error."""

    code = "disk_failure"
    hint = "Vérifiez le disque et son branchement, puis lancez «\u00a0passkoop doctor\u00a0»."

    def __init__(self, path: Path, reason: str) -> None:
        super().__init__(f"le disque a répondu par une erreur pour {path} ({reason})")
        self.path = path


class DatabaseBusy(NodeError):
    """Another process kept the database for itself longer than we wait."""

    code = "database_busy"
    hint = "Recommencez dans une minute\u202f; si cela dure, fermez les autres commandes passkoop."

    def __init__(self, path: Path) -> None:
        super().__init__(f"la base {path} est occupée par une autre commande")
        self.path = path


class NotADatabase(NodeError):
    """The file is no database of ours."""

    code = "not_a_database"
    hint = "Vérifiez le dossier, ou reprenez une sauvegarde avec «\u00a0passkoop restore\u00a0»."

    def __init__(self, path: Path) -> None:
        super().__init__(f"le fichier {path} n’est pas une base Pass’Koop")
        self.path = path


class DatabaseDamaged(NodeError):
    """The database is ours and its content is broken."""

    code = "database_damaged"
    hint = "Gardez ce fichier, puis reprenez une sauvegarde avec «\u00a0passkoop restore\u00a0»."

    def __init__(self, path: Path) -> None:
        super().__init__(f"la base {path} est abîmée")
        self.path = path


class NewerDatabase(NodeError):
    """A later version of the program has changed the shape of this database."""

    code = "newer_database"
    hint = "Mettez passkoop à jour, puis recommencez\u202f: rien n’a été changé."

    def __init__(self, path: Path) -> None:
        super().__init__(f"la base {path} vient d’une version plus récente de passkoop")
        self.path = path


class BadSetting(NodeError):
    """A setting holds something that is not of its kind."""

    code = "bad_setting"
    hint = "Donnez de nouveau ce réglage, ou reprenez une sauvegarde."

    def __init__(self, name: str) -> None:
        super().__init__(f"le réglage «\u00a0{name}\u00a0» est illisible")
        self.name = name


# Members


class MemberNotFound(NodeError):
    """No member answers to this."""

    code = "member_not_found"
    hint = "Cherchez par le nom avec «\u00a0passkoop member list\u00a0»."

    def __init__(self, wanted: str) -> None:
        super().__init__(f"aucun membre ne porte le numéro «\u00a0{wanted}\u00a0»")
        self.wanted = wanted


class NumberTaken(NodeError):
    """Two members cannot have one number."""

    code = "number_taken"
    hint = "Choisissez un autre numéro, ou n’en donnez pas\u202f: le suivant sera pris."

    def __init__(self, number: str) -> None:
        super().__init__(f"le numéro «\u00a0{number}\u00a0» est déjà celui d’un autre membre")
        self.number = number


class BadgeTaken(NodeError):
    """Two members cannot have one badge."""

    code = "badge_taken"
    hint = "Vérifiez le code du badge\u202f: chaque badge n’est qu’à une personne."

    def __init__(self, badge: str) -> None:
        super().__init__(f"le badge «\u00a0{badge}\u00a0» est déjà celui d’un autre membre")
        self.badge = badge


class BadMember(NodeError):
    """What was written about a member cannot be kept."""

    code = "bad_member"
    hint = "Corrigez cette information, puis recommencez."

    def __init__(self, reason: str) -> None:
        super().__init__(reason)


# Import of members


class FileTooLarge(NodeError):
    """The file is larger than a list of members can be."""

    code = "file_too_large"
    hint = "Vérifiez que c’est bien la liste des membres\u202f; au besoin, coupez-la en morceaux."

    def __init__(self, size: int, limit: int) -> None:
        super().__init__(
            f"ce fichier fait {-(-size // 1_000_000)}\u00a0Mo, "
            f"la limite est de {limit // 1_000_000}\u00a0Mo"
        )
        self.limit = limit


class NotATable(NodeError):
    """The file is no table."""

    code = "not_a_table"

    def __init__(self, reason: str, hint: str) -> None:
        super().__init__(reason)
        self.hint = hint


class NoNameColumn(NodeError):
    """The file is a table, and no column of it holds names."""

    code = "no_name_column"
    hint = (
        "Vérifiez que la première ligne donne le titre des colonnes et que l’une s’appelle "
        "«\u00a0Nom\u00a0» (ou «\u00a0Nom\u00a0» et «\u00a0Prénom\u00a0»)."
    )

    def __init__(self, headers: str) -> None:
        super().__init__(f"aucune colonne de noms\u202f; colonnes trouvées\u202f: {headers}")
        self.headers = headers


class NothingToImport(NodeError):
    """No line of the file can be taken."""

    code = "nothing_to_import"
    hint = "Corrigez le fichier, puis recommencez\u202f: rien n’a été importé."

    def __init__(self, reason: str) -> None:
        super().__init__(reason)


class ContradictoryFile(NodeError):
    """Each time that the file is read, it says something else."""

    code = "contradictory_file"
    hint = "Donnez son numéro à chaque membre du fichier\u202f; rien n’a été importé."

    def __init__(self, names: str) -> None:
        super().__init__(f"les lignes de ce fichier se contredisent à propos de {names}")
        self.names = names


class RegisterChanged(NodeError):
    """Members were changed between the preview and the import."""

    code = "register_changed"
    hint = "Refaites l’aperçu, puis l’import\u202f: rien n’a été importé."

    def __init__(self) -> None:
        super().__init__("le registre a changé depuis l’aperçu")


class FederationUnreachable(NodeError):
    """Nobody who has a federation's documents answered."""

    code = "federation_unreachable"
    hint = "Vérifiez l’adresse et le réseau, ou demandez le fichier de la fédération."

    def __init__(self, address: str) -> None:
        super().__init__(f"{address} ne donne pas les documents de la fédération")
