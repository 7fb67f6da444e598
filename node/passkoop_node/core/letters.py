"""A letter, as rooms write it: values only, so that commands load no templates."""

from dataclasses import dataclass

MAX_SUBJECT = 150  # characters
MAX_TEXT = 20_000
BY_REPLY = "reply"  # who wants no more letters says so in an answer


@dataclass(frozen=True, kw_only=True, slots=True)
class Enclosure:
    """A file that goes with a letter."""

    name: str  # ours, in plain letters
    kind: str  # such as "application/pdf"
    data: bytes
    shown: str = ""  # what a picture shows, in words: it then stands in the text too


@dataclass(frozen=True, kw_only=True, slots=True)
class Letter:
    """What somebody is to read. Paragraphs are parted by an empty line."""

    to: str
    subject: str
    text: str
    language: str
    kind: str  # stable, English: "card"; says who encloses what
    ref: str = ""  # what is enclosed, to that kind; one letter of it waits at a time
    about: str = ""  # whom it is about: "member:12"
    footer: str = ""  # why one gets it: small, under the text
    is_markdown: bool = False  # the text
    topic: str = ""  # one of members.preferences: who wants it no more is not sent it; "": all are
    unsubscribe: str = ""  # the web address that ends letters of its kind, or BY_REPLY; "": none


@dataclass(frozen=True, kw_only=True, slots=True)
class Sender:
    """Whose letters these are."""

    name: str
    address: str
