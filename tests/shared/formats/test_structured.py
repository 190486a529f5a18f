"""What pages tell machines: JSON-LD however it is broken, microdata, and meta elements of every vocabulary."""

import json
import time
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shared.formats import json_ld
from shared.formats.lines import fold
from shared.formats.page_tree import Element, grow
from shared.formats.story import Given
from shared.formats.structured import Author, Facts, from_json_ld, from_meta, from_microdata

DATA = Path(__file__).parents[4] / "shared" / "data" / "structured-extruct"
GIVEN = Given(ZoneInfo("UTC"))
ARTICLE = '{"@type": "NewsArticle", "headline": "Bridge opens"}'


def tree(html: str) -> Element:
    """Return the root of a page."""
    return grow(f"<html><head></head><body>{html}<p>.</p></body></html>".encode(), GIVEN).root


def script(text: str) -> str:
    """Return a script of JSON-LD."""
    return f'<script type="application/ld+json">{text}</script>'


def told(*blocks: Any, titles: str = "Bridge opens") -> Facts:
    """Return what blocks of JSON-LD, in JSON or ready for it, say of a page."""
    texts = [block if isinstance(block, str) else json.dumps(block) for block in blocks]
    return from_json_ld(tree("".join(map(script, texts))), fold(titles))


@pytest.mark.parametrize(
    "text",
    [
        ARTICLE,
        f"[{ARTICLE}]",
        f'{{"@context": "http://schema.org", "@graph": [{ARTICLE}]}}',
        f'{{"@type": "WebPage", "mainEntity": {ARTICLE}}}',
        f"<!-- {ARTICLE} -->",
        f"//<![CDATA[\n{ARTICLE}\n//]]>",
        f"/* <![CDATA[ */ {ARTICLE} /* ]]> */",
        f"<!-- The story. -->\n{ARTICLE}",
        f"// the story\n{ARTICLE};",
        f"\ufeff{ARTICLE}",
        ARTICLE.replace("}", ",}"),
        ARTICLE.replace("}", ", // the end\n}"),
        ARTICLE.replace("}", ', "keywords": ["a", "b",],}'),
        ARTICLE.replace("}", ', "description": "two\nlines\tand \\\' a \\x sign"}'),
        ARTICLE.replace("}", ', "description": "They said "yes" to it", "about": 1}'),
        ARTICLE.replace("NewsArticle", "http://schema.org/ReportageNewsArticle"),
        ARTICLE.replace('"NewsArticle"', '["Thing", "BlogPosting"]'),
        f'{{"@type": "Person", "name": "A"}}{ARTICLE} and more',
        ARTICLE.replace("}", f', "wordCount": {"9" * 5000}}}'),
    ],
)
def test_json_ld_is_read_however_it_is_wrapped_or_broken(text: str) -> None:
    """Comments, CDATA, trailing commas, line ends in strings, quotation marks nobody escaped, values side by side."""
    assert told(text).headlines == ["Bridge opens"]


@pytest.mark.parametrize("text", ["", "null", "[]", "12", '"Bridge"', "{", "[" * 50_000, '{"@type": null}', "{}" * 90])
def test_json_ld_that_says_nothing_is_passed_over(text: str) -> None:
    """It is no reason to refuse a page."""
    assert told(text) == Facts()


def test_json_ld_tells_every_field() -> None:
    """Persons by reference, by parts of a name, as a text; organisations told apart; entities and languages."""
    facts = told(
        {"@type": "Person", "@id": "#ann", "name": "Ann Lee"},
        {
            "@type": "NewsArticle",
            "headline": {"@value": "Bridge opens", "@language": "en"},
            "author": [{"@id": "#ann"}, {"@type": "Person", "givenName": "Jan", "familyName": "Nowak"}, "Eva Berg"],
            "creator": {"@type": "Organization", "name": "Lowland Wire"},
            "datePublished": "2018-10-12",
            "dateModified": "2018-10-13",
            "articleSection": ["Roads", "Vale"],
            "keywords": "bridges, floods",
            "image": {"@type": "ImageObject", "url": "/a.jpg", "caption": "Fish &amp; chips"},
            "publisher": {"@type": "Organization", "name": "Vale Courier"},
            "inLanguage": "en-GB",
            "mainEntityOfPage": {"@id": "https://vale.example/bridge"},
        },
    )
    assert facts.authors == [
        Author("Ann Lee", person=True),
        Author("Jan Nowak", person=True),
        Author("Eva Berg", person=None),
        Author("Lowland Wire", person=False),
    ]
    assert (facts.headlines, facts.published, facts.modified) == (["Bridge opens"], ["2018-10-12"], ["2018-10-13"])
    assert (facts.sections, [tag.strip() for tag in facts.tags]) == (["Roads", "Vale"], ["bridges", "floods"])
    assert (facts.images, facts.languages) == ([("/a.jpg", "Fish & chips")], ["en-GB"])
    assert "Vale Courier" in facts.sites
    assert facts.urls == ["https://vale.example/bridge"]


def test_of_many_stories_the_titles_own_is_meant() -> None:
    """Items of a list are other stories; of two equal ones that which the title names first; without one, none."""
    other = {"@type": "NewsArticle", "headline": "Ferry sold", "datePublished": "2018-01-01"}
    own = {"@type": "NewsArticle", "headline": "Bridge opens", "datePublished": "2018-10-12"}
    listed = {"@type": "ItemList", "itemListElement": [{"@type": "ListItem", "item": other}]}
    assert told(listed, own).published == ["2018-10-12"]
    assert told(other, own).published == ["2018-10-12"]
    assert told(other, own, titles="Bridge opens. Ferry sold").published == ["2018-10-12"]
    assert told(other, own, titles="News").published == []
    assert told({**own, "citation": other}).published == ["2018-10-12"]


def test_a_page_that_names_no_story_tells_of_itself() -> None:
    """As a WebPage; what it is a part of is another page."""
    site = {"@type": "WebPage", "datePublished": "2001-01-01"}
    assert told({"@type": "WebPage", "datePublished": "2018-10-12", "isPartOf": site}).published == ["2018-10-12"]
    assert told({"@type": "WebPage", "datePublished": "2018-10-12"}, ARTICLE).published == []


MICRODATA = """<div itemscope itemtype="https://schema.org/NewsArticle"><h1 itemprop="headline">Bridge <b>opens</b></h1>
<meta itemprop="datePublished" content="2018-10-12T15:52:00+03:00"><time itemprop="dateModified" datetime="2018-10-13">
13 October</time><span itemprop="author" itemscope itemtype="https://schema.org/Person"><a itemprop="url" href="/a">
<span itemprop="name">Ann Lee</span></a></span><figure itemprop="image" itemscope itemtype="https://schema.org/ImageObject">
<img itemprop="url" src="/a.jpg"></figure><div itemprop="comment" itemscope itemtype="https://schema.org/Comment">
<time itemprop="datePublished" datetime="2019-01-01"></time><span itemprop="author">Troll</span></div>
<meta itemprop="keywords" content="bridges,floods"></div>"""


def test_microdata_is_read_within_its_item() -> None:
    """Properties of the item count, those of the items in it do not."""
    facts = from_microdata(tree(MICRODATA), "bridge opens")
    assert (facts.headlines, facts.authors) == (["Bridge opens"], [Author("Ann Lee", person=True)])
    assert (facts.published, facts.modified) == (["2018-10-12T15:52:00+03:00"], ["2018-10-13"])
    assert (facts.images, facts.tags) == ([("/a.jpg", None)], ["bridges", "floods"])


def test_microdata_of_many_stories_is_that_of_the_title() -> None:
    """The item whose headline the page's title names."""
    other = MICRODATA.replace("Bridge <b>opens</b>", "Ferry sold").replace("2018-10-12", "2018-01-01")
    assert from_microdata(tree(other + MICRODATA), "bridge opens").published == ["2018-10-12T15:52:00+03:00"]
    assert from_microdata(tree(other + MICRODATA), "news").published == []


def test_properties_without_an_item_count() -> None:
    """Old templates name the property and forget the item."""
    facts = from_microdata(tree('<p><span itemprop="author">Ann Lee</span></p>'), "bridge opens")
    assert facts.authors == [Author("Ann Lee", person=None)]


@pytest.mark.parametrize(
    ("name", "field"),
    [
        ('property="og:title"', "headlines"),
        ('name="DC.title"', "headlines"),
        ('property="article:published_time"', "published"),
        ('name="DC.date.issued"', "published"),
        ('name="dcterms:created"', "published"),
        ('name="parsely-pub-date"', "published"),
        ('name="pubdate"', "published"),
        ('property="article:modified_time"', "modified"),
        ('property="article:section"', "sections"),
        ('property="og:image"', "images"),
        ('name="author"', "authors"),
        ('property="dc:creator og:author"', "authors"),
        ('property="og:site_name"', "sites"),
        ('http-equiv="Content-Language"', "languages"),
        ('name="news_keywords"', "tags"),
    ],
)
def test_meta_elements_of_every_vocabulary_are_read(name: str, field: str) -> None:
    """OpenGraph, Dublin Core in its spellings, and what sites made up; entities written twice are undone."""
    value = getattr(from_meta(tree(f'<meta {name} content="Fish &amp;amp; chips">')), field)[0]
    assert (value if isinstance(value, str) else value[0]) == "Fish & chips"


def test_the_more_trusted_vocabulary_comes_first() -> None:
    """OpenGraph before Dublin Core, whatever their order is on the page; tags are of one vocabulary only."""
    html = (
        '<meta name="dc.title" content="B"><meta property="og:title" content="A"><meta name="keywords" content="x, y">'
    )
    facts = from_meta(tree(html + '<meta property="article:tag" content="bridges">'))
    assert facts.headlines == ["A", "B"]
    assert facts.tags == ["bridges"]


HOSTILE = {
    "brackets": "[" * 290_000,
    "quotation marks": '"' * 290_000,
    "backslashes": '"' + "\\" * 290_000,
    "escaped quotation marks": '\\"' * 140_000,
    "open comments": "/*" * 140_000,
    "commas": ", " * 140_000,
    "spaces": "{," + " " * 280_000,
    "nodes": '{"@type": "NewsArticle", "headline": "Bridge opens"},' * 5_000,
    "authors": '{"@type": "NewsArticle", "author": [' + '{"name": "A B"},' * 15_000 + "{}]}",
    "half of each": '"headline" : "@type" : [ "' * 10_000,
    "more than is read": "[1]," * 400_000,
}


@pytest.mark.parametrize("kind", HOSTILE)
def test_hostile_json_ld_is_read_in_time(kind: str) -> None:
    """A megabyte of anything takes a second at most: a quadratic step would take minutes."""
    root = tree(script(HOSTILE[kind]))
    began = time.process_time()
    from_json_ld(root, "bridge opens")
    assert time.process_time() - began < 2


NODES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["@type", "@id", "@graph", "author", "headline", "image", "name"]), inner)
    ),
    max_leaves=20,
)


@settings(max_examples=200, deadline=None)
@given(NODES)
def test_no_json_ld_makes_it_fail(node: Any) -> None:
    """Any value may stand anywhere."""
    told({"@type": "NewsArticle", "headline": "Bridge opens", "author": node, "image": node, "publisher": node}, node)


@settings(max_examples=200, deadline=None)
@given(st.text(alphabet='{}[]",:\\/*<!- a\n', max_size=60))
def test_no_script_makes_it_fail(text: str) -> None:
    """Any text may stand in a script."""
    list(json_ld.nodes(tree(script(text))))


def test_the_public_samples_are_read() -> None:
    """Every node that the samples' expectations name, out of comments and control characters."""
    if not DATA.is_dir():
        pytest.skip("the public samples of structured data are not beside the project")
    for expected in DATA.rglob("*.jsonld"):
        root = grow(expected.with_suffix(".html").read_bytes(), GIVEN).root
        found = [node for node, _own in json_ld.nodes(root)]
        typed = [node for node in json.loads(expected.read_text(encoding="utf-8")) if node.get("@type")]
        assert all(node in found for node in typed), expected.name
