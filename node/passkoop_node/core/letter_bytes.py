"""The bytes that a letter is on the wire: plain text, HTML in the look, what is enclosed."""

import datetime
import email.policy
import re
from collections.abc import Sequence
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import format_datetime
from functools import cache
from pathlib import Path
from urllib.parse import quote

import jinja2

from passkoop_node.core.addresses import parse_address
from passkoop_node.core.letters import BY_REPLY, Enclosure, Letter, Sender
from passkoop_node.core.markdown import MAIL_STYLES, to_html, to_text

# Seven bits: every server takes it. No header can hold a line end: the policy raises ValueError.
_POLICY = email.policy.SMTP.clone(cte_type="7bit", max_line_length=76)

# As long as a line may be, with the name of its header.
_WEB_ADDRESS = re.compile(r"https?://[A-Za-z0-9._~:/?#@!$&'()*+;=%\[\]-]{1,900}")


def render_letter(
    letter: Letter,
    *,
    sender: Sender,
    message_id: str,
    at: int,
    enclosures: Sequence[Enclosure] = (),
) -> bytes:
    """Return a letter as it goes over the wire.

    Args:
        letter: what is said.
        sender: who says it.
        message_id: without its angle brackets; the same each time that it is tried.
        at: when it was written; seconds, UTC.
        enclosures: what goes with it; pictures that are `shown` stand in the text, too.

    Raises:
        BadEmail: one of the addresses is none.
        ValueError: a line end, or the like, where none may be.
    """
    message = EmailMessage(policy=_POLICY)
    message["From"] = _mailbox(parse_address(sender.address), sender.name)
    message["To"] = _mailbox(parse_address(letter.to))
    message["Subject"] = letter.subject
    message["Date"] = format_datetime(datetime.datetime.fromtimestamp(at, datetime.UTC))
    message["Message-ID"] = f"<{message_id}>"
    message["Auto-Submitted"] = "auto-generated"  # RFC 3834: nobody's absence answers it
    link = letter.unsubscribe if letter.unsubscribe != BY_REPLY else ""
    footer = "\n".join(filter(None, (letter.footer, link)))
    text = to_text(letter.text) if letter.is_markdown else letter.text
    message.set_content(f"{text}\n\n-- \n{footer}\n" if footer else f"{text}\n")
    pictures = [one for one in enclosures if one.shown]
    ids = [f"image{number}.{message_id}" for number in range(len(pictures))]
    html = _html().render(
        letter=letter,
        link=link,
        sender=sender,
        body=to_html(letter.text, styles=MAIL_STYLES) if letter.is_markdown else None,
        paragraphs=[] if letter.is_markdown else letter.text.split("\n\n"),
        pictures=list(zip(ids, pictures, strict=True)),
    )
    message.add_alternative(html, subtype="html")
    _text, page = message.iter_parts()
    assert isinstance(page, EmailMessage)
    for id, picture in zip(ids, pictures, strict=True):
        main, _slash, sub = picture.kind.partition("/")
        page.add_related(picture.data, main, sub, cid=f"<{id}>", disposition="inline")
    for one in enclosures:
        main, _slash, sub = one.kind.partition("/")
        message.add_attachment(one.data, main, sub, filename=one.name)
    message["Content-Language"] = letter.language  # last: `Content-` headers move into parts
    return _ways_out(letter.unsubscribe, sender) + message.as_bytes()


def _ways_out(unsubscribe: str, sender: Sender) -> bytes:
    """Return the headers by which mail programs show a button of their own (RFC 2369, RFC 8058).

    Written by hand: the library would fold a long address into encoded words, which no mail
    program reads in these headers.
    """
    if not unsubscribe:
        return b""
    if unsubscribe == BY_REPLY:
        to = quote(parse_address(sender.address), safe="@")
        return f"List-Unsubscribe: <mailto:{to}?subject=unsubscribe>\r\n".encode()
    if not _WEB_ADDRESS.fullmatch(unsubscribe):
        raise ValueError("a link out of letters is a web address on one line")
    one_click = "List-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n"  # https alone
    more = one_click if unsubscribe.startswith("https:") else ""
    return f"List-Unsubscribe: <{unsubscribe}>\r\n{more}".encode()


def _mailbox(address: str, name: str = "") -> Address:
    return Address(display_name=name, addr_spec=address)


@cache
def _html() -> jinja2.Template:
    folder = Path(__file__).parent / "templates"
    house = jinja2.Environment(
        loader=jinja2.FileSystemLoader(folder), autoescape=True, undefined=jinja2.StrictUndefined
    )
    return house.get_template("letter.html")
