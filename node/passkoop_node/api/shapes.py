"""What JSON must look like: a strict reading of the few words of JSON Schema that we use.

The same shapes check what comes in, and stand in the OpenAPI document.
"""

import datetime
import json
import re
from collections.abc import Mapping
from typing import Any, NoReturn

Shape = Mapping[str, Any]

STRING: Shape = {"type": "string"}
TIME: Shape = {"type": "integer", "description": "secondes depuis 1970, UTC"}


_HALF = re.compile("[\ud800-\udfff]")  # of a sign: no text in UTF-8 has one


class WrongShape(Exception):
    """A value is not as it should be; `place` says which: `visits[2].kind`, "" for all of it."""

    def __init__(self, place: str) -> None:
        super().__init__(f"wrong shape: {place or 'all of it'}")
        self.place = place


def object_of(required: Mapping[str, Shape], optional: Mapping[str, Shape] | None = None) -> Shape:
    """Return the shape of an object with these fields and no other."""
    return {
        "type": "object",
        "properties": {**required, **(optional or {})},
        "required": list(required),
        "additionalProperties": False,
    }


def list_of(items: Shape, most: int | None = None) -> Shape:
    """Return the shape of a list, of at most so many."""
    return {"type": "array", "items": items, **({"maxItems": most} if most else {})}


def or_null(shape: Shape) -> Shape:
    """Return the shape of what may be null, too."""
    return {"anyOf": [shape, {"type": "null"}]}


def about(shape: Shape, text: str) -> Shape:
    """Return a shape with a sentence for whoever reads the document."""
    return {**shape, "description": text}


def parse_json(body: bytes) -> Any:
    """Return what JSON in UTF-8 says.

    Raises:
        WrongShape: it is none, is nested too deep, or names a field twice.
    """
    try:
        return json.loads(
            body.decode(), object_pairs_hook=_object, parse_constant=_refuse, parse_float=_number
        )
    except (ValueError, RecursionError) as error:
        raise WrongShape("") from error


def check_shape(value: Any, shape: Shape, place: str = "") -> None:
    """Return quietly if a value has this shape.

    Raises:
        WrongShape: it has not.
    """
    if not shape:  # anything
        return
    if "anyOf" in shape:
        _check_any(value, shape["anyOf"], place)
    elif "enum" in shape:
        # Not `in` alone: True equals 1.
        if not isinstance(value, str) or value not in shape["enum"]:
            raise WrongShape(place)
    else:
        _CHECKS[shape["type"]](value, shape, place)


def _check_any(value: Any, shapes: list[Shape], place: str) -> None:
    faults = []
    for one in shapes:
        try:
            return check_shape(value, one, place)
        except WrongShape as error:
            faults.append(error)
    raise faults[0]


def _check_object(value: Any, shape: Shape, place: str) -> None:
    if not isinstance(value, dict):
        raise WrongShape(place)
    known: Mapping[str, Shape] = shape.get("properties", {})
    others = shape["additionalProperties"]  # False, or the shape of each
    for name in shape.get("required", ()):
        if name not in value:
            raise WrongShape(_at(place, name))
    for name, inner in value.items():
        if name in known:
            check_shape(inner, known[name], _at(place, name))
        elif others is False:
            raise WrongShape(_at(place, name[:40]))
        else:
            check_shape(inner, others, _at(place, name))


def _check_array(value: Any, shape: Shape, place: str) -> None:
    if not isinstance(value, list) or len(value) > shape.get("maxItems", len(value)):
        raise WrongShape(place)
    for at, inner in enumerate(value):
        check_shape(inner, shape["items"], f"{place}[{at}]")


def _check_string(value: Any, shape: Shape, place: str) -> None:
    if not isinstance(value, str) or _HALF.search(value):
        raise WrongShape(place)
    if not shape.get("minLength", 0) <= len(value) <= shape.get("maxLength", len(value)):
        raise WrongShape(place)
    if shape.get("format") == "date" and not _is_date(value):
        raise WrongShape(place)
    if "pattern" in shape and not re.fullmatch(shape["pattern"].strip("^$"), value):
        raise WrongShape(place)


def _is_date(text: str) -> bool:
    """Return whether a text is a day as 2026-11-30."""
    if not re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", text, re.ASCII):
        return False
    try:
        datetime.date.fromisoformat(text)
    except ValueError:
        return False
    return True


def _check_integer(value: Any, shape: Shape, place: str) -> None:
    # Not isinstance: True is an int to Python and is no number to us.
    if type(value) is not int:
        raise WrongShape(place)
    if not shape.get("minimum", value) <= value <= shape.get("maximum", value):
        raise WrongShape(place)


def _check_boolean(value: Any, _shape: Shape, place: str) -> None:
    if not isinstance(value, bool):
        raise WrongShape(place)


def _check_null(value: Any, _shape: Shape, place: str) -> None:
    if value is not None:
        raise WrongShape(place)


_CHECKS = {
    "object": _check_object,
    "array": _check_array,
    "string": _check_string,
    "integer": _check_integer,
    "boolean": _check_boolean,
    "null": _check_null,
}


def _at(place: str, name: str) -> str:
    return f"{place}.{name}" if place else name


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise WrongShape("")
    return found


def _number(text: str) -> int | float:
    """Return a number; to JSON, 12.0 and 12 are the same one."""
    number = float(text)
    return int(number) if number.is_integer() and abs(number) < 2**53 else number


def _refuse(text: str) -> NoReturn:
    raise WrongShape(text[:20])
