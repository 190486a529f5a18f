"""The language of a story, from its own text.

A heuristic of our own: seven languages with distinct letters and stop words need one page of tables, where detection
libraries bring 1 to 100 MB of models into a Lambda layer and are no surer about Belarusian against Russian.
"""

import re
from collections import Counter

UNDETERMINED = "und"  # BCP 47 (RFC 5646, section 4.1) for "not known"

_SAMPLE = 20_000
_WORD = re.compile(r"[^\W\d_]+")
_LATIN = "abcdefghijklmnopqrstuvwxyz"
_ALPHABETS = {
    "ru": "абвгдеёжзийклмнопрстуфхцчшщъыьэюя",
    "be": "абвгдеёжзійклмнопрстуўфхцчшыьэюя",
    "uk": "абвгґдеєжзиіїйклмнопрстуфхцчшщьюя",
    "en": _LATIN,
    "pl": _LATIN + "ąćęłńóśźż",
    "de": _LATIN + "äöüß",
    "lt": _LATIN + "ąčęėįšųūž",
}
_STOP_WORDS = {
    "ru": "и в не на что с по как это из для от был была были его их так также но а к за до или при году который",
    "be": "і ў у не на што з па як гэта для ад быў была былі яго іх таксама але а да за ці пры годзе які каб",
    "uk": "і в у не на що з по як це для від був була були його їх також але а до за чи при році який та",
    "en": "the of and to in a is that for it was on are with as at by from has have be this will said their its",
    "pl": "i w nie na że z po jak to dla od był była były jego ich także ale a do za lub przy roku który się jest",
    "de": "und der die das in den von zu mit sich des auf für ist im dem nicht ein eine als auch es wurde werden",
    "lt": "ir į kad iš su yra buvo tai kaip bet jis jų taip pat prie metų kuris apie bus nuo dėl ne per už",
}
_CYRILLIC = ("ru", "be", "uk")
_ROMAN = ("en", "pl", "de", "lt")


def language_of(text: str, hint: str | None) -> str:
    """Return the language of `text`; where it does not tell, `hint` (the date line's) if it can be, else "und"."""
    sample = text[:_SAMPLE].casefold()
    candidates = _same_script(sample)
    scores = _scores(sample, candidates)
    best = max(scores.values(), default=0)
    winners = [each for each in candidates if scores[each] == best]
    if len(winners) == 1:
        return winners[0]
    if hint and (hint in winners or not candidates):
        return hint
    return UNDETERMINED


def _same_script(sample: str) -> tuple[str, ...]:
    letters = Counter("cyrillic" if "\u0400" <= c < "\u0530" else c < "\u0250" for c in sample if c.isalpha())
    cyrillic, roman, other = letters["cyrillic"], letters[True], letters[False]
    if max(cyrillic, roman) <= other:
        return ()
    return _CYRILLIC if cyrillic > roman else _ROMAN


def _scores(sample: str, languages: tuple[str, ...]) -> dict[str, int]:
    """Stop words speak for a language, letters outside its alphabet against it."""
    words = Counter(_WORD.findall(sample))
    letters = Counter(c for c in sample if c.isalpha())
    known = set("".join(_ALPHABETS[each] for each in languages))
    scores: dict[str, int] = {}
    for language in languages:
        foreign = known.difference(_ALPHABETS[language])
        spoken = sum(words[word] for word in _STOP_WORDS[language].split())
        scores[language] = spoken - sum(letters[letter] for letter in foreign)
    return scores
