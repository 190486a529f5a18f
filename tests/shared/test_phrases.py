"""The counter's phrase follows CLDR's plural forms."""

import json
from pathlib import Path

import pytest

from shared.phrases import times

DATA = Path(__file__).parents[2] / "../shared/data/dates-plurals"


@pytest.mark.parametrize(
    ("count", "language", "phrase"),
    [
        (1, "ru", "1 раз"),
        (2, "ru", "2 раза"),
        (5, "ru", "5 раз"),
        (11, "ru", "11 раз"),
        (21, "ru", "21 раз"),
        (22, "ru", "22 раза"),
        (146, "ru", "146 раз"),
        (1, "be", "1 раз"),
        (2, "be", "2 разы"),
        (5, "be", "5 разоў"),
        (2, "uk", "2 рази"),
        (146, "uk", "146 разів"),
        (1, "pl", "1 raz"),
        (2, "pl", "2 razy"),
        (5, "pl", "5 razy"),
        (146, "de", "146 Mal"),
        (1, "lt", "1 kartą"),
        (2, "lt", "2 kartus"),
        (10, "lt", "10 kartų"),
        (0, "en", "0 times"),
        (1, "en", "1 time"),
        (146, "en", "146 times"),
    ],
)
def test_the_word_agrees_with_the_number(count: int, language: str, phrase: str) -> None:
    """Each language's form for the number is the one that a reader of it expects."""
    assert times(count, language) == phrase


def test_a_region_does_not_matter() -> None:
    """BCP 47 tags with a region or in capitals are the language."""
    assert times(3, "ru-BY") == "3 раза"
    assert times(3, "BE") == "3 разы"


@pytest.mark.parametrize("language", ["fr", "und", "", "zh-Hant", "no such language"])
def test_an_unknown_language_is_told_in_english(language: str) -> None:
    """A language without a phrase of its own never fails."""
    assert times(2, language) == "2 times"


def test_every_sample_of_cldr_gets_the_form_of_its_category() -> None:
    """For each of CLDR's own samples, the form is that of the category that CLDR names."""
    if not DATA.exists():
        pytest.skip("the shared data folder is not here")
    forms = {
        "ru": {"one": "раз", "few": "раза", "many": "раз"},
        "be": {"one": "раз", "few": "разы", "many": "разоў"},
        "uk": {"one": "раз", "few": "рази", "many": "разів"},
        "pl": {"one": "raz", "few": "razy", "many": "razy"},
        "de": {"one": "Mal", "other": "Mal"},
        "en": {"one": "time", "other": "times"},
        "lt": {"one": "kartą", "few": "kartus", "other": "kartų"},
    }
    samples = json.loads((DATA / "cldr-plural-samples.json").read_text(encoding="utf-8"))
    whole = [each for each in samples if each["lang"] in forms and isinstance(each["n"], int)]
    assert len(whole) > 100
    wrong = [each for each in whole if times(each["n"], each["lang"]) != told(each, forms)]
    assert wrong == []


def told(sample: dict[str, str], forms: dict[str, dict[str, str]]) -> str:
    """Return the phrase that a CLDR sample asks for."""
    return f"{sample['n']} {forms[sample['lang']][sample['category']]}"
