"""View counters: the phrase in which an old site printed how often a page was read."""

import re

from shared.formats.lines import fold

_LONGEST = 80
_TIMES = (
    r"times?|раз(?:а|ы|у|оў|ів|и)?|razy?|mal|kart(?:ai|ą|ų|us|as)"  # read … times
    r"|"
    r"views?|hits?|visits?|просмотр(?:а|ов|ы)?|прочтени[ейя]|прагляд(?:ы|аў|у)?|перегляд(?:и|ів|у)?"
    r"|wyświetle(?:nie|nia|ń)|odsłon[ay]?|aufrufe?|zugriffe?|peržiūr(?:a|os|ų)"
)
_READ = (
    r"viewed|прочитано|прочитана|просмотрено|прачытана|прагледжана|переглянуто|przeczytano|czytano|wyświetlono"
    r"|gelesen|angesehen|skaityta|perskaityta|peržiūrėta"
)
_VIEWS = (
    r"(?:(?:number of|post|article|total|количество|число|колькасць|кількість|liczba|anzahl(?: der)?) )?"
    r"(?:views?|hits?|visits?|reads|просмотр(?:ов|ы)?|прочтени[йя]|прагляд(?:ы|аў)|перегляд(?:и|ів)"
    r"|wyświetle(?:nia|ń)|odsłon[ay]?|aufrufe?|zugriffe?|peržiūr(?:os|ų)(?: skaičius)?)"
    r"(?: total| всего| ўсяго| усього)?"
)
# Twelve digits are more than any site was read; NFKC has made every space that groups digits an ordinary one.
_NUMBER = r"(?P<number>[0-9]{1,3}(?:[ .,'][0-9]{3}){1,3}|[0-9]{1,12})"
# What K2's Russian pack left behind an English phrase: "146 times (а)", whichever alphabet the letter is from.
_ENDING = r"(?: ?\([^\W\d_]{1,3}\))?"
_PHRASES = tuple(
    re.compile(phrase)
    for phrase in (
        rf"(?:read|{_READ})(?: ?:)? ?{_NUMBER} ?(?:{_TIMES}){_ENDING}",
        rf"(?:read ?:|(?:{_READ})(?: ?:)?) ?{_NUMBER}",  # bare "Read 1984" is a headline
        rf"(?:{_VIEWS}|\U0001f441\ufe0f?)(?: ?[:=–—-])? ?{_NUMBER}(?: (?:{_TIMES}){_ENDING})?",
        rf"{_NUMBER} ?(?:{_TIMES}){_ENDING}(?: (?:read|{_READ}))?",
    )
)


def read_counter(line: str) -> int | None:
    """Return the count of a line that is a view counter and nothing else; None for any other line."""
    if len(line) > _LONGEST or not any(map(str.isdigit, line)):
        return None
    folded = fold(line).strip("|•·* ")
    if folded.startswith("(") and folded.endswith(")"):
        folded = folded[1:-1]
    for phrase in _PHRASES:
        if found := phrase.fullmatch(folded):
            return int("".join(filter(str.isdigit, found["number"])))
    return None
