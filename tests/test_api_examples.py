"""The examples of docs/exemples beside caisse.py, against a node."""

import ast
import importlib.util
import os
import subprocess
import sys
from pathlib import Path
from types import ModuleType
from xml.etree import ElementTree

import pytest

from passkoop_protocol.qr import read_qr
from programs import Program
from tilling import Till

EXAMPLES = Path(__file__).parent.parent / "docs" / "exemples"
ODOO = EXAMPLES / "odoo_passkoop"


def loaded(path: Path) -> ModuleType:
    """Return a file of Python as a module."""
    spec = importlib.util.spec_from_file_location(path.stem, path)
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_members_of_a_file_come_in_once_each_with_a_card(
    program: Program, till: Till, tmp_path: Path
) -> None:
    file, folder = tmp_path / "membres.csv", tmp_path / "cartes"
    file.write_text(
        "number,given_name,family_name,email,town\n"
        "E1,Maialen,Arrieta,m@example.org,\n"
        "E2,Peio,Irigoyen,not-an-address,\n"
        "E3,Nora,Lasa,,Irun\n",
        "utf-8",
    )
    env = {**os.environ, "PASSKOOP": till.served.url, "JETON": program.secret}
    run = [sys.executable, str(EXAMPLES / "membres.py"), str(file), str(folder)]
    done = subprocess.run(run, env=env, capture_output=True, text=True, check=True)
    first, second, third = done.stdout.splitlines()
    assert first == "ligne 2 : n° E1 created"
    assert second.startswith("ligne 3 : email ")
    assert third == "ligne 4 : n° E3 created"
    pictures = sorted(folder.iterdir())
    texts = [read_qr(one.read_bytes())[0] for one in pictures]
    assert [program.verify(text)["holder"]["name"] for text in texts] == [
        "Maialen Arrieta",
        "Nora Lasa",
    ]
    again = subprocess.run(run, env=env, capture_output=True, text=True, check=True)
    assert again.stdout.count("unchanged") == 2
    assert sorted(folder.iterdir()) == pictures
    env["JETON"] = "passkoop_lost"
    lost = subprocess.run(run, env=env, capture_output=True, text=True, check=False)
    assert lost.returncode == 1
    assert "Traceback" not in lost.stderr


def test_what_the_odoo_sketch_asks_is_answered(program: Program, till: Till) -> None:
    passkoop = loaded(ODOO / "models" / "passkoop.py")
    where = (till.served.url, program.secret)
    answer = passkoop.verify(*where, till.cards["bastien"])
    assert (answer["title"], answer["outcome"]) == ("Bienvenue", "welcome")
    line = passkoop.line_of("Commande 00001-001-0001", till.served.now, answer["visit"], 1250)
    noted = list(passkoop.hand_over(*where, [line]))
    assert noted == [("Commande 00001-001-0001", "noted", "")]
    assert next(iter(passkoop.hand_over(*where, [line])))[1] == "known"
    with pytest.raises(passkoop.Refused):
        passkoop.verify(till.served.url, "passkoop_lost", "x")
    with pytest.raises(passkoop.NoAnswer):
        passkoop.verify("http://127.0.0.1:9", program.secret, "x")


def test_the_odoo_sketch_can_be_read_and_says_that_it_was_not_run() -> None:
    for file in ODOO.rglob("*.py"):
        ast.parse(file.read_text("utf-8"))
    manifest = ast.literal_eval((ODOO / "__manifest__.py").read_text("utf-8"))
    for name in manifest["data"]:
        ElementTree.fromstring((ODOO / name).read_bytes())
    assert "n’a jamais tourné dans" in (ODOO / "LISEZMOI.md").read_text("utf-8")
