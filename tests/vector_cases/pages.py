"""Cases about the content of a co-op's page (SPEC 6.2.1)."""

from typing import Any

from passkoop_protocol import cbor

from .cases import Case, Cases

WEEK: list[Any] = [[], [[540, 780], [900, 1170]], [], [], [], [[0, 1440]], []]


def page_cases() -> list[Case]:
    """Return the cases of pages: what is kept, and what is left out."""
    cases = Cases()

    def read(name: str, page: dict[Any, Any], kept: dict[str, Any]) -> None:
        ask = {"op": "page_read", "data": cbor.encode(page).hex()}
        cases.add("6.2.1", name, ask, {"ok": True, "page": kept})

    def whole(name: str, page: dict[Any, Any]) -> None:
        read(name, page, page)

    def nothing(name: str, page: dict[Any, Any]) -> None:
        """One field is left out, and its neighbour stays."""
        read(name, page | {"region": "Labourd"}, {"region": "Labourd"})

    for name, data, code in (
        ("a page that is no map", "80", "bad_shape"),
        ("a page cut short", "a1", "malformed"),
    ):
        cases.add("6.2.1", name, {"op": "page_read", "data": data}, {"ok": False, "code": code})

    read("an empty page", {}, {})
    lines = ("site", "join", "shop", "facebook", "give", "mail", "phone", "address", "postcode")
    whole("all that has one line", {one: f"https://{one}.example" for one in lines})
    whole("an address that nobody should follow is kept as it stands", {"site": "javascript:0"})
    nothing("keys that nobody knows", {"fax": "1", 7: 1, "FR": {"summary": "x"}})
    nothing("two letters, one of them a digit, are no language", {"f1": {"summary": "x"}})
    nothing("two letters with an accent are no language", {"fé": {"summary": "x"}})
    whole("any two small letters are a language", {"zz": {"summary": "x"}})
    nothing("a language that is no map", {"fr": "Bonjour"})
    nothing("a language of which nothing is kept", {"fr": {"summary": 1, "fax": "1"}})

    whole("a text of 300 characters of four bytes", {"phone": "\U0001f955" * 300})
    nothing("a text of 301 characters is left out, not cut", {"phone": "1" * 301})
    read("a region of 61 characters", {"region": "é" * 61}, {})
    whole("a region of 60 characters", {"region": "é" * 60})
    nothing("an empty text", {"phone": ""})
    nothing("a text of nothing but white space", {"phone": " \u00a0\u3000"})
    read("white space around a text is taken off", {"phone": "\u2003 05 \u202f"}, {"phone": "05"})
    nothing("white space counts in the length", {"phone": " " * 300 + "1"})
    nothing("a line feed in a line", {"address": "1 rue\nBayonne"})
    nothing("a line feed at the end of a line", {"address": "1 rue\n"})
    nothing("a control character", {"mail": "a\u0007@b.example"})
    nothing("a character that turns the writing round", {"address": "1 \u202erue"})
    nothing("bytes for a text", {"mail": b"a@b.example"})

    whole("leads to a page that is not named", {"leads": "shop"})
    nothing("leads elsewhere", {"leads": "give"})
    nothing("leads with a capital letter", {"leads": "Site"})
    nothing("leads with a line feed", {"leads": "site\n"})

    whole("the ends of the world", {"position": [-90_000_000, 180_000_000]})
    nothing("a latitude of more than 90 degrees", {"position": [90_000_001, 0]})
    nothing("a longitude of less than -180 degrees", {"position": [0, -180_000_001]})
    nothing("a position of one number", {"position": [0]})
    nothing("a position of three", {"position": [0, 0, 0]})
    nothing("booleans for a position", {"position": [True, False]})
    floats = "a168706f736974696f6e82f95160f9bc00"  # {"position": [43.0, -1.0]}
    floating = {"op": "page_read", "data": floats}
    cases.add("6.2.1", "floats for a position", floating, {"ok": True, "page": {}})

    whole("the first stage", {"stage": 1})
    whole("the last stage", {"stage": 5})
    nothing("stage 0", {"stage": 0})
    nothing("stage 6", {"stage": 6})
    nothing("a boolean for a stage", {"stage": True})
    whole("not on line", {"online": False})
    nothing("a number for online", {"online": 1})

    whole("hours of a week", {"hours": WEEK})
    whole("a week in which it is always closed", {"hours": [[]] * 7})
    whole("spans that meet, and stand in no order", {"hours": [[[600, 700], [500, 650]]] * 7})
    nothing("six days", {"hours": WEEK[:6]})
    nothing("eight days", {"hours": [*WEEK, []]})
    nothing("five spans in one day", {"hours": [[[n, n + 1] for n in range(5)], *WEEK[1:]]})
    nothing("one span that ends as it begins", {"hours": [[[600, 600]], *WEEK[1:]]})
    nothing("one span beyond midnight", {"hours": [[[1200, 1441]], *WEEK[1:]]})
    nothing("one span that begins before the day", {"hours": [[[-1, 60]], *WEEK[1:]]})
    nothing("a span of one number", {"hours": [[[600]], *WEEK[1:]]})
    nothing("a span of booleans", {"hours": [[[False, True]], *WEEK[1:]]})

    words = {"summary": "a\nb", "joining": "é" * 3_000, "gifts": "c", "hours": "d"}
    whole("words", {"fr": words, "eu": {"gains": ["x"] * 12, "steps": ["y" * 300]}})
    for field, most in (("summary", 600), ("joining", 3_000), ("gifts", 3_000), ("hours", 300)):
        whole(f"{field} of {most} characters", {"fr": {field: "x" * most}})
        nothing(f"{field} of {most + 1}", {"fr": {field: "x" * (most + 1)}})
    read(
        "line feeds around words are taken off", {"fr": {"hours": "\na\n"}}, {"fr": {"hours": "a"}}
    )
    nothing("a carriage return in words", {"fr": {"joining": "a\r\nb"}})
    nothing("thirteen gains: none is kept", {"fr": {"gains": ["x"] * 13}})
    nothing("one gain that is too long: none is kept", {"fr": {"gains": ["x", "y" * 301]}})
    nothing("one gain with a line feed: none is kept", {"fr": {"gains": ["x", "y\nz"]}})
    nothing("one gain that is a number: none is kept", {"fr": {"gains": ["x", 1]}})
    nothing("a text for a list", {"fr": {"steps": "x"}})
    nothing("an empty list", {"fr": {"steps": []}})
    read("an empty step is passed over", {"fr": {"steps": ["x", " "]}}, {"fr": {"steps": ["x"]}})
    read(
        "one field that is left out does no harm to the others",
        {"fr": {"summary": 1, "hours": "a"}, "stage": 9, "online": True},
        {"fr": {"hours": "a"}, "online": True},
    )
    return cases.cases
