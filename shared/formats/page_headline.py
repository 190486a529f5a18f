"""The headline among all that a page prints as its title: without the site's name, and as readers saw it."""

import re
from collections.abc import Iterable
from urllib.parse import urlsplit

from shared.formats.lines import fold
from shared.formats.page_tree import plain

_SEPARATOR = re.compile(r" ?(?:\||::|»|«|›|•|·) ?| [–—:/-]{1,2} |: (?=[^:]{2,40}\Z)|(?<=\w) ?[_–—] ?(?=\w)")
_LONGEST = 400
_ALIKE = 10
"""So many letters of a heading, within a longer title, are no chance."""
_MOST_PARTS = 8
_PART = 0.4
_FEW, _MOST_OF = 4, 0.7
_LABEL = 4
_LONGEST_NAME = 40


def bare(text: str) -> str:
    """Return the letters and digits of a title, for comparison."""
    return "".join(filter(str.isalnum, fold(text[:_LONGEST])))


def site_names(named: Iterable[str], url: str | None) -> frozenset[str]:
    """Return what a site calls itself, bare: its stated names, its host and the host's own label."""
    host = (urlsplit(url).hostname or "") if url else ""
    labels = [label for label in host.split(".")[:-1] if len(label) >= _LABEL]
    short = (name.lstrip("@") for name in named if len(name) <= _LONGEST_NAME)
    return frozenset(filter(None, map(bare, (*short, host.removeprefix("www."), *labels))))


def without_site(title: str, sites: frozenset[str]) -> str:
    """Return a title without the parts at its ends that are only the site's name."""
    title = plain(title[:_LONGEST])
    for _ in range(_MOST_PARTS):
        marks = list(_SEPARATOR.finditer(title))
        if marks and _is_site(title[marks[-1].end() :], sites):
            title = title[: marks[-1].start()].strip()
        elif marks and _is_site(title[: marks[0].start()], sites):
            title = title[marks[0].end() :].strip()
        else:
            break
    return title


def _is_site(part: str, sites: frozenset[str]) -> bool:
    own = bare(part)
    return own in sites or any(
        len(site) >= len("abcd") and own in {f"the{site}", f"{site}com", site.removeprefix("the")} for site in sites
    )


def choose(headings: list[str], stated: list[str], title: str, sites: frozenset[str]) -> str | None:
    """Return the headline: the heading that the stated titles confirm, else the first stated, else what the title says.

    `headings` are the page's top headings, `stated` what machines are told, in order of trust; `title` the browser's.
    """
    told = [each for each in (without_site(text, sites) for text in stated) if each and bare(each) not in sites]
    shown = [each for each in (without_site(text, sites) for text in headings) if each and bare(each) not in sites]
    window = without_site(title, sites)
    for each in (*told, window):
        if confirmed := next((heading for heading in shown if _same(heading, each)), None):
            return confirmed
    if told:
        return told[0]
    if window and bare(window) not in sites:
        return window
    return shown[0] if shown else None


def _same(heading: str, title: str) -> bool:
    one, other = bare(heading), bare(title)
    if one == other or (one and one == bare(_SEPARATOR.split(title, maxsplit=1)[0])):
        return bool(one)
    shorter, longer = sorted((one, other), key=len)
    if len(shorter) >= _ALIKE and (
        longer.startswith(shorter) or (shorter in longer and len(shorter) > _PART * len(longer))
    ):
        return True
    words = set(fold(heading).split())
    return len(words) >= _FEW and len(words & set(fold(title).split())) >= _MOST_OF * len(words)
