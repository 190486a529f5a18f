"""Who wrote a page's story: names of people out of what pages put where a name belongs."""

import re
from collections.abc import Iterable
from html import unescape

from shared.formats.attribution import known_agency, read_byline
from shared.formats.lines import fold
from shared.formats.structured import Author

_LONGEST = 300
_LONGEST_NAME = 60
_TAG = re.compile(r"<[^<>]{0,300}>")
_BRACKETS = re.compile(r"\([^()]{0,200}\)|\[[^\[\]]{0,200}\]|\"[^\"]{0,60}\"|«[^«»]{0,60}»")
_PREFIX = re.compile(
    r"(?:(?:(?:written|posted|published|reported|reviewed|edited|words|story|text|photos?)(?: and \w+)? by|by|par|por"
    r"|von|author|auteur|autor(?:ka|zy|in|es)?|автор(?:ы| текста)?|аўтар(?:ы)?|автори|текст(?: и фото)?|тэкст"
    r"|tekst(?:as)?|фото|подготовила?|написа(?:ла?|в|ў))\b ?[:–—-]? ?|(?:text|words|story|reporting|foto) ?: ?)",
    re.IGNORECASE,
)
# What follows a name and is none: a date, a place, a post, an address, a number of whatever.
_SUFFIX = re.compile(
    r"(?:,? [^\W\d_]{3,12}\.? [0-9]{1,2},? [0-9]{4}|[0-9]|,? (?:mon|tues|wednes|thurs|fri|satur|sun)day\b"
    r"|https?:|www\.|@|(?<=\w)(?: [-–—|/] | \| ?|\s?[•·›»]\s?)"
    r"| (?:in|at|for|from|on|is|has|updated|published|posted|last)(?= |$)).*",
    re.IGNORECASE | re.DOTALL,
)
_SPLIT = re.compile(
    r"\s*[,;&\n]\s*|\s+(?:and|und|et|og|och|oraz|with|и|і|й|та|ir)\s+|(?<=\w{2}) [yie] (?=[A-ZА-Я])", re.IGNORECASE
)
_LETTERS = re.compile(r"[A-ZА-ЯІЎЄ]{3,7}")
_PARTICLES = frozenset(
    "de del della der den des di da das do dos du van von zu zur la le las los el al bin ibn ben ter ten y e".split()
)
_MOST_WORDS = 5
_NO_PERSON = frozenset(
    "staff team editor editors editorial editorials desk newsroom news agency agencies wire wires service"
    " services reporter reporters correspondent correspondents press writer writers contributor contributors"
    " community guest bureau office department ministry university institute council administration government"
    " company inc llc ltd gmbh corp group media magazine online tv radio journal gazette herald tribune times blog"
    " com net org admin administrator webmaster user username author anonymous unknown more follow share read"
    " comment comments view views monday tuesday wednesday thursday friday saturday sunday photo photograph"
    " photographer photographs producer columnist chief the a an редакция редакции редактор корреспондент"
    " администратор служба пресс-служба пресс-центр отдел агентство газета сайт новости рэдакцыя рэдактар"
    " карэспандэнт аддзел агенцтва навіны прэс-служба редакція кореспондент відділ новини redakcja redaktor"
    " agencja gazeta redaktion zeitung redakcija redacción redação rédaction équipe agence agencia agência".split()
)
"""Words of organisations, posts and buttons: who has one in the name is no person."""
_HAN = re.compile("[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]{2,8}(?: [\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]{1,6})?")
_INVERTED = re.compile(r"\A(?P<surname>[^\W\d_][\w'’-]+), (?P<given>[^\W\d_]+[a-zа-я.](?: [\w'’.-]+){0,3})\Z")


def people(authors: Iterable[Author], sites: Iterable[str]) -> tuple[str, ...]:
    """Return the names of people among what a page says its authors are, each once, as written.

    A single word is a name only where the page says that it is a person's. The site's own names are nobody's.
    """
    own = {_bare(site) for site in sites}
    found: dict[str, str] = {}
    for author in authors:
        if author.person is False:
            continue
        for name in _names(author.name, sure=author.person is True):
            person = _without(name, own)
            if _bare(person) not in own:
                found.setdefault(_bare(person), person)
    return tuple(name for bare, name in found.items() if not any(bare in other for other in found if other != bare))


def _without(name: str, sites: set[str]) -> str:
    """Return a name without the site's, where that follows it: "Elliot Brown Vale Courier"."""
    parts = name.split()
    ends = (end for end in range(2, len(parts)) if _bare("".join(parts[end:])) in sites)
    return " ".join(parts[: next(ends, len(parts))])


def agency(authors: Iterable[Author]) -> str | None:
    """Return the agency among what a page says its authors are: a known one, or one that signs with letters ("PTI")."""
    names = [author.name[:_LONGEST].strip() for author in authors]
    known = (known for name in names if (known := known_agency(name)))
    return next(known, None) or next((name for name in names if _LETTERS.fullmatch(name)), None)


def _bare(name: str) -> str:
    return "".join(filter(str.isalnum, fold(name)))


def _names(text: str, *, sure: bool) -> list[str]:
    text = " ".join(_TAG.sub(" ", unescape(text[:_LONGEST])).split())
    if text.startswith(("http:", "https:", "//", "@", "/")):
        return []
    listed = read_byline(text)
    if listed == ():
        return []
    text = _BRACKETS.sub(" ", text)
    text = _PREFIX.sub("", text, count=1) if _PREFIX.match(text) else text
    text = _SUFFIX.sub("", text, count=1).strip(" .,;:|–—-")
    inverted = _INVERTED.sub(r"\g<given> \g<surname>", text)
    if inverted != text and _is_person(inverted, sure=False):
        return [inverted]
    parts = [part.strip(" .:|–—-") for part in _SPLIT.split(text)]
    return [" ".join(part.split()) for part in parts if part and _is_person(part, sure=sure and len(parts) == 1)]


def _is_person(name: str, *, sure: bool) -> bool:
    if _HAN.fullmatch(name):
        return len(name) <= len("青网校园") or sure
    parts = name.split()
    if not parts or len(parts) > _MOST_WORDS or len(name) > _LONGEST_NAME or known_agency(name):
        return False
    if any(fold(part).strip(".,") in _NO_PERSON for part in parts):
        return False
    if len(parts) == 1:
        return sure and name[0].isupper() and not name.isupper()
    capital = [
        part for part in parts if part.lower() not in _PARTICLES and not part.startswith(("d'", "d’", "al-", "el-"))
    ]
    return len(capital) > 1 and all(
        part[0].isupper() or (not part[0].isascii() and not part[0].islower()) for part in capital
    )
