"""Any file at all as a list of members."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from importing import register_in, run_import
from passkoop_node.errors import NodeError
from passkoop_node.members import csvfiles as files
from passkoop_node.members.beside import known_in
from passkoop_node.members.store import MemberStore


@pytest.fixture
def store(tmp_path: Path) -> Iterator[MemberStore]:
    with register_in(tmp_path) as store:
        yield store


# fmt: off
CELLS = st.sampled_from([
    "", "1", "12", "Anne", "Martin", "MARTIN Anne", "a@exemple.test", "31/12/2025", "x" * 600,
    "Validé", "Annulé", '"', '"a;b"', "\n", ";", "\ufeff", "é", "\x1b", "9" * 40, "01/01/1970",
])
HEADERS = st.sampled_from([
    "Nom", "Prénom", "Numéro de membre", "E-mail", "Compteur de temps", "Badge", "Nom & prénom",
    "Date de naissance", "Catégorie", "Langue", "Genre", "Rien", "Date d'adhésion",
    "Référence commande", "Statut de la commande", "Nom adhérent", "Prénom adhérent",
    "Email payeur", "Nom payeur", "Date de la commande",
])
# fmt: on


@st.composite
def crooked_tables(draw: st.DrawFn) -> bytes:
    """Return a file that is nearly a list of members."""
    delimiter = draw(st.sampled_from(files.DELIMITERS))
    lines = [draw(st.lists(HEADERS, min_size=1, max_size=8))]
    lines += draw(st.lists(st.lists(CELLS, max_size=9), max_size=8))
    text = draw(st.sampled_from(["\n", "\r\n"])).join(map(delimiter.join, lines))
    return text.encode(draw(st.sampled_from(["utf-8", "utf-16", "utf-8-sig"])))


WORLD = {
    "Numéro de membre": ["", "1", "2", "3", "2-2"],
    "Prénom": ["Anne", "Ben", "ANNE", ""],
    "Nom": ["Martin", "Petit", "Anne"],
    "E-mail": ["", "a@exemple.test", "A@exemple.test", "b@exemple.test"],
    "Badge": ["", "A", "B"],
    "Année de naissance": ["", "1950", "1980"],
    "Date d'adhésion": ["", "01/02/2024", "01/03/2025"],
    "Compteur de temps": [""],
    "Titulaire du foyer": ["", "1", "2", "Anne Martin", "a@exemple.test"],
    "Lettre d'information": ["", "Oui", "Non"],
}


@st.composite
def small_worlds(draw: st.DrawFn) -> bytes:
    """Return a sound list of a few people who share names, numbers, addresses and badges."""
    some = draw(st.lists(st.sampled_from(list(WORLD)), unique=True))
    headers = draw(st.permutations(["Nom", *(header for header in some if header != "Nom")]))
    lines = st.lists(st.tuples(*(st.sampled_from(WORLD[header]) for header in headers)), max_size=6)
    return "\n".join(";".join(line) for line in [headers, *draw(lines)]).encode()


TABLES = crooked_tables() | small_worlds()


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    before=st.lists(TABLES, max_size=2),
    data=TABLES | st.binary() | st.text().map(str.encode),
)
@example(before=[], data=b"Nom\n" + b'"\n' * 3000)
@example(before=[], data=b"Nom;Nom\n" + b'x;"\n' * 10)
@example(before=[], data=b"sep=;\n")
@example(before=[], data=b"Nom;Num\xc3\xa9ro\nA\xc3\xa9;\xe9\n")
def test_no_file_raises_anything_but_our_errors_and_a_second_time_changes_nothing(
    store: MemberStore, before: list[bytes], data: bytes
) -> None:
    for table in ("affiliation", "preference", "member"):
        store.db.execute(f"delete from {table}")
    for earlier in before:
        import_or_refuse(store, earlier)
    refused = import_or_refuse(store, data)
    if refused:
        assert str(refused)
        assert refused.hint
    members, known = store.members(), known_in(store)
    import_or_refuse(store, data)
    assert (store.members(), known_in(store)) == (members, known)


def import_or_refuse(store: MemberStore, data: bytes) -> NodeError | None:
    try:
        plan = run_import(store, data)
    except NodeError as error:
        return error
    assert len(plan.lines) == sum(plan.counts.values())
    return None
