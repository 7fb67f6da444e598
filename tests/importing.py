"""What the tests of importing members share: a register, files, and what came of them."""

import random
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from passkoop_node.core.database import open_database
from passkoop_node.members import FEATURE
from passkoop_node.members.imports import ImportPlan, apply, preview
from passkoop_node.members.store import MemberStore

NOW = 1_795_000_000  # in November 2026


@contextmanager
def register_in(folder: Path) -> Iterator[MemberStore]:
    """Open a register of members and nothing else."""
    db = open_database(folder / "passkoop.db", [FEATURE.migrations])
    try:
        yield MemberStore(db)
    finally:
        db.close()


def run_import(store: MemberStore, text: str | bytes) -> ImportPlan:
    data = text if isinstance(text, bytes) else text.encode()
    plan = preview(data, store, now=NOW)
    apply(plan, store, now=NOW)
    return plan


def counted(plan: ImportPlan) -> dict[str, int]:
    """Return the outcomes that there are."""
    return {outcome: count for outcome, count in plan.counts.items() if count}


def names(store: MemberStore) -> dict[str, str]:
    return {member.number: member.full_name for member in store.members()}


def changed_nothing(store: MemberStore, text: str | bytes) -> bool:
    """Say whether importing a file again leaves the register as it is, to the byte."""
    before = store.members()
    plan = run_import(store, text)
    return store.members() == before and not plan.additions and not plan.updates


def many_members(count: int) -> bytes:
    """Return a file of invented members, the same each time."""
    chance = random.Random(7)
    given, family = ["Anne", "Béatrice", "Chloé", "Denis", "Élie"], ["Martin", "Lefèvre", "Petit"]
    lines = ["Numéro;Nom;Prénom;E-mail;Téléphone;Adresse;Code postal;Ville;Date d'inscription"]
    for number in range(1, count + 1):
        name = f"{chance.choice(family)}-{chance.choice(family)}{chance.randrange(9999)}"
        lines.append(
            f"{number};{name};{chance.choice(given)};m{number}@exemple.test;06 {number:08};"
            f"{number} rue du Four;07{number % 1000:03};Le Teil;"
            f"0{number % 9 + 1}/0{number % 8 + 1}/2024"
        )
    return "\n".join(lines).encode()
