"""A folder of content becomes a site: gather, render, write."""

from collections.abc import Callable, Iterator
from pathlib import Path

from passkoop_site.errors import SiteInContent
from passkoop_site.gather import Content, gather
from passkoop_site.remarks import Report
from passkoop_site.render import File, render_site
from passkoop_site.write import Written, write_site


def build_site(
    source: Path,
    target: Path,
    report: Report,
    *,
    now: int,
    built_at: int | None = None,
    zxing: Path | None = None,
    watch: Callable[[Content, Iterator[File]], Iterator[File]] = lambda _, files: files,
) -> tuple[Content, Written]:
    """Build the site of the content in `source` under `target`; `watch` sees each file go by.

    `zxing` is the folder of zxing-wasm, where it is installed.

    Raises:
        SiteInContent: the two folders are one, or one lies where the other is read.
        NoContent, BadSettings, NotASite: nothing was written.
        OSError: the disk.
    """
    inner, outer = target.resolve(), source.resolve()
    if inner == outer or outer.is_relative_to(inner) or inner.is_relative_to(outer):
        raise SiteInContent(target)
    content = gather(source, report, now=now, built_at=built_at)
    return content, write_site(target, watch(content, render_site(content, zxing=zxing)), now=now)
