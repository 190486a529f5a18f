"""Who wrote a story and whose story it is: bylines, credits and the place line that a wire story opens with."""

import re
from collections.abc import Iterable
from itertools import islice

from shared.formats.date_line import month_names
from shared.formats.lines import fold

# The agencies that district newspapers print, each under the name it uses in English. Case matters: AP is not "ap".
_AGENCIES = {
    "BelTA": r"BelTA|BELTA|Belta|БЕЛТА|БелТА|БелТа|Белта|belta\.by",
    "TASS": r"(?:ITAR-)?TASS|(?:ИТАР-)?ТАСС",
    "Interfax": r"Interfax(?:-\w+)?|Интерфакс\w{0,2}(?:-\w+)?|Інтэрфакс\w{0,2}|Інтерфакс\w{0,2}(?:-\w+)?",
    "RIA Novosti": r"RIA Novosti|РИА «?Новост\w+»?|РІА «?Навіны»?",
    "Sputnik": r"Sputnik",
    "Reuters": r"Reuters|Рейтер\w{0,2}|Рэйтар\w{0,2}",
    "AP": r"AP|Associated Press",
    "AFP": r"AFP|Agence France-Presse|АФП",
    "dpa": r"dpa|DPA",
    "PAP": r"PAP|ПАП",
    "BNS": r"BNS",
    "ELTA": r"ELTA|Elta",
    "Ukrinform": r"Ukrinform|Укр[иі]нформ\w{0,2}",
    "UNIAN": r"UNIAN|УН[ИІ]АН",
    "Xinhua": r"Xinhua|С[иі]ньхуа",
}
_NAMES = tuple(_AGENCIES)
_AGENCY = re.compile(rf"(?<![\w-])(?:{'|'.join(f'({spelling})' for spelling in _AGENCIES.values())})(?!\w)")

# An agency is the source only where a word of attribution stands near: a story about BelTA is not by BelTA.
_NEAR = 45
_MENTIONS = 20
_ATTRIBUTION = re.compile(
    r"(?<!\w)(?:has learned|reports|reported|informs|informed|according to|told|correspondent"
    r"|сообща|сообщил|переда[её]т|передал|информир|корр\.|корреспондент|со ссылкой|по информации|по данным|пишет"
    r"|паведам|перада|інфарм|карэспандэнт|са спасылкай|паводле|повідом|передає|інформ|кореспондент|з посилання"
    r"|informuj|poinformowa|podaj|podał|przekaz|donosi|według|berichtet|meldet|laut|teilte|mitgeteilt"
    r"|praneš|informuo|skelbia|pasak)",
    re.IGNORECASE,
)
# An agency that the table does not know: ", Lowland Wire has learned" and "агентство «Приречье»".
_SELF_NAMED = re.compile(r", (?:the )?([A-Z][\w&.-]{1,30}(?: [A-Z][\w&.-]{1,30}){0,3}) has learned\b")
_QUOTED_AGENCY = re.compile(
    r"(?<!\w)(?:агентств|агенцтв|агенці|agencj|nachrichtenagentur|agentūr)\w{0,4} [«„“\"]([^«»„“”\"]{2,40})[»“”\"]",
    re.IGNORECASE,
)
_SOURCE = re.compile(
    r"\(?(?:source|credit|источник|крыніца|джерело|źródło|quelle|šaltinis) ?[:–—-] ?(?P<name>[^()]{2,80}?)\)?\.?",
    re.IGNORECASE,
)
_AGENCY_LINE = re.compile(
    r"\W*(?:(?:по|за|паводле) (?:материалам|матеріалами|матэрыялах|информации|сообщению) )?", re.IGNORECASE
)
_WEB_ADDRESS = re.compile(r"(?:https?://)?(?:www\.)?([\w-]+(?:\.[\w-]+)+)(?:/\S*)?")

_BYLINE = re.compile(
    r"(?:by|author|written by|posted by|text|автор(?:ы| текста)?|текст|аўтар(?:ы)?|тэкст|автори"
    r"|autor(?:ka|zy|in|ius|ė)?|tekst(?:as)?|von|verfasser) ?(?P<colon>[:–—-] ?| )(?P<names>.{2,100})",
    re.IGNORECASE,
)
_AND = re.compile(r" ?[,;&] ?| (?:and|и|і|й|та|i|oraz|und|ir) ")
_PERSON = re.compile(r"(?:[^\W\d_a-zа-яёіўґїє][\w'’.-]*)(?: (?:de|van|von|der|[^\W\d_a-zа-яёіўґїє][\w'’.-]*)){0,3}")
_SIGNATURE = re.compile(r"[^\W\d_][\w.'’-]* (?:[^\W\d_][\w.'’-]* )?(?P<surname>[^\W\d_][^\W\d_'’-]{2,})\.?")
_ACCOUNTS = frozenset({"super user", "administrator", "admin", "webmaster", "editor", "редактор", "администратор"})
_LONGEST = 120

_OPENINGS = (
    # MOGILEV, 12 October (BelTA) –
    re.compile(
        r"(?P<line>(?P<place>[^\W\d_][^\d()/–—,]{1,50}?)(?P<date>, ?[^()/–—]{3,24}?)?"
        r"(?: ?\((?P<agency>[^()]{2,40})\)| ?/(?P<slashed>[^/]{2,40})/)?) ?(?:[–—]|--?(?= )|(?<=[)/])\.)"
    ),
    # 12 октября, Могилев /Корр. БЕЛТА/.
    re.compile(r"(?P<line>(?P<date>[0-9]{1,2} \w{3,12}), (?P<place>[^\d()/–—,]{2,50}?) ?/(?P<slashed>[^/]{2,40})/)"),
)


def known_agency(text: str) -> str | None:
    """Return the first agency of the table that `text` names."""
    found = _AGENCY.search(text)
    return _NAMES[found.lastindex - 1] if found and found.lastindex else None


def read_source(line: str) -> str | None:
    """Return the source of a line that names nothing else: "Source: Reuters", "По материалам БЕЛТА", "BelTA"."""
    if len(line) > _LONGEST:
        return None
    if found := _SOURCE.fullmatch(line):
        name = found["name"].strip()
        address = _WEB_ADDRESS.fullmatch(name)
        return known_agency(name) or (address[1] if address else name)
    opening = _AGENCY_LINE.match(line)
    agency = _AGENCY.match(line, opening.end() if opening else 0)
    if agency and agency.lastindex and not any(map(str.isalnum, line[agency.end() :])):
        return _NAMES[agency.lastindex - 1]
    return None


def read_byline(line: str) -> tuple[str, ...] | None:
    """Return the names of a byline, empty for an account of the old software; None for any other line.

    Without a colon ("By Anna Kowal") each name needs two words or more, so that "By Train" stays a headline.
    """
    found = _BYLINE.fullmatch(line) if len(line) <= _LONGEST else None
    if not found:
        return None
    if fold(found["names"]) in _ACCOUNTS:
        return ()
    listed = [name.strip() for name in _AND.split(found["names"].rstrip(". "))]
    people = tuple(name for name in listed if _PERSON.fullmatch(name))
    if not found["colon"].strip() and (people != tuple(listed) or not all(" " in name for name in people)):
        return None
    return people or None


def read_signature(line: str) -> tuple[str, ...] | None:
    """Return the name that closes a story the way district newspapers sign: "Анна КОВАЛЬ", "А. КОВАЛЬ."."""
    found = _SIGNATURE.fullmatch(line) if len(line) <= _LONGEST else None
    if not found or not found["surname"].isupper() or not line[0].isupper():
        return None
    given = line.split(maxsplit=1)[0]
    return None if given.isupper() and not given.endswith(".") else (line.rstrip("."),)


def find_credit(paragraphs: Iterable[str]) -> str | None:
    """Return the agency to which the text attributes itself, or None."""
    for paragraph in paragraphs:
        for found in islice(_AGENCY.finditer(paragraph), _MENTIONS):
            start, end = max(0, found.start() - _NEAR), found.end() + _NEAR
            if found.lastindex and _ATTRIBUTION.search(paragraph, start, end):
                return _NAMES[found.lastindex - 1]
        if named := _SELF_NAMED.search(paragraph) or _QUOTED_AGENCY.search(paragraph):
            return named[1]
    return None


def find_dateline(paragraph: str) -> tuple[str | None, str | None]:
    """Return the place line that opens `paragraph`, and the agency in it.

    A place alone ("MINSK – …") is not enough: "NATO – the alliance" opens the same way. It needs a date or an agency.
    """
    opening = paragraph[:150]
    for shape in _OPENINGS:
        if not (found := shape.match(opening)):
            continue
        parts = found.groupdict()
        source = parts.get("agency") or parts["slashed"]
        known = known_agency(source) if source else None
        dated = any(fold(word).rstrip(".") in month_names() for word in (parts["date"] or "").split())
        if known or (parts["place"].isupper() and (source or dated)):
            return found["line"].strip(), known or source
    return None, None
