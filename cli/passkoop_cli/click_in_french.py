"""What click itself says, in French: volunteers read no English.

Click asks `gettext` for each of its sentences, but ships no translation. Its modules get ours
instead. A sentence that a later click words anew stays English until it is added here.
"""

import gettext
import sys

import click

SENTENCES = {
    # Help. A heading is printed with a colon right behind it.
    "Usage:": "Utilisation\u202f:",
    "Options": "Options\u202f",
    "Commands": "Commandes\u202f",
    "Positional arguments": "Arguments\u202f",
    "Show this message and exit.": "Afficher cette aide.",
    "default: {default}": "sinon\u202f: {default}",
    "env var: {var}": "variable\u202f: {var}",
    "required": "obligatoire",
    # Mistakes in what was typed; `usage.said_usage` puts them into two lines.
    "Missing command.": "il manque la commande",
    "No such command {name!r}.": "la commande «\u00a0{name}\u00a0» n’existe pas",
    "Option {name!r} requires an argument.": "il manque une valeur à {name}",
    "Option {name!r} does not take a value.": "{name} ne prend pas de valeur",
    "Got unexpected extra argument ({args})": "il y a un mot de trop\u202f: {args}",
    "Got unexpected extra arguments ({args})": "il y a des mots en trop\u202f: {args}",
    "{name} {filename!r} is a directory.": "{filename} est un dossier, pas un fichier",
    "{name} {filename!r} is a file.": "{filename} est un fichier, pas un dossier",
    # Questions.
    "Error: {message}": "Erreur\u202f: {message}",
    "Error: The two entered values do not match.": "Les deux saisies diffèrent\u202f: recommencez.",
    # A progress bar of more than a day.
    "d": "j",
}


def speak_french() -> None:
    """Make click speak French in this process."""
    for name, module in list(sys.modules.items()):
        if name == "click" or name.startswith("click."):
            if getattr(module, "_", None) is gettext.gettext:
                setattr(module, "_", _said)  # noqa: B010  # mypy knows no such attribute
            if getattr(module, "ngettext", None) is gettext.ngettext:
                setattr(module, "ngettext", _counted)  # noqa: B010


def _said(sentence: str) -> str:
    return SENTENCES.get(sentence, sentence)


def _counted(one: str, many: str, count: int) -> str:
    return _said(one if count < 2 else many)


class Group(click.Group):
    """Commands under a common word, shown in the order in which they are written."""

    def __init__(self, *args: object, **settings: object) -> None:
        settings.setdefault("subcommand_metavar", "COMMANDE …")
        super().__init__(*args, **settings)  # type: ignore[arg-type]

    def list_commands(self, _: click.Context) -> list[str]:
        """Return the names of the commands."""
        return list(self.commands)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """List each command with the whole first line of its help; click would cut it short."""
        rows = []
        for name in self.list_commands(ctx):
            command = self.get_command(ctx, name)
            assert command is not None
            rows.append((name, (command.help or "").partition("\n")[0]))
        with formatter.section(_said("Commands")):
            formatter.write_dl(rows)
