"""Phrases that readers see, in the story's language: how often a story was read.

CLDR plural categories come from Babel; the words are ours.
"""

from functools import cache

from babel.core import Locale
from babel.plural import PluralRule

# Only the categories that whole numbers fall into.
_TIMES = {
    "en": {"one": "time", "other": "times"},
    "ru": {"one": "раз", "few": "раза", "many": "раз"},
    "be": {"one": "раз", "few": "разы", "many": "разоў"},
    "uk": {"one": "раз", "few": "рази", "many": "разів"},
    "pl": {"one": "raz", "few": "razy", "many": "razy"},
    "de": {"one": "Mal", "other": "Mal"},
    "lt": {"one": "kartą", "few": "kartus", "other": "kartų"},
}


def times(count: int, language: str) -> str:
    """Return "146 times" in `language` (BCP 47; "ru-BY" is "ru"), in English for a language without a phrase."""
    primary = language.partition("-")[0].lower()
    known = primary if primary in _TIMES else "en"
    return f"{count} {_TIMES[known][_rule(known)(count)]}"


@cache
def _rule(language: str) -> PluralRule:
    return Locale(language).plural_form
