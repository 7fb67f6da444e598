"""The co-op's settings: small named values, each of one kind."""

import json
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from sqlite_utils import Database, Migrations

from passkoop_node.core.database import writing
from passkoop_node.core.feature import Feature, Pages
from passkoop_node.errors import BadSetting

migrations = Migrations("settings")


def _pages() -> Pages:
    from passkoop_node.core.pages import doors

    return doors.pages()


FEATURE = Feature(name="settings", migrations=migrations, pages=_pages)

Kind = TypeVar("Kind", str, int, bool, list[Any], dict[str, Any])


@dataclass(frozen=True, kw_only=True, slots=True)
class Setting(Generic[Kind]):
    """A setting that a room knows: `TTL = Setting(name="cards.ttl_days", default=1095)`."""

    name: str  # room.word
    default: Kind  # also says of which kind the value is


@migrations()
def create_setting(db: Database) -> None:
    """Settings, each a line of JSON."""
    db.execute("create table setting (name text primary key, value text not null) strict")


class SettingsStore:
    """All SQL on the table `setting`."""

    def __init__(self, db: Database) -> None:
        self.db = db

    def get(self, setting: Setting[Kind]) -> Kind:
        """Return the value, or the setting's default where none was given.

        Raises:
            BadSetting: what is stored is not of the setting's kind.
        """
        row = self.db.execute("select value from setting where name = ?", [setting.name]).fetchone()
        if row is None:
            return setting.default
        try:
            value: Kind = json.loads(row[0])
        except (ValueError, RecursionError) as error:
            raise BadSetting(setting.name) from error
        # Not isinstance: True is an int to Python and is no number to us.
        if type(value) is not type(setting.default):
            raise BadSetting(setting.name)
        return value

    def set(self, setting: Setting[Kind], value: Kind) -> None:
        """Keep `value`."""
        with writing(self.db):
            self.db.execute(
                "insert into setting (name, value) values (?, ?)"
                " on conflict (name) do update set value = excluded.value",
                [setting.name, json.dumps(value, ensure_ascii=False)],
            )

    def forget(self, setting: Setting[Kind]) -> None:
        """Go back to the setting's default."""
        with writing(self.db):
            self.db.execute("delete from setting where name = ?", [setting.name])
