"""Readers' routes over HTTP: stories, lists, counts, the script that tells of readings, the API's description."""

from typing import Annotated, Any

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.openapi.params import Header, Query

from shared import archive, beacon, boards, documentation, http, lists, masthead, topics, views
from shared.archive import Article
from shared.boards import MostRead, MostReadQuery
from shared.lists import ArticleList, ListQuery
from shared.masthead import Masthead
from shared.topics import Topics
from shared.views import Views

app = http.resolver()
IfNoneMatch = Annotated[str | None, Header(alias="If-None-Match")]


@app.get("/articles")
def list_articles(query: Annotated[ListQuery, Query()]) -> Response[ArticleList]:
    """Published stories, newest first"""
    return http.listed(lists.published(query), query)


@app.get("/articles/by-slug/<slug>")
def read_by_slug(slug: str, if_none_match: IfNoneMatch = None) -> Response[Article]:
    """The story at a slug"""
    return http.conditional(archive.public_by_slug(slug), if_none_match)


@app.get("/articles/<article_id>")
def read_article(article_id: str, if_none_match: IfNoneMatch = None) -> Response[Article]:
    """A published story"""
    return http.conditional(archive.public(article_id), if_none_match)


@app.get("/articles/<article_id>/views")
def read_views(article_id: str) -> Response[Views]:
    """How often a story was read, by day, and the phrase to print under it"""
    return http.weighed(views.of(archive.public(article_id)))


@app.get("/most-read")
def read_most_read(query: Annotated[MostReadQuery, Query()]) -> Response[MostRead]:
    """The most read stories of a window, and of a section"""
    return http.public(boards.most_read(query))


@app.get("/masthead")
def read_masthead() -> Response[Masthead]:
    """The title: name, address, time zone, languages, sections"""
    return http.public(masthead.masthead())


@app.get("/topics")
def read_topics() -> Response[Topics]:
    """The sections and tags that published stories have"""
    return http.public(topics.topics())


@app.get("/beacon.js", include_in_schema=False)
def read_beacon() -> Response[str]:
    """The script by which a page tells that it is read"""
    return beacon.script()


@app.get("/openapi.json", include_in_schema=False)
def read_openapi() -> Response[str]:
    """The OpenAPI 3.1 document of all routes"""
    return documentation.document()


@app.get("/docs", include_in_schema=False)
def read_docs() -> Response[str]:
    """The OpenAPI document as a page to read"""
    return documentation.page()


def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """An HTTP API event, payload version 2.0."""
    return http.serve(app, event, context)
