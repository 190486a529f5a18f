"""A saved page of a district newspaper's site becomes a story, or says what it lacks."""

import time
import unicodedata
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.formats.plain_text import read_text as read
from shared.formats.story import IncomingStory, Unreadable

MINSK = ZoneInfo("Europe/Minsk")
PROJECT = Path(__file__).parents[3]
SAMPLE = (PROJECT / "local/sample/river-bridge-2018-10-12.txt").read_text(encoding="utf-8")
SEED = PROJECT / "../shared/seed/berezino-2018-10-12.txt"
PRESS_TIME = datetime(2018, 10, 12, 12, 52, tzinfo=UTC)
DATE = "Friday, 12 October 2018 15:52"
PROSE = "The road bridge over the Sill will carry traffic again from Monday. It was closed for nineteen months."
MORE = "The ferry will not be sold, said the ferryman, who has made the crossing more than 9,000 times."


def page(*blocks: str) -> IncomingStory:
    """Return the story of a page whose blocks are separated by blank lines."""
    return read("\n\n".join(blocks), MINSK)


def paragraphs(story: IncomingStory) -> list[str]:
    """Return the body's paragraphs."""
    return story.body_text.split("\n\n")


def test_the_seed_is_read_right() -> None:
    """Every row of the table in the seed's README holds."""
    if not SEED.exists():
        pytest.skip("the seed is not here")
    story = read(SEED.read_text(encoding="utf-8"), MINSK)
    assert story.masthead == {
        "address": "18 Oktyabrskaya Street, Berezino, 223310, Minsk oblast",
        "phone": "+375-17-15-5-58-41",
        "fax": "+375-17-15-5-58-41",
    }
    assert story.published_at == PRESS_TIME
    assert story.headline == "Belarus president talks about importance of regional cooperation with Russia"
    assert (story.credit, story.language, story.carried_over) == ("BelTA", "en", 146)
    body = paragraphs(story)
    assert len(body) == 7
    assert body[0].startswith("It is in the regions of Belarus and Russia where")
    assert body[-1].startswith("“We've attentively studied how our common plans")


def test_the_sample_is_read_right() -> None:
    """The project's own page gives its masthead, moment, text, credit and counter."""
    story = read(SAMPLE, MINSK)
    assert story.masthead["address"] == "7 Ferry Lane, Marrowford, 104220, Lower Vale district"
    assert (story.masthead["phone"], story.masthead["fax"]) == ("+375-00-10-5-55-01", "+375-00-10-5-55-02")
    assert "name" not in story.masthead
    assert story.headline == "Marrowford gets its river bridge back before the first ice"
    assert story.published_at == PRESS_TIME
    assert (story.credit, story.language, story.carried_over) == ("Lowland Wire", "en", 146)
    assert len(paragraphs(story)) == 6
    assert "fund &amp; the rest" in story.body_html
    assert "fund & the rest" in story.body_text


@pytest.mark.parametrize(
    "changed",
    [
        SAMPLE.replace("146 times", "9,147 times"),
        SAMPLE.replace("146 times (а)", ""),
        SAMPLE.replace("\n\n", "\n\n \t\n\n"),
        SAMPLE.replace("\n\n", "\n"),
        SAMPLE.replace("\n", "\r\n"),
        "\ufeff" + SAMPLE.replace("Friday, ", "\tFriday,\u00a0"),
        unicodedata.normalize("NFD", SAMPLE),
        unicodedata.normalize("NFKC", SAMPLE),
    ],
)
def test_the_same_page_saved_again_has_the_same_key(changed: str) -> None:
    """A moved counter, other blank lines, line ends and Unicode forms change neither the key nor the text."""
    story, first = read(changed, MINSK), read(SAMPLE, MINSK)
    assert (story.key, story.body_html) == (first.key, first.body_html)


def test_another_headline_or_moment_is_another_key() -> None:
    """Two stories of one newspaper never share a key."""
    keys = {
        page(date, headline, PROSE).key
        for date in (DATE, "Friday, 12 October 2018 15:53")
        for headline in ("Bridge opens", "Bridge closes")
    }
    assert len(keys) == 4


def test_lines_wrapped_at_72_columns_are_one_paragraph() -> None:
    """Blank lines separate paragraphs; the breaks within them are spaces, also in a headline and before a number."""
    story = page(
        DATE,
        "Marrowford gets its river bridge back before the first ice, say the\nbuilders",
        "The road bridge over the Sill in Marrowford will carry traffic again\nfrom Monday. The ferryman has"
        " crossed the river no fewer than exactly\n146 times",
        MORE,
    )
    assert story.headline.endswith("say the builders")
    assert len(paragraphs(story)) == 2
    assert paragraphs(story)[0].endswith("exactly 146 times")
    assert story.carried_over == 0


def test_a_text_without_blank_lines_has_a_paragraph_on_each_line() -> None:
    """Line by line: date, headline, paragraphs, counter."""
    story = read(f"{DATE}\nBridge opens\n{PROSE}\n{MORE}\nRead 12 times", MINSK)
    assert (story.headline, paragraphs(story), story.carried_over) == ("Bridge opens", [PROSE, MORE], 12)


def test_date_headline_and_text_may_stand_in_one_block() -> None:
    """Blank lines between paragraphs only do not hide the headline."""
    story = read(f"{DATE}\nBridge opens\n{PROSE}\n\n{MORE}", MINSK)
    assert (story.headline, paragraphs(story)) == ("Bridge opens", [PROSE, MORE])


@pytest.mark.parametrize(
    ("above", "name"),
    [(("Bridge opens",), None), (("Vale Courier", "Phone: +375-00-10-5-55-01", "Bridge opens"), "Vale Courier")],
)
def test_the_headline_may_stand_above_the_date(above: tuple[str, ...], name: str | None) -> None:
    """Where a paragraph follows the date line, the line directly above it is the headline."""
    story = page(*above, DATE, PROSE, MORE)
    assert (story.headline, paragraphs(story)) == ("Bridge opens", [PROSE, MORE])
    assert story.masthead.get("name") == name


@pytest.mark.parametrize("below", [("Address: 7 Ferry Lane",), ()])
def test_the_newspapers_name_is_not_the_headline(below: tuple[str, ...]) -> None:
    """A headline below the date line wins over a name above it."""
    story = page("Vale Courier", *below, DATE, "Bridge opens", PROSE)
    assert (story.headline, story.masthead["name"]) == ("Bridge opens", "Vale Courier")


def test_a_masthead_in_one_line_is_parted() -> None:
    """Address, phone and fax may share a line, and a phone its number with the fax."""
    story = page(
        "Адрес: 223310, г. Заречный, ул. Мостовая, 7. Тел./факс: 8 (01715) 5-55-01", DATE, "Мост открыт", PROSE
    )
    assert story.masthead == {
        "address": "223310, г. Заречный, ул. Мостовая, 7.",
        "phone": "8 (01715) 5-55-01",
        "fax": "8 (01715) 5-55-01",
    }


@pytest.mark.parametrize("place", range(5))
def test_a_counter_is_read_wherever_it_stands(place: int) -> None:
    """Above the date, between date and headline, before the text, in it or after it: counted, and never a paragraph."""
    blocks = [DATE, "Bridge opens", PROSE, MORE]
    story = page(*blocks[:place], "Прочитано 1 146 раз", *blocks[place:])
    assert (story.headline, paragraphs(story), story.carried_over) == ("Bridge opens", [PROSE, MORE], 1146)


def test_a_number_in_a_paragraph_is_no_counter() -> None:
    """Without a counter line nothing is carried over."""
    assert page(DATE, "Bridge opens", PROSE, "It was viewed 146 times.").carried_over == 0


def test_facts_beside_each_other_are_parted() -> None:
    """Joomla sets date, section and hits in one line."""
    story = page("Category: Roads | 12 October 2018 15:52 | Hits: 146", "Bridge opens", PROSE)
    assert (story.section, story.published_at, story.carried_over) == ("Roads", PRESS_TIME, 146)


def test_what_surrounds_a_story_is_not_its_text() -> None:
    """Byline, source, section, tags, last change, comments and related items are read or dropped."""
    story = page(
        DATE, "Bridge opens", "By Anna Kowal and Jan Nowak", "Published in Roads", PROSE, MORE, "Source: Reuters",
        "Tagged under bridges, floods", "Last modified on Friday, 12 October 2018 16:00", "Be the first to comment!",
        "* * *", "Related items", "Ferry sold",
    )  # fmt: skip
    assert story.byline == ("Anna Kowal", "Jan Nowak")
    assert (story.credit, story.section, story.tags) == ("Reuters", "Roads", ("bridges", "floods"))
    assert (paragraphs(story), story.published_at) == ([PROSE, MORE], PRESS_TIME)


def test_a_byline_may_stand_between_headline_and_date() -> None:
    """It is read off before the headline is looked for."""
    story = read(f"Bridge opens\nBy Anna Kowal\n{DATE}\n\n{PROSE}", MINSK)
    assert (story.headline, story.byline) == ("Bridge opens", ("Anna Kowal",))


def test_a_headline_that_begins_like_a_byline_stays() -> None:
    """The headline "By Train to Marrowford" names no author."""
    assert page(DATE, "By Train to Marrowford", PROSE).headline == "By Train to Marrowford"


def test_a_district_newspapers_signature_is_the_byline() -> None:
    """A name with its surname in capitals closes a story."""
    story = page("Пятница, 12 октября 2018 15:52", "Мост открыт", "В пятницу открыли мост.", "Анна КОВАЛЬ.")
    assert (story.byline, paragraphs(story)) == (("Анна КОВАЛЬ",), ["В пятницу открыли мост."])


@pytest.mark.parametrize(
    ("text", "credit"),
    [
        ("The bridge is open, BelTA has learned.", "BelTA"),
        ("Мост открыт, сообщает БЕЛТА.", "BelTA"),
        ("Мост открыт, передает корреспондент БЕЛТА.", "BelTA"),
        ("Мост адкрыты, паведамляе БелТА.", "BelTA"),
        ("Most jest otwarty, informuje PAP.", "PAP"),
        ("Мост открыт, сообщает агентство «Приречье».", "Приречье"),
        ("MARROWFORD, 12 October (Reuters) – The bridge is open.", "Reuters"),
        ("The director of BelTA opened the bridge.", None),
        ("The bridge is open.", None),
    ],
)
def test_the_credit_is_the_agency_that_the_text_names_as_its_source(text: str, credit: str | None) -> None:
    """An attribution is a credit; an agency that is only mentioned is none."""
    assert page(DATE, "Bridge opens", text).credit == credit


@pytest.mark.parametrize(
    ("line", "credit"),
    [("Source: Lowland Wire", "Lowland Wire"), ("Источник: Sputnik", "Sputnik"), ("По материалам БЕЛТА.", "BelTA")],
)
def test_a_source_line_is_the_credit(line: str, credit: str) -> None:
    """It wins over the text and is no paragraph."""
    story = page(DATE, "Bridge opens", PROSE, line)
    assert (story.credit, paragraphs(story)) == (credit, [PROSE])


@pytest.mark.parametrize(
    ("opening", "dateline"),
    [
        ("MOGILEV, 12 October (BelTA) – The bridge is open.", "MOGILEV, 12 October (BelTA)"),
        ("МОГИЛЕВ, 12 октября – Мост открыт.", "МОГИЛЕВ, 12 октября"),
        ("12 октября, Могилев /Корр. БЕЛТА/. Мост открыт.", "12 октября, Могилев /Корр. БЕЛТА/"),
        ("NATO – the alliance – has no bridge.", None),
    ],
)
def test_a_place_line_is_the_dateline(opening: str, dateline: str | None) -> None:
    """A place with a date or an agency is a dateline, and stays in the text."""
    story = page(DATE, "Bridge opens", opening)
    assert (story.dateline, story.body_text) == (dateline, opening)


@pytest.mark.parametrize(
    ("language", "date", "headline", "text"),
    [
        ("ru", "12.10.2018", "Мост открыт", "В пятницу в районе открыли мост, который строили два года."),
        ("be", "12.10.2018", "Мост адкрыты", "У пятніцу ў раёне адкрылі мост, які будавалі два гады."),
        ("uk", "12.10.2018", "Міст відкрито", "У п’ятницю в районі відкрили міст, який будували два роки."),
        ("pl", "12.10.2018", "Most otwarty", "W piątek otwarto most, który budowano przez dwa lata."),
        ("de", "12.10.2018", "Brücke offen", "Am Freitag wurde die Brücke nach zwei Jahren eröffnet."),
        ("lt", "12.10.2018", "Tiltas atidarytas", "Penktadienį atidarytas tiltas, kuris buvo statomas dvejus metus."),
        ("en", "Пятница, 12 октября 2018", "Bridge opens", PROSE),
        ("ru", "Пятница, 12 октября 2018", "Мост", "Ура!"),
        ("und", "12.10.2018", "2018", "146"),
    ],
)
def test_the_language_is_that_of_the_text(language: str, date: str, headline: str, text: str) -> None:
    """The story's own words decide; the date line's language only where they do not tell."""
    assert page(date, headline, text).language == language


@pytest.mark.parametrize(
    ("blocks", "missing"),
    [
        ((), ("date", "headline", "body")),
        (("146 times",), ("date", "headline", "body")),
        (("Bridge opens",), ("date", "body")),
        (("Bridge opens", PROSE), ("date",)),
        (("31 February 2018", "Bridge opens", PROSE), ("date",)),
        ((DATE,), ("headline", "body")),
        ((DATE, "Bridge opens"), ("body",)),
        (("Bridge opens", DATE, "146 times"), ("body",)),
        (("Address: 7 Ferry Lane", DATE, PROSE * 2, MORE), ("headline",)),
    ],
)
def test_all_that_is_missing_is_named(blocks: tuple[str, ...], missing: tuple[str, ...]) -> None:
    """The refusal lists each missing part, for machines and in a sentence for an editor."""
    with pytest.raises(Unreadable) as refusal:
        page(*blocks)
    assert refusal.value.missing == missing
    assert all(f"no {part} (looked for" in str(refusal.value) for part in missing)


def test_markup_in_the_text_is_text() -> None:
    """Plain text can never bring tags into a page."""
    story = page(DATE, "Bridge opens", "<script>alert(1)</script> & more")
    assert story.body_html == "<p>&lt;script&gt;alert(1)&lt;/script&gt; &amp; more</p>"
    assert story.body_text == "<script>alert(1)</script> & more"


HEAD = f"{DATE}\n\nBridge opens\n\n"
HOSTILE = {
    "one line": "a" * 1_000_000,
    "one number": "1" * 1_000_000,
    "500,000 lines": "1\n" * 500_000,
    "many paragraphs": "1\n\n" * 330_000,
    "counters": "146 times\n\n" * 90_000,
    "almost dates": "12.10.20\n" * 110_000,
    "almost date lines": "Published: 1 may 2018 x\n\n" * 40_000,
    "phones": "+375 17 15 5\n" * 76_000,
    "marks": "a" + "\u0301\u0323" * 500_000,
    "signs that expand": ("\ufdfa" * 100 + "1\n") * 9_800,
    "agencies": "BelTA " * 166_000,
    "names": ", Ab" + " Ab" * 330_000,
    "tags": "<" * 1_000_000,
    "half pairs": "\ud800" * 1_000_000,
}


@pytest.mark.parametrize("kind", HOSTILE)
@pytest.mark.parametrize("head", ["", HEAD])
def test_hostile_text_is_read_in_linear_time(kind: str, head: str) -> None:
    """A megabyte of anything is done within seconds: a quadratic step would take minutes."""
    began = time.process_time()
    try:
        story = read(head + HOSTILE[kind], MINSK)
        assert story.body_text is not None
    except Unreadable:
        pass
    assert time.process_time() - began < 10


LINES = st.sampled_from(
    [DATE, "12.10.2018", "Bridge opens", PROSE, "146 times (а)", "By Ann Lee", "Address:", "", "(", "\r"]
)


@given(st.lists(LINES | st.text(max_size=90), max_size=14).map("\n".join))
def test_no_text_makes_it_fail(text: str) -> None:
    """Any text is a story or unreadable; nothing else is raised, and a story is complete."""
    try:
        story = read(text, MINSK)
    except Unreadable:
        pass
    else:
        assert story.headline
        assert story.body_html.startswith("<p>")
        assert story.published_at is not None
        assert story.published_at.tzinfo is UTC
