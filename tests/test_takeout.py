"""All data of a co-op in one file: complete, described, readable by others, without a secret."""

import csv
import io
import json
import re
import sqlite3
import time
import zipfile
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from command import found
from importing import NOW
from passkoop_node.api.tokens import Scope
from passkoop_node.core.accounts import Role
from passkoop_node.core.database import writing
from passkoop_node.members.imports import apply, preview
from passkoop_node.rooms import Rooms
from passkoop_node.takeout.described import schema
from passkoop_node.takeout.whole import is_secret
from passkoop_node.takeout.whole_pages import FILE, KEPT, TAKEOUTS, WHOLE
from serving import PASSWORD, Served

PEOPLE = (
    "Numéro;Nom;Prénom;E-mail;Téléphone;Date d'adhésion;Titulaire du foyer;Notes\n"
    '1;Martin;Anne;a@exemple.test;+33 6 11;02/01/2024;;a "dit" ça\n'
    "2;'=CMD|A1;Ben;b@exemple.test;;;1;\n"
)


def fill(rooms: Rooms) -> None:
    apply(preview(PEOPLE.encode(), rooms.members, now=NOW), rooms.members, now=NOW)


def read(data: bytes) -> zipfile.ZipFile:
    archive = zipfile.ZipFile(io.BytesIO(data))
    assert archive.testzip() is None
    return archive


def table(archive: zipfile.ZipFile, name: str) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = json.loads(archive.read(f"json/{name}.json"))
    return rows


def test_every_table_and_column_goes_out_or_is_kept_for_a_reason(tmp_path: Path) -> None:
    coop = found(tmp_path / "coop", "La Courge")
    goes = {one.name: one for one in schema().tables}
    assert not goes.keys() & schema().kept.keys()
    with closing(sqlite3.connect(coop.home / "passkoop.db")) as db:
        tables = {
            name
            for (name,) in db.execute(
                "select name from sqlite_master where type = 'table' and name not like 'sqlite_%'"
            )
        }
        columns = {
            name: {row[1] for row in db.execute(f"pragma table_info({name})")} for name in tables
        }
    assert goes.keys() | schema().kept.keys() == tables
    for name, one in goes.items():
        named = [column.name for column in one.columns]
        assert len(named) == len(set(named)), name
        assert set(named) | one.kept.keys() == columns[name], name
        assert not set(named) & one.kept.keys(), name


def test_what_opens_something_is_none_of_what_goes_out(tmp_path: Path) -> None:
    opens = re.compile(r"hash$|password|secret|token|salt|handle")
    shown = {
        f"{one.name}.{column.name}"
        for one in schema().tables
        for column in one.columns
        if opens.search(column.name)
    }
    # Hashes of the register of visits and of documents, and salts by which they are checked.
    assert shown == {
        "visit.hash",
        "document.hash",
        "draw.entries_hash",
        "visit_words.salt",
        "visit_holder.salt",
    }


@pytest.mark.parametrize(
    ("name", "secret"),
    [
        ("visits.secret", True),
        ("house.cookie_key", True),
        ("joining.secret", True),
        ("dues.marks", True),
        ("coop.identity_key", False),
        ("coop.name", False),
        ("sms.gateway", True),
        ("mail.server", False),
    ],
)
def test_settings_that_open_something_stay(name: str, secret: bool) -> None:
    assert is_secret(name) is secret


def test_the_command_writes_a_package_that_says_what_it_holds(tmp_path: Path) -> None:
    coop = found(tmp_path / "coop", "La Courge", "Ici", "FR")
    with coop.rooms() as rooms:
        fill(rooms)
        (anne, _ben) = rooms.members.members()
        rooms.db.execute(
            "insert into own_document (member_id, title, name, kind, data, put_at)"
            " values (?, 'Statuts', '../statuts é.pdf', 'application/pdf', ?, 1)",
            [anne.id, b"%PDF"],
        )
        rooms.db.execute(
            "insert into promotion (title, words, picture, first_day, last_day, place)"
            " values ('Pommes', '', ?, '2026-11-01', '2026-11-30', 1)",
            [b"JPEG"],
        )
    file = tmp_path / "tout.zip"
    said = coop.do("export", "-o", file)
    assert "tout.zip est écrit" in said.err
    assert file.stat().st_mode & 0o077 == 0
    archive = read(file.read_bytes())
    package = json.loads(archive.read("datapackage.json"))
    assert package["title"] == "La Courge"
    for resource in package["resources"]:
        data = archive.read(resource["path"]).decode()
        assert resource["description"]
        assert resource["description_en"]
        if resource["format"] == "csv":
            header = next(csv.reader(io.StringIO(data)))
            assert header == [field["name"] for field in resource["schema"]["fields"]]
    members = {one["name"]: one for one in package["resources"]}["affiliation"]["schema"]
    assert members["primaryKey"] == ["member_id"]
    assert {"fields": "principal_id", "reference": {"resource": "member", "fields": "id"}} in (
        members["foreignKeys"]
    )
    first, ben = table(archive, "member")
    assert (first["phone"], first["notes"], first["joined"]) == (
        "+33 6 11",
        'a "dit" ça',
        "2024-01-02",
    )
    assert len(bytes.fromhex(first["member_ref"])) == 8
    rows = list(csv.DictReader(io.StringIO(archive.read("csv/member.csv").decode())))
    assert rows[1]["family_name"] == "'=CMD|A1"  # a text, to any spreadsheet
    assert ben["family_name"] == "=CMD|A1"
    assert [one["member_id"] for one in table(archive, "affiliation")] == [ben["id"]]
    documents = [name for name in archive.namelist() if name.startswith("documents/")]
    assert {one["hash"] for one in table(archive, "document")} == {
        name.rpartition("-")[2].removesuffix(".cbor") for name in documents
    }
    assert documents
    assert archive.read("carnet/1-..-statuts-é.pdf") == b"%PDF"
    assert archive.read("promotions/1.jpg") == b"JPEG"
    for name, word in (("LISEZ-MOI.md", "Prénom"), ("README.md", "Given name")):
        assert word in archive.read(name).decode()
    again = coop("export", "-o", file)
    assert again.code
    assert coop.do("export", "-o", file, "--replace").code == 0
    assert coop("export", "-o", tmp_path / "tout.csv").code


def test_no_secret_of_the_co_op_is_in_the_file(served: Served) -> None:
    rooms = served.the(Rooms)
    admin = served.entered("Nico", Role.ADMINISTRATOR)

    def prepare() -> list[str]:
        fill(rooms)
        rooms.visits.pseudonyms.secret()
        token = rooms.tokens.add("caisse", frozenset({Scope.VERIFY}), now=served.now, actor="x")
        secrets = [str(token), PASSWORD]
        for sql in (
            "select value from setting where name like '%secret%' or name like '%cookie_key%'",
            "select password from account",
            "select hex(token_hash) from session",
            "select hex(token_hash) from api_token",
            "select hex(secret) from unsubscribe_secret",
        ):
            secrets += [row[0].strip('"') for row in rooms.db.execute(sql).fetchall()]
        secrets += [
            path.read_text().strip() for path in rooms.home.keys.glob("*") if path.is_file()
        ]
        return [one for one in secrets if len(one) > 8]

    secrets = served.run(prepare)
    assert len(secrets) > 6
    admin.post(WHOLE)
    wait_for(served, admin)
    archive = read(admin.get(FILE).body)
    for name in archive.namelist():
        text = archive.read(name).lower()
        for one in secrets:
            assert one.lower().encode() not in text, name


def wait_for(served: Served, admin: Any) -> str:
    for _turn in range(100):
        page = admin.get(WHOLE)
        if "prêt" in page.words or page.status != 200:
            return str(page.words)
        time.sleep(0.1)
    raise AssertionError("the file is never made")


def test_the_page_makes_the_file_once_for_who_asked_and_forgets_it(served: Served) -> None:
    served.run(fill, served.the(Rooms))
    admin = served.entered("Nico", Role.ADMINISTRATOR)
    other = served.entered("Zoé", Role.ADMINISTRATOR)
    assert served.entered("Odile", Role.OFFICE).get(WHOLE).status in (303, 403)
    assert admin.get(FILE).goes_to == WHOLE
    admin.post(WHOLE)
    assert "Le fichier est prêt" in wait_for(served, admin)
    answer = admin.get(FILE)
    assert answer.headers["Content-Type"] == "application/zip"
    assert "passkoop-2026-11-22.zip" in answer.headers["Content-Disposition"]
    assert len(table(read(answer.body), "member")) == 2
    assert other.get(FILE).goes_to == WHOLE
    noted = served.run(served.the(Rooms).audit.entries)
    assert noted[0].action == "data.export"
    admin.post(f"{WHOLE}/oublier")
    assert admin.get(FILE).goes_to == WHOLE
    admin.post(WHOLE)
    wait_for(served, admin)
    served.now += KEPT + 1
    served.do_job("takeout.files")
    assert not served.app[TAKEOUTS]
    left = [path.name for path in served.home.path.iterdir() if path.is_file()]
    assert not any(name.startswith("tmp") for name in left)


def test_what_is_written_meanwhile_is_not_half_in_it(tmp_path: Path) -> None:
    from passkoop_node.takeout.whole import write_all

    coop = found(tmp_path / "coop", "La Courge")
    with coop.rooms() as rooms:
        fill(rooms)
        added: list[int] = []

        def meddle(done: int, total: int) -> None:
            if not added:
                added.append(1)
                with writing(rooms.db):
                    data = b"Nom;Prenom\nRoux;Zoe\n"
                    apply(preview(data, rooms.members, now=NOW), rooms.members, now=NOW)

        out = io.BytesIO()
        written = write_all(rooms.home.database, out, coop="La Courge", now=NOW, progress=meddle)
        archive = read(out.getvalue())
        rows = len(table(archive, "member"))
        assert rows == len(archive.read("csv/member.csv").decode().splitlines()) - 1 == 2
        assert written.rows >= rows
        assert rooms.members.count() == 3
