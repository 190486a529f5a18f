"""A saved page of any site becomes a story, or says what it lacks; and no page, however hostile, holds it up."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from shared.formats import page
from shared.formats.encodings import decode
from shared.formats.story import Given, IncomingStory, Unreadable, page_key

MINSK = Given(ZoneInfo("Europe/Minsk"))
PRESS_TIME = datetime(2018, 10, 12, 12, 52, tzinfo=UTC)
PARAGRAPHS = (
    "The road bridge over the Sill will carry traffic again from Monday, the council said on Friday.",
    "It was closed for nineteen months, in which the ferryman made the crossing more than 9,000 times.",
    "The bridge will be opened by the mayor, who built it with the money of the six parishes.",
)
TEXT = "".join(f"<p>{paragraph}</p>" for paragraph in PARAGRAPHS)

TEASERS = "".join(
    f'<div class="item"><h2><a href="/{number}">Story {number} of the district</a></h2><p>{paragraph}</p></div>'
    for number, paragraph in enumerate(PARAGRAPHS * 3)
)


def html(head: str = "", above: str = "", text: str = TEXT, below: str = "", *, lang: str = ' lang="en"') -> str:
    """Return a page: its head, what stands between headline and text, the text, and what stands below it."""
    return f"""<!DOCTYPE html><html{lang}><head><title>Bridge opens after two years - Vale Courier</title>
    <meta property="og:site_name" content="Vale Courier">{head}</head><body>
    <div class="site-header"><a href="/">Home</a>
    <a href="/roads">Roads</a></div><main><article><h1>Bridge opens after two years</h1>{above}
    <div class="entry-content">{text}</div>{below}</article></main>
    <div class="site-footer">Vale Courier, 7 Ferry Lane</div></body></html>"""


def story(text: str | bytes, given_: Given = MINSK) -> IncomingStory:
    """Return the story of a page."""
    read = page.read(text.encode() if isinstance(text, str) else text, given_)[0]
    assert isinstance(read, IncomingStory)
    return read


def json_ld(**facts: str) -> str:
    """Return a script that tells facts of the story."""
    told = ", ".join(f'"{name}": {value}' for name, value in facts.items())
    return f'<script type="application/ld+json">{{"@type": "NewsArticle", {told}}}</script>'


def test_a_page_that_tells_everything_is_read_whole() -> None:
    """Every field, from what machines are told."""
    head = json_ld(
        headline='"Bridge opens after two years"',
        author='[{"@type": "Person", "name": "Ann Lee"}, {"@type": "Person", "name": "Vale Courier"}]',
        datePublished='"2018-10-12T15:52:00+03:00"',
        dateModified='"2018-10-12T18:00:00+03:00"',
        articleSection='"Roads, Vale"',
        keywords='["bridges", "floods", "@id:7"]',
        image='{"url": "/bridge.jpg", "caption": "The bridge"}',
        description='"The bridge is the first over the Sill since the flood of 2016."',
    )
    head += '<link rel="canonical" href="/2018/bridge?id=7&amp;utm_source=feed#top">'
    lede = '<p class="standfirst">The bridge is the first over the Sill since the flood of 2016.</p>'
    read = story(html(head, lede), Given(MINSK.time_zone, url="https://vale.example/2018/bridge?fbclid=1"))
    assert (read.headline, read.byline) == ("Bridge opens after two years", ("Ann Lee",))
    assert (read.published_at, read.versioned_at) == (PRESS_TIME, datetime(2018, 10, 12, 15, 0, tzinfo=UTC))
    assert (read.section, read.tags, read.language) == ("Roads", ("bridges", "floods"), "en")
    assert read.key == read.url == "https://vale.example/2018/bridge?id=7"
    assert read.lede == "The bridge is the first over the Sill since the flood of 2016."
    assert [(each.url, each.caption) for each in read.images] == [("https://vale.example/bridge.jpg", "The bridge")]


def test_a_page_that_tells_nothing_is_read_by_what_it_shows() -> None:
    """Date line, byline, source and breadcrumbs around the text; the key is made of headline and moment."""
    above = '<div>12 October 2018 15:52</div><div class="byline">By Ann Lee and <a href="/j">Jan Nowak</a></div>'
    crumbs = '<div class="breadcrumbs"><a href="/">Home</a> / <a href="/roads">Roads</a></div>'
    read = story(html(above=crumbs + above, below="<p>Source: Lowland Wire</p>"))
    assert (read.published_at, read.byline) == (PRESS_TIME, ("Ann Lee", "Jan Nowak"))
    assert (read.section, read.url) == ("Roads", None)
    assert read.key == page_key("Bridge opens after two years", PRESS_TIME)
    assert read.body_html == TEXT


@pytest.mark.parametrize(
    ("titles", "headline"),
    [
        ("<title>Bridge opens | Vale Courier</title><h1>Bridge opens</h1>", "Bridge opens"),
        ("<title>Vale Courier: Bridge opens</title>", "Bridge opens"),
        ("<title>Bridge opens - VALE COURIER</title><h1>Vale Courier</h1>", "Bridge opens"),
        ("<title>Bridge opens » Roads » Vale Courier</title><h1>Bridge opens</h1>", "Bridge opens"),
        ("<title>Bridge opens today</title><h1>Roads</h1>", "Bridge opens today"),
        ("<title>Bridge opens</title><h1>Bridge opens, and the ferry stays</h1>", "Bridge opens, and the ferry stays"),
        ('<title>x</title><meta property="og:title" content="Bridge opens | Vale Courier">', "Bridge opens"),
        (
            '<title>x</title><meta property="og:title" content="A | B: bridge"><h1>A | B: bridge</h1>',
            "A | B: bridge",
        ),
        ("<title>Bridge opens – vale.example</title>", "Bridge opens"),
        ("<h1>Bridge opens</h1>", "Bridge opens"),
        ("<title>Bridge opens &amp; ferry <b>stays</b></title>", "Bridge opens & ferry stays"),
    ],
)
def test_the_headline_is_without_the_sites_name(titles: str, headline: str) -> None:
    """Whichever title names it; a heading wins where a title confirms it."""
    site = '<meta property="og:site_name" content="Vale Courier">'
    address = Given(MINSK.time_zone, url="https://www.vale.example/bridge")
    assert story(f"<html><head>{site}</head><body>{titles}{TEXT}</body></html>", address).headline == headline


@pytest.mark.parametrize(
    ("written", "moment"),
    [
        ("2018-10-12T15:52:00+03:00", PRESS_TIME),
        ("2018-10-12T12:52:00Z", PRESS_TIME),
        ("2018-10-12T15:52", PRESS_TIME),
        ("2018-10-12 15:52:00", PRESS_TIME),
        ("Fri, 12 Oct 2018 12:52:00 GMT", PRESS_TIME),
        ("1539348720", PRESS_TIME),
        ("Пятница, 12 октября 2018 15:52", PRESS_TIME),
        ("03:52 PM FKT Oct 12, 2018", PRESS_TIME),
        ("10/13/2018 15:52", datetime(2018, 10, 13, 12, 52, tzinfo=UTC)),
        ("2018-10-12", datetime(2018, 10, 11, 21, 0, tzinfo=UTC)),
        ("0000-00-00 00:00:00", None),
        ("1970-01-01T00:00:00Z", None),
        ("2018-02-31", None),
        ("2118-10-12", None),
        ("yesterday", None),
    ],
)
def test_moments_are_read_as_pages_write_them(written: str, moment: datetime | None) -> None:
    """Without a zone they are in the source's; what no moment can be leaves the story without one."""
    assert story(html(json_ld(datePublished=f'"{written}"'))).published_at == moment


def test_a_moment_wins_over_its_own_day() -> None:
    """One source has the day only, another the hour of it."""
    head = (
        json_ld(datePublished='"2018-10-12"') + '<meta property="article:published_time" content="2018-10-12T12:52Z">'
    )
    assert story(html(head)).published_at == PRESS_TIME


def test_of_moments_that_are_days_apart_the_first_is_meant() -> None:
    """The story came again, and one of the sources tells only of that."""
    again = '<meta property="article:published_time" content="2018-10-12T12:52Z">'
    assert story(html(json_ld(datePublished='"2019-03-01T10:00:00Z"') + again)).published_at == PRESS_TIME


@pytest.mark.parametrize(
    ("shown", "address", "moment"),
    [
        ('<time datetime="2018-10-12T15:52:00+03:00">Friday</time>', None, PRESS_TIME),
        (
            '<time class="updated" datetime="2019-01-01">x</time><time datetime="2018-10-12T12:52Z">x</time>',
            None,
            PRESS_TIME,
        ),
        ('<span class="post-date">Posted on October 12, 2018 3:52 pm</span>', None, PRESS_TIME),
        ("<div>Updated: 13 October 2018</div><p>Published: 12 October 2018, 15:52</p>", None, PRESS_TIME),
        ('<div class="related"><time datetime="2017-01-01">x</time></div><b>12.10.2018 15:52</b>', None, PRESS_TIME),
        ("<div>기사입력 :[ 2018-10-12 15:52 ]</div>", None, PRESS_TIME),
        ("", "https://vale.example/2018/10/12/bridge", datetime(2018, 10, 11, 21, 0, tzinfo=UTC)),
        ("<div>Since 1998</div>", "https://vale.example/201810/12-bridge", None),
    ],
)
def test_a_moment_is_found_where_the_page_shows_it(shown: str, address: str | None, moment: datetime | None) -> None:
    """Not the moment of a change, and not that of another story; an article without a date is a story."""
    assert story(html(above=shown), Given(MINSK.time_zone, url=address)).published_at == moment


@pytest.mark.parametrize(
    ("author", "byline", "credit"),
    [
        ("Ann Lee", ("Ann Lee",), None),
        ("By Ann Lee and Jan Nowak, Staff Writers", ("Ann Lee", "Jan Nowak"), None),
        ("Анна Коваль, Пётр Ледоходов", ("Анна Коваль", "Пётр Ледоходов"), None),
        ("Автор: Анна КОВАЛЬ", ("Анна КОВАЛЬ",), None),
        ("Text: Eva Berg und Jan van der Berg", ("Eva Berg", "Jan van der Berg"), None),
        ("Lee, Ann", ("Ann Lee",), None),
        ("Ann Lee, AP Sports Writer", ("Ann Lee",), "AP"),
        ("Ann Lee (with Jan Nowak) in Marrowford", ("Ann Lee",), None),
        ("Ann Lee | 12 October 2018", ("Ann Lee",), None),
        ("Ann Lee Vale Courier", ("Ann Lee",), None),
        ("https://vale.example/ann", (), None),
        ("@annlee", (), None),
        ("Vale Courier", (), None),
        ("Vale Courier Staff", (), None),
        ("Редакция сайта", (), None),
        ("admin", (), None),
        ("Reuters", (), "Reuters"),
        ("PTI", (), "PTI"),
    ],
)
def test_the_byline_is_of_people(author: str, byline: tuple[str, ...], credit: str | None) -> None:
    """No addresses, accounts, posts, places or newspapers; an agency is the credit."""
    read = story(html(f'<meta name="author" content="{author}">'))
    assert (read.byline, read.credit) == (byline, credit)


def test_a_signature_below_the_text_is_the_byline() -> None:
    """As district newspapers sign."""
    read = story(html(text=f"{TEXT}<p>Анна КОВАЛЬ.</p>"))
    assert (read.byline, read.body_html) == (("Анна КОВАЛЬ",), TEXT)


def test_editors_markup_survives() -> None:
    """Headings, lists, quotes, tables, links, pictures with captions; and whole paragraphs with their emphasis."""
    rest = (
        '<h3>What it cost</h3><p>Some <b>4,300,000</b> crowns, <a href="/c">less than planned</a>.</p>'
        "<ul><li>Two thirds by the road fund</li><li>One third by the parishes</li></ul>"
        "<blockquote><p>We have heard every one of the letters that you sent us.</p></blockquote>"
        "<table><tr><th>Pier</th><th>Metres</th></tr><tr><td>Middle</td><td>11</td></tr></table>"
        '<figure><img src="/pier.jpg" alt="Pier"><figcaption>The new pier</figcaption></figure>'
    )
    read = story(
        html(text=TEXT + rest + TEXT.replace("bridge", "pier")), Given(MINSK.time_zone, url="https://vale.example/b")
    )
    for kept in (
        "<h3>What it cost</h3>",
        '<p>Some <strong>4,300,000</strong> crowns, <a href="https://vale.example/c">less than planned</a>.</p>',
        "<ul><li>Two thirds by the road fund</li><li>One third by the parishes</li></ul>",
        "<blockquote><p>We have heard every one of the letters that you sent us.</p></blockquote>",
        "<table><tr><th>Pier</th><th>Metres</th></tr><tr><td>Middle</td><td>11</td></tr></table>",
        '<figure><img src="https://vale.example/pier.jpg" alt="Pier"><figcaption>The new pier</figcaption></figure>',
    ):
        assert kept in read.body_html
    assert [(each.url, each.caption) for each in read.images] == [("https://vale.example/pier.jpg", "The new pier")]


@pytest.mark.parametrize(
    "foreign",
    [
        '<div class="share-buttons">Share this story on all networks that you know</div>',
        '<div class="advertisement">Buy a ferry, it is cheap and will carry you to the islands</div>',
        "<p>ADVERTISEMENT</p>",
        '<p>Read also: <a href="/x">Ferry sold to the highest bidder of the district</a></p>',
        '<p><b>Читайте также:</b></p><ul><li><a href="/x">Паром продан на торгах</a></li></ul>',
        '<p>Чытайце таксама: <a href="/x">Паром прададзены на аўкцыёне</a></p>',
        '<p>Zobacz też: <a href="/x">Prom sprzedany na licytacji</a></p>',
        '<p>Lesen Sie auch: <a href="/x">Die Fähre ist verkauft</a></p>',
        '<div class="relatedPosts"><h3>Related</h3><a href="/x">Ferry sold</a></div>',
        "<p>NOT FOR PUBLICATION: call the director of the ferry</p>",
        '<div class="not-for-publication"><p>Call the director of the ferry</p></div>',
        "<p>Не для печати. Позвонить директору парома</p>",
        "<script>document.write('<p>ferry</p>')</script><style>.ferry { color: red }</style>",
        '<form><label>Subscribe to the ferry</label><input value="ferry"></form>',
    ],
)
def test_what_is_not_the_story_is_not_in_its_text(foreign: str) -> None:
    """Between two paragraphs as well as behind the last."""
    inside = TEXT.replace("</p><p>", f"</p>{foreign}<p>", 1)
    assert story(html(text=inside)).body_html == TEXT
    assert story(html(text=TEXT + foreign)).body_html == TEXT


def test_a_theme_that_names_the_story_like_furniture_does_not_hide_it() -> None:
    """Then it is small beside the rest of the page, and most of what would have been found is gone."""
    menus = "".join(f"<li>Section number {number} of the district's roads and bridges</li>" for number in range(80))
    read = story(html(text=f'<div class="social-text">{TEXT}</div>', below=f"<nav><ul>{menus}</ul></nav>"))
    assert read.body_html == TEXT


@pytest.mark.parametrize(
    "place",
    [
        "<article><h1>Bridge closed</h1><p>{}</p></article>",
        '<div id="content"><h1>Bridge closed</h1><div class="date">12.10.2018</div><p>{}</p></div>',
        '<h1>Bridge closed</h1><div class="text">{}</div>',
        '<table width="100%"><tr><td><h1>Bridge closed</h1><p>{}</p></td></tr></table>',
    ],
)
def test_a_story_of_two_sentences_is_told_from_the_teasers_beside_it(place: str) -> None:
    """They are longer than it; and old pages are laid out in tables."""
    text = "The bridge over the Sill is closed from Monday to Friday, the council said. Use the ferry."
    menu = '<div class="menu"><ul>' + '<li><a href="/x">Section</a></li>' * 20 + "</ul></div>"
    foot = '<div class="footer"><p>Vale Courier, all rights reserved, 7 Ferry Lane, Marrowford.</p></div>'
    head = '<title>Bridge closed</title><meta property="og:type" content="article">'
    read = story(f"<html><head>{head}</head><body>{menu}{place.format(text)}<div>{TEASERS}</div>{foot}</body></html>")
    assert read.body_html == f"<p>{text}</p>"


def test_a_short_text_that_trafilatura_passes_over_is_read() -> None:
    """The careful way finds nothing of it."""
    read = story(
        f"<html><title>Bridge opens</title><body><h1>Bridge opens</h1><div>{' '.join(PARAGRAPHS)}</div></body></html>"
    )
    assert read.body_html == f"<p>{' '.join(PARAGRAPHS)}</p>"


def test_a_note_for_the_newsroom_reaches_only_the_newsroom() -> None:
    """It is kept apart."""
    read = story(html(text=f"{TEXT}<p>NOT FOR PUBLICATION: call the director</p>"))
    assert read.editors_note == "NOT FOR PUBLICATION: call the director"
    assert "director" not in read.body_html


def test_the_text_told_to_machines_rescues_a_teaser() -> None:
    """Where scripts would have loaded the rest."""
    whole = "\\n".join(PARAGRAPHS * 3)
    read = story(html(json_ld(headline='"Bridge opens after two years"', articleBody=f'"{whole}"'), text=TEXT[:100]))
    assert read.body_html == TEXT * 3
    assert story(html(json_ld(articleBody=f'"{PARAGRAPHS[0]}"'))).body_html == TEXT


@pytest.mark.parametrize(
    ("lang", "text", "language"),
    [
        (' lang="ru-ru"', TEXT, "en"),
        (' lang="en-gb"', TEXT, "en-GB"),
        (' lang="en"', "<p>В пятницу в районе открыли мост, который строили два года, и на нём уже ездят.</p>", "ru"),
        ("", "<p>W piątek otwarto most, który budowano przez dwa lata, i już się po nim jeździ.</p>", "pl"),
        (' lang="*"', TEXT, "en"),
        (' xml:lang="de-DE"', TEXT, "de-DE"),
    ],
)
def test_the_language_is_the_pages_unless_that_is_nonsense(lang: str, text: str, language: str) -> None:
    """A template's language in another alphabet than the text's is nonsense."""
    assert story(html(json_ld(headline='"x"'), text=text, lang=lang)).language == language


@pytest.mark.parametrize("declared", ["", "windows-1251", "utf-8", "iso-8859-1", "koi8-r", "zip", "nonsense"])
@pytest.mark.parametrize(
    ("encoding", "text"),
    [
        ("utf-8", "В пятницу в районе открыли мост, который строили два года."),
        ("windows-1251", "В пятницу в районе открыли мост, который строили два года."),
        ("windows-1251", "У пятніцу ў раёне адкрылі мост, які будавалі два гады."),
        ("koi8-u", "У п'ятницю в районі відкрили міст, який будували два роки."),
        ("iso-8859-2", "W piątek otwarto most, który budowano przez dwa lata, mówią mieszkańcy gminy."),
        ("utf-16", "Am Freitag wurde die Brücke nach zwei Jahren eröffnet."),
    ],
)
def test_any_encoding_is_read_whatever_is_declared(encoding: str, text: str, declared: str) -> None:
    """Undeclared, rightly and wrongly declared, with a byte order mark and without."""
    meta = f'<meta http-equiv="Content-Type" content="text/html; charset={declared}">' if declared else ""
    raw = f"<html><head>{meta}<title>x</title></head><body><p>{text}</p></body></html>".encode(encoding)
    assert text in decode(raw, None)
    assert text in decode(raw, f"text/html; charset={declared}")


def test_a_page_saved_by_a_browser_tells_where_it_is_from() -> None:
    """Internet Explorer and Chrome write the address into a comment."""
    saved = "<!-- saved from url=(0031)https://vale.example/2018/bridge -->"
    read = story(html(json_ld(image='"/a.jpg"')).replace("<html", f"{saved}<html", 1))
    assert (read.key, read.images[0].url) == ("https://vale.example/2018/bridge", "https://vale.example/a.jpg")


def test_a_canonical_address_of_the_whole_site_is_no_storys() -> None:
    """A site that writes its home page there on every page would have one story only."""
    head = '<link rel="canonical" href="https://vale.example/">'
    assert story(html(head), Given(MINSK.time_zone, url="https://vale.example/b")).key == "https://vale.example/b"


NO_STORIES = {
    "nothing": ("", ("headline", "body")),
    "no markup": ("Bridge opens", ("headline", "body")),
    "an archive": ("MIME-Version: 1.0\nContent-Type: multipart/related;\n\n<p>x</p>", ("headline", "body")),
    "no text": ("<title>Bridge opens</title><h1>Bridge opens</h1>", ("body",)),
    "no headline": (f"<title></title><body>{TEXT}</body>", ("headline",)),
    "a home page": (
        f"<title>News of the Vale</title><link rel=canonical href='https://a.example/'>{TEASERS}",
        ("body",),
    ),
    "a section": (f"<title>Roads</title><body><h1>Roads</h1>{TEASERS}</body>", ("body",)),
    "a search": (
        f"<title>bridge</title>{json_ld(x='1').replace('NewsArticle', 'SearchResultsPage')}{TEASERS}",
        ("body",),
    ),
    "an error": (f"<title>404 - Not found</title><h1>Page not found</h1><p>{PARAGRAPHS[0]}</p>", ("body",)),
    "an error in Russian": (f"<title>Ошибка</title><h1>Страница не найдена</h1>{TEXT[:200]}", ("body",)),
    "a video": (
        '<title>Flight</title><meta property="og:type" content="video.other"><h1>Flight</h1>' + TEXT,
        ("body",),
    ),
    "a gallery": (
        "<title>Bridge in pictures</title><h1>Bridge in pictures</h1>"
        + '<figure><img src="/a.jpg"><figcaption>The bridge at dawn, with the ferryman.</figcaption></figure>' * 20,
        ("body",),
    ),
}


@pytest.mark.parametrize("kind", NO_STORIES)
def test_a_page_without_a_story_says_what_it_lacks(kind: str) -> None:
    """In a sentence for an editor."""
    text, missing = NO_STORIES[kind]
    with pytest.raises(Unreadable) as refusal:
        page.read(text.encode(), MINSK)
    assert refusal.value.missing == missing
    assert str(refusal.value).startswith("This ")
