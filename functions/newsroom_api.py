"""Editors' routes over HTTP: write, ingest, publish."""

from typing import Annotated, Any

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.openapi.params import Header, Query

from shared import archive, desk, http, intake, lists
from shared.archive import DeskArticle
from shared.article import Content
from shared.intake import IngestQuery, IngestRecord
from shared.lists import ArticleList, DeskQuery

app = http.resolver()
IfMatch = Annotated[str | None, Header(alias="If-Match")]
IdempotencyKey = Annotated[str | None, Header(alias="Idempotency-Key")]


@app.post("/articles", status_code=201)
def create_article(content: Content, key: IdempotencyKey = None) -> Response[DeskArticle]:
    """Write a draft"""
    return http.created(desk.create(content, http.actor(app), key))


@app.put("/articles/<article_id>")
def revise_article(article_id: str, content: Content, if_match: IfMatch = None) -> Response[DeskArticle]:
    """Change the text of a story; If-Match names the version that was edited"""
    return http.versioned(desk.revise(article_id, content, http.actor(app), http.expected_version(if_match)))


@app.post("/articles/<article_id>/publication")
def publish_article(article_id: str, if_match: IfMatch = None, key: IdempotencyKey = None) -> Response[DeskArticle]:
    """Let readers see a story from now on"""
    return http.versioned(desk.publish(article_id, http.actor(app), http.expected_version(if_match), key))


@app.get("/desk/articles")
def list_desk(query: Annotated[DeskQuery, Query()]) -> ArticleList:
    """Every story, last changed first"""
    http.actor(app)
    return lists.desk(query)


@app.get("/desk/articles/<article_id>")
def read_desk(article_id: str) -> Response[DeskArticle]:
    """A story in any state, with the ETag that a change of it needs"""
    http.actor(app)
    return http.versioned(archive.story(article_id))


@app.post("/ingest", status_code=202)
def ingest(query: Annotated[IngestQuery, Query()]) -> Response[IngestRecord]:
    """Take in a payload of any supported format, as the body"""
    return http.accepted(intake.receive(app.current_event.raw_event, query, http.actor(app)))


@app.get("/ingest/<ingest_id>")
def read_ingest(ingest_id: str) -> IngestRecord:
    """What became of each item of a payload"""
    http.actor(app)
    return intake.report(ingest_id)


def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """An HTTP API event, payload version 2.0."""
    return http.serve(app, event, context)
