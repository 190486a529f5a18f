"""A headline in any script becomes a piece of a URL."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.content import SLUG_PATTERN
from shared.slug import candidates, slugify

STORY = "01ARZ3NDEKTSV4RRFFQ69G5FAV"


@pytest.mark.parametrize(
    ("headline", "slug"),
    [
        ("Мост через реку открыт", "most-cherez-reku-otkryt"),
        ("Объём съезда: 146 раз!", "obem-sezda-146-raz"),
        ("Ўладзімір і Еўропа", "uladzimir-i-europa"),
        ("Їжак та ґанок", "izhak-ta-ganok"),
        ("Zażółć gęślą jaźń", "zazolc-gesla-jazn"),
        ("Über die Straße", "uber-die-strasse"),
        ("Žąsys ėjo į šilą", "zasys-ejo-i-sila"),
        ("北京", "beijing"),
        ("It’s the mayor's day", "its-the-mayors-day"),
        ("a/b#c?d&e=f..g", "a-b-c-d-e-f-g"),
        ("", "story"),
        (" — … ", "story"),
        ("\u200b\u202e", "story"),
    ],
)
def test_a_headline_becomes_latin_words(headline: str, slug: str) -> None:
    """Each script is transliterated, all that is no letter or digit joins words, and nothing becomes "story"."""
    assert slugify(headline) == slug


def test_an_emoji_is_its_name_or_nothing() -> None:
    """A headline of pictures still gives a slug."""
    assert re.fullmatch(SLUG_PATTERN, slugify("😀🔥"))


@given(st.text(alphabet=st.characters(), max_size=300))
def test_any_text_gives_a_slug(headline: str) -> None:
    """Whatever the headline, its slug and all forms of it match the pattern and are short enough."""
    slug = slugify(headline)
    assert len(slug) <= 80
    for form in candidates(slug, STORY):
        assert re.fullmatch(SLUG_PATTERN, form)
        assert len(form) <= 89


@given(st.from_regex(SLUG_PATTERN, fullmatch=True).filter(lambda slug: len(slug) <= 100))
def test_the_forms_of_an_editors_slug_are_slugs(wanted: str) -> None:
    """A slug of full length, with a number or an id behind it, may be sent back as a slug."""
    forms = list(candidates(wanted, STORY))
    assert forms[0] == wanted
    assert len(set(forms)) == len(forms) == 6
    assert all(re.fullmatch(SLUG_PATTERN, form) and len(form) <= 100 for form in forms)


def test_a_slug_of_a_hundred_letters_gets_a_number() -> None:
    """Cut at a hyphen, the number does not stand behind two."""
    assert next(iter(list(candidates("a" * 79 + "-" + "b" * 20, STORY))[1:])) == "a" * 79 + "-2"


def test_a_long_headline_is_cut_at_a_word() -> None:
    """No word is cut in two, unless it alone is too long."""
    assert slugify("word " * 50) == "-".join(["word"] * 16)
    assert slugify("x" * 200) == "x" * 80
