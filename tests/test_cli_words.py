"""What the command says: in French to the last word, in two lines where something is wrong."""

import ast
import importlib
import inspect
import io
import pkgutil
import re
import shlex
import tokenize
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

import passkoop_cli
import passkoop_node
from command import Coop, Done, found, members_csv, passkoop, two_strangers
from passkoop_cli.click_in_french import SENTENCES
from passkoop_cli.main import cli
from passkoop_cli.words import said_error, said_reason
from passkoop_node.errors import NodeError
from passkoop_protocol import qr, verdict
from passkoop_protocol.errors import BadPairingCode, ProtocolError, TooLarge
from passkoop_protocol.verdict import Reason
from terminals import in_a_terminal, on_posix

# Words of click's own sentences, and of Python's about the system, that no French text has.
ENGLISH = re.compile(
    r"\b(usage|the|is|not|show|this|and|exit|error|invalid|value|missing|such|command|commands|"
    r"did|you|mean|got|unexpected|extra|requires|does|take|default|required|aborted|repeat|"
    r"directory|file|exist|denied|range|valid|try|help)\b",
    re.IGNORECASE,
)
# In what people type, these are no English: names of commands and options.
TYPED = re.compile(
    r"--?[a-z-]+|passkoop [a-z -]+|[\w/.-]*passkoop[\w/.-]*|\[?OPTIONS\]?|PASSKOOP\w*"
)


def english_in(text: str, *, names: frozenset[str] = frozenset()) -> list[str]:
    """Return the English words in a text, beside what people type."""
    kept = TYPED.sub(" ", text)
    return [word for word in ENGLISH.findall(kept) if word not in names]


def commands(
    command: click.Command, *words: str
) -> Iterator[tuple[tuple[str, ...], click.Command]]:
    """Yield each group and command, with what one types to get there."""
    yield words, command
    if isinstance(command, click.Group):
        for name, inner in command.commands.items():
            yield from commands(inner, *words, name)


COMMANDS = {" ".join(words): command for words, command in commands(cli)}
LEAVES = {words: one for words, one in COMMANDS.items() if not isinstance(one, click.Group)}
NAMES = frozenset(word for words in COMMANDS for word in words.split())


# Help


@pytest.mark.parametrize("words", COMMANDS, ids=lambda words: words or "passkoop")
def test_the_help_is_french_and_cut_nowhere(words: str) -> None:
    for option in ("--help", "-h"):
        done = passkoop(*words.split(), option)
        assert done.code == 0
        assert done.out.startswith("Utilisation\u202f: passkoop")
        assert english_in(done.out, names=NAMES) == []
        assert "..." not in done.out
        assert "Options\u202f:\n" in done.out
        assert max(map(len, done.out.splitlines())) <= 80
        assert done.err == ""


@pytest.mark.parametrize("words", COMMANDS, ids=lambda words: words or "passkoop")
def test_the_first_line_of_help_is_a_sentence(words: str) -> None:
    first = (COMMANDS[words].help or "").partition("\n")[0]
    assert first[:1].isupper()
    assert first.endswith(".")


@pytest.mark.parametrize(
    "words", [words for words in COMMANDS if words not in LEAVES], ids=lambda w: w or "passkoop"
)
def test_a_group_alone_shows_its_commands(words: str) -> None:
    done = passkoop(*words.split())
    assert done.code == 2
    assert "Commandes\u202f:\n" in done.err
    assert done.out == ""


# What was typed wrongly


def two_lines(done: Done) -> tuple[str, str]:
    """Return what happened and what to do, after looking at how it is said."""
    assert done.code == 2
    assert done.out == ""
    happened, to_do = done.said
    assert re.fullmatch(r"Erreur\u202f: ([A-Z]{2,}|[^A-ZÉÀ]).*[^.]\.", happened), happened
    assert re.fullmatch(r"À faire\u202f: [A-ZÉÀ].*\.", to_do), to_do
    assert english_in(done.err, names=NAMES | {"CARTE"}) == []
    return happened, to_do


@pytest.mark.parametrize("words", LEAVES)
def test_an_option_that_does_not_exist_is_said_so(words: str) -> None:
    happened, to_do = two_lines(passkoop(*words.split(), "--zzz"))
    assert "«\u00a0--zzz\u00a0»" in happened
    assert f"passkoop {words} --help" in to_do


@pytest.mark.parametrize(
    ("words", "happened", "to_do"),
    [
        ("verfy", "la commande «\u00a0verfy\u00a0» n’existe pas", "«\u00a0passkoop verify\u00a0»"),
        ("card isue", "«\u00a0isue\u00a0»", "«\u00a0passkoop card issue\u00a0»"),
        ("zzz", "«\u00a0zzz\u00a0»", "passkoop --help"),
        ("card issue --al", "«\u00a0--al\u00a0»", "--all"),
        ("verify", "il manque CARTE", "«\u00a0passkoop verify CARTE\u00a0»"),
        ("peer add", "il manque CODE", "«\u00a0passkoop peer add CODE\u00a0»"),
        ("peer add A B C", "des mots en trop\u202f: B C", "passkoop peer add CODE"),
        ("member show 1 2", "un mot de trop\u202f: 2", "passkoop member show NUMÉRO"),
        ("member list --limit", "il manque une valeur à --limit", "--help"),
        ("member list --limit x", "«\u00a0x\u00a0» n’est pas un nombre entier", "--help"),
        ("member list --limit 0", "--limit\u202f: «\u00a00\u00a0»", "--help"),
        ("card issue --days 5000 1", "de 1 à", "--help"),
        ("card issue --days -3 1", "«\u00a0-3\u00a0»", "--help"),
        ("member add --joined hier", "«\u00a0hier\u00a0» n’est pas une date", "--help"),
        ("member add --joined 31/02/2026", "n’est pas une date", "--help"),
        ("verify --json=yes x", "--json ne prend pas de valeur", "--help"),
        ("member list --home A", "«\u00a0--home\u00a0»", "juste après «\u00a0passkoop\u00a0»"),
        ("--home", "il manque une valeur à --home", "--help"),
        ("--home {here} member import {here}", "est un dossier, pas un fichier", "--help"),
        ("--home {here}/fichier member list", "est un fichier, pas un dossier", "--help"),
        ("--home {here}", "il manque la commande", "passkoop --help"),
        ("restore", "il manque la sauvegarde", "--finish"),
        ("restore a --finish", "--finish", "restore --finish"),
        ("restore a --nothing-newer", "--nothing-newer", "--finish"),
        ("init", "il manque --name", "--name"),
    ],
)
def test_what_was_typed_wrongly_is_said_with_what_to_type(
    words: str, happened: str, to_do: str, tmp_path: Path
) -> None:
    (tmp_path / "fichier").write_bytes(b"")
    said = two_lines(passkoop(*words.format(here=tmp_path).split()))
    assert happened in said[0]
    assert to_do in said[1]


def test_who_is_asked_for_twice_or_not_at_all_is_said_so(tmp_path: Path) -> None:
    home, _ = two_strangers(tmp_path)
    for words in (("issue",), ("print",), ("issue", "--all", "3"), ("print", "8", "--all")):
        assert "--all" in two_lines(home("card", *words))[1]


@pytest.mark.parametrize("written", ["2026-05-03", "3/5/2026", "03/05/2026", "03.05.2026"])
def test_a_date_may_be_written_as_people_do(written: str, tmp_path: Path) -> None:
    home = found(tmp_path / "a", "Hendaia Koop")
    added = home.do("member", "add", "--family", "Bidart", "--joined", written, "--json").answer
    assert added["joined"] == "2026-05-03"


def test_every_sentence_of_click_that_we_translate_is_still_one() -> None:
    words = {
        node.value
        for node in ast.walk(ast.parse(source_of_click()))
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    }
    assert sorted(set(SENTENCES) - words) == []


def source_of_click() -> str:
    """Return all of click's source, without what only a file's beginning may have."""
    folder = Path(inspect.getfile(click)).parent
    texts = [path.read_text(encoding="utf-8") for path in sorted(folder.glob("*.py"))]
    return "\n".join(texts).replace("from __future__ import annotations", "")


# The reference

REFERENCE = Path(__file__).parent.parent / "docs" / "commandes.md"
EXAMPLES = re.findall(r"^passkoop .*$", REFERENCE.read_text(encoding="utf-8"), re.MULTILINE)


@pytest.mark.parametrize("example", sorted(set(EXAMPLES)))
def test_each_example_of_the_reference_can_be_typed(example: str) -> None:
    command: click.Command = cli
    words = shlex.split(example)[1:]
    ctx = None
    while isinstance(command, click.Group):
        ctx = command.make_context("passkoop", words, parent=ctx, resilient_parsing=True)
        words = [*ctx._protected_args, *ctx.args]
        inner = command.get_command(ctx, words.pop(0))
        assert inner is not None
        command = inner
    parsed = command.make_parser(click.Context(command, parent=ctx)).parse_args(words)
    assert parsed is not None


def test_each_option_of_a_command_stands_beside_it_in_the_reference_or_in_its_help() -> None:
    text = REFERENCE.read_text(encoding="utf-8")
    sections = dict(
        re.findall(r"^### (passkoop [a-z ]+)\n(.*?)(?=^##)", text, re.MULTILINE | re.DOTALL)
    )
    assert set(sections) == {f"passkoop {words}" for words in LEAVES}
    for words, section in sections.items():
        known = {
            option
            for param in LEAVES[words.removeprefix("passkoop ")].params
            for option in (*param.opts, *param.secondary_opts)
        }
        typed = set(re.findall(r"(?<![\w-])--[a-z][a-z-]*", section)) - {"--home"}
        assert typed <= known, words


# The tables of words


def leaves(error: type[ProtocolError] | type[NodeError]) -> Iterator[type[Exception]]:
    if not error.__subclasses__():
        yield error
    for kind in error.__subclasses__():
        yield from leaves(kind)


@pytest.mark.parametrize("kind", list(leaves(ProtocolError)), ids=lambda kind: kind.__name__)
def test_every_error_of_the_protocol_has_french_words(kind: type[ProtocolError]) -> None:
    error = kind(2) if kind is BadPairingCode else kind("in English")
    message, hint = said_error(error)
    assert "in English" not in message
    assert message[0].islower()
    assert not message.endswith(".")
    assert hint[0].isupper()
    assert hint.endswith(".")
    assert english_in(f"{message} {hint}", names=NAMES) == []


def test_a_picture_too_large_is_called_one() -> None:
    assert "image" in said_error(qr.ImageTooLarge("x"))[0]
    assert "image" not in said_error(TooLarge("x"))[0]


def test_every_reason_of_a_verdict_has_a_sentence_whatever_its_days() -> None:
    for moment in (0, 1_795_000_000, 1 << 40):
        facts = dict.fromkeys(("at", "from", "since", "listed", "at_least"), moment)
        for code in verdict.OUTCOMES:
            sentence = said_reason(Reason(code, facts))
            assert "{" not in sentence
            assert sentence.endswith((".", "\u00a0»"))
    assert "18\u00a0novembre\u00a02026" in said_reason(Reason("expired", {"at": 1_795_000_000}))


def test_every_error_of_the_node_says_what_to_do() -> None:
    for module in pkgutil.walk_packages(passkoop_node.__path__, "passkoop_node."):
        importlib.import_module(module.name)
    for kind in leaves(NodeError):
        above = [one for one in kind.__mro__ if issubclass(one, NodeError)]
        source = "".join(inspect.getsource(one) for one in above if one is not NodeError)
        assert kind.hint or "self.hint" in source, kind.__name__  # type: ignore[attr-defined]
        assert kind.code != NodeError.code, kind.__name__  # type: ignore[attr-defined]


def test_french_spaces_stand_before_every_mark() -> None:
    wrong = []
    for path in sorted(Path(passkoop_cli.__file__).parent.rglob("*.py")):
        if "core.language import N_" in path.read_text("utf-8"):
            continue  # it speaks five languages, and is typeset when it is shown
        for text, line in french_texts(path):
            if re.search(r"[\w»)\]}’…%] [;:!?](\s|$)|« | »|\d (jours|Mo|ko|%)", text):
                wrong.append(f"{path.name}:{line}: {text}")
            # The demonstration's file has the headers that HelloAsso writes.
            if re.search(r"\w'\w", text) and path.name != "export_file.py":
                wrong.append(f"{path.name}:{line}: {text}")
    assert wrong == []


def french_texts(path: Path) -> Iterator[tuple[str, int]]:
    """Yield the strings of a module that people may be shown, with their lines."""
    for token in tokenize.generate_tokens(io.StringIO(path.read_text("utf-8")).readline):
        if token.type == tokenize.STRING and not token.string.startswith('"""`'):
            text = ast.literal_eval(token.string.removeprefix("f"))
            if isinstance(text, str) and re.search("[éèàçêù’«»]", text):
                yield text, token.start[0]


# In a terminal


@on_posix
def test_a_new_coop_is_asked_about_in_a_terminal(tmp_path: Path) -> None:
    answers = [
        "Hendaia Koop",
        "Hendaye",
        "France",
        "",
        "phrase-1",
        "phrase-2",
        "phrase-1",
        "phrase-1",
        "zzz",
        "\x03",
    ]
    code, shown = in_a_terminal(tmp_path / "a", "init", answers=answers)
    assert code == 0
    assert "Nom de la coop\u202f: " in shown
    assert shown.count("Pays (deux lettres) [FR]\u202f: ") == 2
    assert "Deux lettres\u202f: FR, BE" in shown
    assert "Les deux saisies diffèrent\u202f: recommencez." in shown
    assert "Mot n°" in shown
    assert "Ce n’est pas ce mot-là" in shown
    assert "phrase-1" not in shown
    # The 24 words are drawn by lot, and some are words of English, too.
    rows = [line for line in shown.splitlines() if len(re.findall(r"\d+ \w", line)) == 4]
    assert len(rows) == 6
    assert max(map(len, rows)) < 80
    told = [line for line in shown.splitlines() if line not in rows]
    assert english_in("\n".join(told), names=NAMES) == []
    rotated = Coop(tmp_path / "a")("key", "rotate")
    assert rotated.code == 2
    assert "phrase de passe" in rotated.said[0]


@on_posix
@pytest.mark.parametrize(
    ("answers", "imported"),
    [
        (["oui"], True),
        (["O"], True),
        (["y"], True),
        ([""], True),
        (["peut-être", "n"], False),
        (["non"], False),
        (["\x03"], False),
        (["\x04"], False),
    ],
    ids=["oui", "O", "y", "Enter", "maybe", "non", "Ctrl-C", "Ctrl-D"],
)
def test_an_import_is_asked_about_in_a_terminal(
    answers: list[str], imported: bool, tmp_path: Path
) -> None:
    home = found(tmp_path / "a", "Hendaia Koop")
    (tmp_path / "members.csv").write_bytes(members_csv(3))
    code, shown = in_a_terminal(
        home.home, "member", "import", tmp_path / "members.csv", answers=answers
    )
    assert "Importer\u202f? [O/n] " in shown
    assert code == (0 if imported else 130)
    assert len(home.do("member", "list", "--json").answers) == (3 if imported else 0)
    assert english_in(shown, names=NAMES) == []
