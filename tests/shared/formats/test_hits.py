"""The page's own view counter, and none of the other numbers on it."""

from zoneinfo import ZoneInfo

import pytest

from shared.formats import page
from shared.formats.story import Given, IncomingStory

ONE = "The road bridge over the Sill will carry traffic again from Monday, the council said on Friday."
TWO = "The ferryman has crossed the river exactly 146 times a day, and his video had 5,000 views."
THREE = "The bridge will be opened by the mayor, who built it with the money of the six parishes."

DECOYS = {
    "readers online": '<div class="header"><span class="online-views">77</span> Online: 78</div>',
    "reading time": '<span class="reading-time">4 minute read</span>',
    "shares": '<div class="share-count">Shares: 345</div>',
    "likes": '<span class="likes">88</span>',
    "comments": '<a href="#comments">12 comments</a> <span class="comments-views">13</span>',
    "a rounded count": '<span class="views">1.4K</span>',
    "today only": '<span class="views-today">7</span>',
    "a video": '<div class="video-views">5,100 views</div>',
    "a teaser": '<div class="related"><h3><a href="/a">Ferry sold</a></h3><span class="views">555</span></div>',
    "a teaser's words": '<div class="news-list"><div>Views: 321</div></div>',
    "a row of stories": '<ul><li><a href="/ice">The ice is thick again</a> <b class="views">12</b></li></ul>',
    "a table of stories": '<table><tr><td><a href="/i">The ice is thick</a></td><td class="hits">44</td></tr></table>',
    "an eye in a link": '<p><a href="/b">Another long title <i class="fa fa-eye"></i> 33</a></p>',
    "most read": '<aside><h2>Most read</h2><div class="views">4444</div><p>Read 666 times</p></aside>',
    "a comment": '<div class="comments"><p>Read 17 times</p></div>',
    "a sentence": "<p>The council's page was <b>viewed 19 times</b> on Friday evening alone.</p>",
    "a year": '<span class="year">2018</span>',
    "a phone": "<p>Phone: 555 01</p>",
}
"""Numbers that stand on pages and are no count of this story's readings, each by what it is."""


def html(header: str = "", footer: str = "", *, below: str = "") -> bytes:
    """Return a page with something in its story's header, in its footer, and below it."""
    return f"""<html lang="en"><head><title>Bridge opens after two years</title></head><body class="single no-sidebar">
    <main><article class="post"><header class="entry-header"><h1>Bridge opens after two years</h1>{header}</header>
    <div class="entry-content"><p>{ONE}</p><p>{TWO}</p><p>{THREE}</p></div>
    <footer class="entry-footer">{footer}</footer></article>{below}</main></body></html>""".encode()


def count(raw: bytes) -> int:
    """Return what is carried over of a page."""
    story = page.read(raw, Given(ZoneInfo("Europe/Minsk")))[0]
    assert isinstance(story, IncomingStory)
    return story.carried_over


@pytest.mark.parametrize(
    ("counter", "expected"),
    [
        ("<span>Read 146 times</span>", 146),
        ("<span>Прочитано <b>146</b> раз</span>", 146),
        ("<div>Прагляды: 1\u00a0432</div>", 1432),
        ("<p>Переглядів: 15</p>", 15),
        ("<div>Wyświetleń: 12</div>", 12),
        ("<div>1.432 Mal gelesen</div>", 1432),
        ("<div>12 October 2018 | Views: 1,432</div>", 1432),
        ('<div class="post-views">Post Views: <span class="post-views-count">1,432</span></div>', 1432),
        ('<span class="entry-views">1.432</span>', 1432),
        ('<span class="post-views-count">1 432</span>', 1432),
        ('<i class="fa fa-eye" aria-hidden="true"></i> 146 <i class="fa fa-comment"></i> 5', 146),
        ('<span><svg class="icon"><use xlink:href="#icon-eye"></use></svg> 146</span>', 146),
        ("<span>\U0001f441 146</span>", 146),
        ("<p>(Visited 215 times, 55 visits today)</p>", 215),
        ("<p>(Visited 1,215 times, 1 visit today)</p>", 1215),
        ("<div>Read 146 times</div><div>Read 146 times</div>", 146),
    ],
)
def test_the_pages_own_counter_is_read(counter: str, expected: int) -> None:
    """In the header or the footer of the story, among a dozen and more of other numbers."""
    assert count(html(header=counter)) == expected
    assert count(html(footer=counter)) == expected
    decoys = "".join(DECOYS.values())
    assert count(html(header=counter, footer=decoys, below=decoys)) == expected


@pytest.mark.parametrize("decoy", DECOYS)
def test_no_other_number_is_a_counter(decoy: str) -> None:
    """Neither within the story nor below it."""
    assert count(html(header=DECOYS[decoy])) == 0
    assert count(html(footer=DECOYS[decoy], below=DECOYS[decoy])) == 0


def test_two_counts_that_disagree_are_none() -> None:
    """One of them is of something else, and nothing tells which."""
    assert count(html(header="<div>Read 146 times</div>", footer="<div>Read 147 times</div>")) == 0


READ, VIEWED = '{"@type": "ReadAction"}', '"http://schema.org/ViewAction"'
COMMENTED = '{"interactionType": "http://schema.org/CommentAction", "userInteractionCount": 9}'


@pytest.mark.parametrize(
    ("told", "expected"),
    [
        (f'"interactionStatistic": {{"interactionType": {READ}, "userInteractionCount": 146}}', 146),
        (
            f'"interactionStatistic": [{COMMENTED}, {{"interactionType": {VIEWED}, "userInteractionCount": "1432"}}]',
            1432,
        ),
        ('"interactionCount": "UserPageVisits:146"', 146),
        ('"interactionCount": "UserComments:146"', 0),
        (f'"interactionStatistic": {COMMENTED}', 0),
        (f'"interactionStatistic": {{"interactionType": {READ}, "userInteractionCount": 1e400}}', 0),
        (f'"interactionStatistic": {{"interactionType": {READ}, "userInteractionCount": true}}', 0),
        ('"interactionStatistic": "nonsense"', 0),
    ],
)
def test_what_machines_are_told_of_readings_counts_first(told: str, expected: int) -> None:
    """Only readings and views, only of the story itself, and before what the page shows."""
    block = f'{{"@type": "NewsArticle", "headline": "Bridge opens after two years", {told}}}'
    script = f'<script type="application/ld+json">{block}</script>'
    assert count(html(header=script)) == expected
    if expected:
        assert count(html(header=f"{script}<div>Read 9 times</div>")) == expected


def test_microdata_tells_of_readings() -> None:
    """As Joomla writes it: UserPageVisits."""
    counter = '<meta itemprop="interactionCount" content="UserPageVisits:146">'
    assert count(html(header=counter)) == 146
    other = f'<div itemscope itemtype="http://schema.org/VideoObject">{counter}</div>'
    assert count(html(header=other)) == 0
