"""Item pages of Joomla: every part of an item is read where its template puts it, and none of them is the text."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from shared.formats import k2, page
from shared.formats.page_tree import grow
from shared.formats.story import Given, IncomingStory

MINSK = Given(ZoneInfo("Europe/Minsk"))
PRESS_TIME = datetime(2018, 10, 12, 12, 52, tzinfo=UTC)

K2 = """<!DOCTYPE html><html xml:lang="ru-ru" lang="ru-ru"><head>
<base href="http://zarechye.example/index.php/obshchestvo/item/146-most" />
<meta name="author" content="Super User" /><meta property="og:title" content="Мост через Силь откроют | Заречье" />
<title>Мост через Силь откроют - Заречье</title></head><body>
<div id="k2Container" class="itemView itemIsFeatured">
 <div class="itemHeader"><span class="itemDateCreated">Пятница, 12 октября 2018 15:52</span>
  <h2 class="itemTitle"><span class="itemEditLink"><a href="#">Править</a></span>
   Мост через Силь откроют <span><sup>Избранное</sup></span></h2>
  <span class="itemAuthor">Автор&nbsp; <a rel="author" href="/author/1">Анна Коваль</a></span></div>
 <div class="itemToolbar"><ul><li><a class="itemPrintLink"><span>Печать</span></a></li>
  <li><a class="itemEmailLink"><span>Эл. почта</span></a></li><li><a>Будьте первым!</a></li></ul></div>
 <div class="itemRatingBlock"><span>Оцените материал</span><div class="itemRatingLog">(12 голосов)</div></div>
 <div class="itemBody"><div class="itemImageBlock"><span class="itemImage"><img src="/media/most_L.jpg" alt="" /></span>
  <span class="itemImageCaption">Новый мост</span><span class="itemImageCredits">Фото автора</span></div>
  <div class="itemIntroText"><p>В пятницу в районе показали мост, который строили два года.</p></div>
  <div class="itemFullText"><p>Движение начнётся в понедельник, сообщает БЕЛТА.</p>
   <p>НЕ ДЛЯ ПЕЧАТИ: позвонить директору завода.</p>
   <p><strong>Читайте также:</strong> <a href="/x">Паром продан</a></p>
   Мост нужен всем.<br /><br />Паромщик уходит на пенсию.</div>
  <div class="itemExtraFields"><h3>Дополнительно</h3><ul><li><span>Место:</span> Заречный</li></ul></div>
  <div class="itemContentFooter"><span class="itemHits">Прочитано <b>1 146</b> раз</span>
   <span class="itemDateModified">Последнее изменение Пятница, 12 октября 2018 16:40</span></div></div>
 <div class="itemSocialSharing"><div class="itemTwitterButton">Tweet 12</div></div>
 <div class="itemLinks"><div class="itemCategory"><span>Опубликовано в</span> <a href="/o">Общество</a></div>
  <div class="itemTagsBlock"><span>Теги</span><ul class="itemTags"><li><a href="/t">мост</a></li>
   <li><a href="/u">Силь</a></li></ul></div></div>
 <div class="itemAuthorBlock"><h3 class="itemAuthorName">Анна Коваль</h3><p>Пишет о мостах с 1990 года.</p></div>
 <div class="itemRelated"><h3>Похожие материалы</h3><ul><li><a class="itemRelTitle" href="/y">Ледоход</a>
  <span class="itemHits">Прочитано 999 раз</span></li></ul></div>
 <div class="itemComments"><h3><span>5</span> комментарии</h3><p>Хорошо бы ещё один мост, сказал Пётр.</p></div>
</div></body></html>"""

JOOMLA_3 = """<html lang="pl-pl"><head><title>Most otwarty - Gazeta Zarzecza</title></head><body>
<div class="item-page" itemscope itemtype="https://schema.org/Article">
<div class="page-header"><h2 itemprop="headline">Most otwarty</h2></div>
<div class="icons"><ul><li class="print-icon"><a href="#">Drukuj</a></li></ul></div>
<dl class="article-info muted"><dt class="article-info-term">Szczegóły</dt>
<dd class="createdby" itemprop="author" itemscope itemtype="https://schema.org/Person">
 Autor: <span itemprop="name">Jan Nowak</span></dd>
<dd class="category-name">Kategoria: <a href="/drogi" itemprop="genre">Drogi</a></dd>
<dd class="published"><time datetime="2018-10-12T14:52:00+02:00" itemprop="datePublished">
 Opublikowano: 12 październik 2018</time></dd>
<dd class="modified"><time datetime="2018-10-12T18:00:00+02:00" itemprop="dateModified">Poprawiono</time></dd>
<dd class="hits"><meta itemprop="interactionCount" content="UserPageVisits:146" />Odsłon: 146</dd></dl>
<div itemprop="articleBody"><p>W piątek otwarto most.</p><p>Budowano go dwa lata.</p></div>
<ul class="pager pagenav"><li><a href="/a">Poprz.</a></li></ul></div></body></html>"""

JOOMLA_2 = """<html lang="en-gb"><head><title>Bridge opens</title></head><body><div class="item-page">
<h2><a href="/x">Bridge opens</a></h2><ul class="actions"><li class="print-icon"><a>Print</a></li></ul>
<dl class="article-info"><dt class="article-info-term">Details</dt>
<dd class="category-name">Category: <a href="/roads">Roads</a></dd>
<dd class="create">Created on Friday, 12 October 2018 15:50</dd>
<dd class="modified">Last Updated on Friday, 12 October 2018 16:52</dd>
<dd class="published">Published on Friday, 12 October 2018 15:52</dd>
<dd class="createdby">Written by Anna Kowal</dd><dd class="hits">Hits: 1,432</dd></dl>
<p>The bridge was opened on Friday.</p><p>It took two years.</p></div></body></html>"""

JOOMLA_1 = """<html lang="uk-ua"><head><title>Міст відкрито</title></head><body><table><tr><td>
<table class="contentpaneopen"><tr><td class="contentheading" width="100%">Міст відкрито</td></tr></table>
<table class="contentpaneopen"><tr><td><span class="small">Написав Анна Коваль</span></td></tr>
<tr><td class="createdate">П'ятниця, 12 жовтня 2018, 15:52</td></tr>
<tr><td valign="top"><p>У п’ятницю в районі відкрили міст.</p><p>Його будували два роки.</p></td></tr>
<tr><td class="modifydate">Останнє оновлення П'ятниця, 12 жовтня 2018, 16:00</td></tr></table>
<span class="article_seperator">&nbsp;</span></td></tr></table></body></html>"""


def story(html: str) -> IncomingStory:
    """Return the story of a page."""
    read = page.read(html.encode(), MINSK)[0]
    assert isinstance(read, IncomingStory)
    return read


def test_every_part_of_a_k2_item_is_read() -> None:
    """Date, title, author, category, tags, hits, picture and change stand each in its class."""
    item = story(K2)
    assert (item.headline, item.published_at, item.byline) == ("Мост через Силь откроют", PRESS_TIME, ("Анна Коваль",))
    assert (item.section, item.tags, item.carried_over) == ("Общество", ("мост", "Силь"), 1146)
    assert (item.credit, item.language) == ("BelTA", "ru-RU")
    assert item.versioned_at == datetime(2018, 10, 12, 13, 40, tzinfo=UTC)
    assert [(image.url, image.caption) for image in item.images] == [
        ("http://zarechye.example/media/most_L.jpg", "Новый мост")
    ]
    assert item.key == item.url == "http://zarechye.example/index.php/obshchestvo/item/146-most"


def test_only_the_text_of_a_k2_item_is_its_text() -> None:
    """Toolbar, rating, extra fields, shares, author, related items, comments and what is private are not in it."""
    item = story(K2)
    assert item.body_html == (
        "<p>В пятницу в районе показали мост, который строили два года.</p>"
        "<p>Движение начнётся в понедельник, сообщает БЕЛТА.</p><p>Мост нужен всем.</p>"
        "<p>Паромщик уходит на пенсию.</p>"
    )
    assert item.editors_note == "НЕ ДЛЯ ПЕЧАТИ: позвонить директору завода."


@pytest.mark.parametrize(
    ("html", "headline", "byline", "section", "hits", "body"),
    [
        (JOOMLA_3, "Most otwarty", "Jan Nowak", "Drogi", 146, ("W piątek otwarto most.", "Budowano go dwa lata.")),
        (
            JOOMLA_2,
            "Bridge opens",
            "Anna Kowal",
            "Roads",
            1432,
            ("The bridge was opened on Friday.", "It took two years."),
        ),
        (
            JOOMLA_1,
            "Міст відкрито",
            "Анна Коваль",
            None,
            0,
            ("У п’ятницю в районі відкрили міст.", "Його будували два роки."),
        ),
    ],
)
def test_articles_of_every_joomla_are_read(
    html: str, headline: str, byline: str, section: str | None, hits: int, body: tuple[str, ...]
) -> None:
    """Joomla 3, 2.5 and 1.5 each have classes of their own, and the same parts."""
    item = story(html)
    assert (item.headline, item.byline, item.section) == (headline, (byline,), section)
    assert (item.carried_over, item.published_at) == (hits, PRESS_TIME)
    assert item.versioned_at is not None
    assert item.versioned_at > PRESS_TIME
    assert item.body_html == "".join(f"<p>{paragraph}</p>" for paragraph in body)


@pytest.mark.parametrize(
    "html",
    [
        '<div class="itemView"><p>One.</p></div><div class="itemView"><p>Two.</p></div>',
        '<table class="contentpaneopen"><tr><td>1</td></tr></table>' * 4,
        '<div class="itemListView"><div class="catItemView"><h3 class="catItemTitle">One</h3></div></div>',
        "<p>No item at all.</p>",
    ],
)
def test_a_list_of_items_is_no_item(html: str) -> None:
    """Where more than one item stands none of them is the page's."""
    assert k2.find(grow(html.encode(), MINSK).root, MINSK.time_zone) is None
