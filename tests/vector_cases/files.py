"""Cases about files of documents, and the index of a plain web host (SPEC 12)."""

from typing import Any

from .cases import Case, Cases

MAGIC = b"passkoop/docs/1\n"
INDEX = b"passkoop/files/1\n"
HASHES = ["34" * 32, "c0" * 32]


def file_cases() -> list[Case]:
    """Return the cases of files of documents."""
    cases = Cases()

    def file(name: str, data: bytes, *documents: bytes, code: str = "") -> None:
        told = {"ok": True, "documents": [one.hex() for one in documents]}
        answer = {"ok": False, "code": code} if code else told
        cases.add("12", name, {"op": "file_read", "data": data.hex()}, answer)

    def index(name: str, data: bytes, *parts: tuple[str, int], ok: bool = True) -> None:
        told: dict[str, Any] = {"ok": True, "parts": [list(one) for one in parts]}
        answer = told if ok else {"ok": False, "code": "malformed"}
        cases.add("12.1", name, {"op": "index_read", "data": data.hex()}, answer)

    def bad(name: str, lines: bytes) -> None:
        index(name, INDEX + lines, ok=False)

    file("a file of no documents", MAGIC)
    file("a file of two", MAGIC + b"\0\0\0\1a\0\0\0\2bc", b"a", b"bc")
    file("an empty document is one, to be refused by itself", MAGIC + b"\0\0\0\0", b"")
    file("the same document twice", MAGIC + b"\0\0\0\1a" * 2, b"a", b"a")
    file("no bytes at all", b"", code="malformed")
    file("a file that ends within its first line", MAGIC[:-1], code="malformed")
    file("a file of another version", b"passkoop/docs/2\n", code="malformed")
    file(
        "a first line that ends in two characters",
        MAGIC[:-1] + b"\r\n",
        code="malformed",
    )
    file("a file that ends within a length", MAGIC + b"\0\0\0\1a\0\0\0", code="malformed")
    file("a file that ends within a document", MAGIC + b"\0\0\0\1a\0\0\0\2b", code="malformed")
    file("a document of 8 MiB and one byte, cut", MAGIC + b"\0\x80\0\1", code="malformed")
    file("a length of 4 GiB", MAGIC + b"\xff\xff\xff\xffa", code="malformed")

    line = f"{HASHES[0]} 1307\n".encode()
    other = f"{HASHES[1]} 48211\n".encode()
    both = ((HASHES[0], 1307), (HASHES[1], 48211))
    index("an index of no parts", INDEX)
    index("an index of two parts", INDEX + line + other, *both)
    index("the parts stay in their order", INDEX + other + line, *both[::-1])
    index("a part that is named twice", INDEX + line + line, both[0], both[0])
    largest = 8_454_144
    index("the largest part", INDEX + f"{HASHES[0]} {largest}\n".encode(), (HASHES[0], largest))
    index("the smallest part", INDEX + f"{HASHES[0]} 1\n".encode(), (HASHES[0], 1))
    index("1,024 parts", INDEX + line * 1_024, *[both[0]] * 1_024)
    bad("1,025 parts", line * 1_025)
    bad("a part larger than the largest", f"{HASHES[0]} {largest + 1}\n".encode())
    bad("a size of thirty digits", f"{HASHES[0]} {'9' * 30}\n".encode())
    bad("a size of 0", f"{HASHES[0]} 0\n".encode())
    bad("a size with a leading zero", f"{HASHES[0]} 01307\n".encode())
    bad("a size with a sign", f"{HASHES[0]} +1307\n".encode())
    bad("a size in hexadecimal", f"{HASHES[0]} 51b\n".encode())
    bad("a size in digits of another script", f"{HASHES[0]} \u0661\n".encode())
    bad("a line without a size", f"{HASHES[0]}\n".encode())
    bad("a line with a third word", f"{HASHES[0]} 1307 x\n".encode())
    bad("a hash in capital letters", f"{'C0' * 32} 1307\n".encode())
    bad("a hash of 63 digits", f"{HASHES[0][1:]} 1307\n".encode())
    bad("a hash of 65 digits", f"0{HASHES[0]} 1307\n".encode())
    bad("two blanks", f"{HASHES[0]}  1307\n".encode())
    bad("a blank at the end of a line", f"{HASHES[0]} 1307 \n".encode())
    bad("a line that ends as in a text file of Windows", f"{HASHES[0]} 1307\r\n".encode())
    bad("a last line without its end", line + other[:-1])
    bad("an empty line", line + b"\n")
    bad("a byte order mark in a line", b"\xef\xbb\xbf" + line)
    index("no index at all", b"", ok=False)
    index("a page of a web host", b"<!doctype html>", ok=False)
    index("an index that begins later", b"\n" + INDEX + line, ok=False)
    index("a first line twice", INDEX + INDEX + line, ok=False)
    index("an index without the end of its first line", INDEX[:-1], ok=False)
    return cases.cases
