"""Editors' routes over HTTP: write, ingest, publish."""

from typing import Annotated, Any

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.openapi.params import Header, Path, Query

from shared import archive, commands, desk, events, history, http, intake, lists, polling, sources
from shared.archive import DeskArticle
from shared.article import Number
from shared.commands import (
    Because,
    ContentPatch,
    CorrectionRequest,
    PublicationRequest,
    RestorationRequest,
    WithdrawalRequest,
)
from shared.content import Content
from shared.events import EventLog, EventQuery
from shared.history import Against, AsOf, Difference, History, Revision, Versions
from shared.intake import IngestQuery, IngestRecord
from shared.lists import ArticleList, DeskQuery
from shared.polling import PollReport
from shared.sources import ChangedSource, KnownSource, NewSource, SourceList

app = http.resolver()
IfMatch = Annotated[str | None, Header(alias="If-Match")]
Version = Annotated[Number, Path()]
Why = Annotated[Because, Query()]
IdempotencyKey = Annotated[str | None, Header(alias="Idempotency-Key")]


@app.post("/articles", status_code=201)
def create_article(content: Content, key: IdempotencyKey = None) -> Response[DeskArticle]:
    """Write a draft"""
    return http.created(desk.create(content, http.actor(app), key))


@app.put("/articles/<article_id>")
def revise_article(article_id: str, content: Content, why: Why, if_match: IfMatch = None) -> Response[DeskArticle]:
    """Give a story a new text; If-Match names the version that was edited"""
    return http.versioned(
        desk.revise(article_id, content, http.actor(app), http.expected_version(if_match), why.reason)
    )


@app.patch("/articles/<article_id>")
def patch_article(article_id: str, changes: ContentPatch, why: Why, if_match: IfMatch = None) -> Response[DeskArticle]:
    """Change some fields of the text; null takes one out (RFC 7396)"""
    return http.versioned(
        commands.patch(article_id, changes, http.actor(app), http.expected_version(if_match), why.reason)
    )


@app.delete("/articles/<article_id>")
def archive_article(article_id: str, why: Why, if_match: IfMatch = None) -> Response[DeskArticle]:
    """Put a draft or an unpublished story away; a restoration brings it back"""
    return http.versioned(desk.put_away(article_id, http.actor(app), http.expected_version(if_match), why.reason))


@app.post("/articles/<article_id>/publication")
def publish_article(
    article_id: str,
    request: PublicationRequest | None = None,
    if_match: IfMatch = None,
    key: IdempotencyKey = None,
) -> Response[DeskArticle]:
    """Let readers see a story: now, at a moment, or when an embargo ends"""
    asked = request or PublicationRequest()
    return http.versioned(commands.publish(article_id, asked, http.actor(app), http.expected_version(if_match), key))


@app.delete("/articles/<article_id>/publication")
def take_back_publication(article_id: str, why: Why, if_match: IfMatch = None) -> Response[DeskArticle]:
    """Take back a schedule, an embargo, or the publication itself"""
    return http.versioned(desk.take_back(article_id, http.actor(app), http.expected_version(if_match), why.reason))


@app.post("/articles/<article_id>/corrections")
def correct_article(
    article_id: str, request: CorrectionRequest, if_match: IfMatch = None, key: IdempotencyKey = None
) -> Response[DeskArticle]:
    """Put a mistake right, and say what was wrong"""
    expected = http.expected_version(if_match)
    return http.versioned(commands.correct(article_id, request, http.actor(app), expected, key))


@app.post("/articles/<article_id>/withdrawal")
def withdraw_article(article_id: str, request: WithdrawalRequest, if_match: IfMatch = None) -> Response[DeskArticle]:
    """Take a story down"""
    return http.versioned(commands.withdraw(article_id, request, http.actor(app), http.expected_version(if_match)))


@app.delete("/articles/<article_id>/withdrawal")
def reinstate_article(article_id: str, why: Why, if_match: IfMatch = None) -> Response[DeskArticle]:
    """Take a withdrawal back: the story is unpublished and can be published again"""
    return http.versioned(desk.reinstate(article_id, http.actor(app), http.expected_version(if_match), why.reason))


@app.post("/articles/<article_id>/restoration")
def restore_article(article_id: str, request: RestorationRequest, if_match: IfMatch = None) -> Response[DeskArticle]:
    """Take an earlier text again, as a new version"""
    expected = http.expected_version(if_match)
    return http.versioned(desk.restore(article_id, request.version, http.actor(app), expected, request.reason))


@app.get("/desk/articles")
def list_desk(query: Annotated[DeskQuery, Query()]) -> ArticleList:
    """Every story, last changed first"""
    http.actor(app)
    return lists.desk(query)


@app.get("/desk/articles/<article_id>")
def read_desk(article_id: str, query: Annotated[AsOf, Query()]) -> Response[DeskArticle]:
    """A story in any state, with the ETag that a change of it needs; or as readers saw it at a moment"""
    http.actor(app)
    if query.as_of is not None:
        return http.uncached(history.as_of(article_id, query.as_of))
    return http.versioned(archive.story(article_id))


@app.get("/desk/articles/<article_id>/history")
def read_history(article_id: str) -> History:
    """Every change of a story: who, when, why"""
    http.actor(app)
    return history.transitions(article_id)


@app.get("/desk/articles/<article_id>/versions")
def list_versions(article_id: str) -> Versions:
    """Every text of a story"""
    http.actor(app)
    return history.versions(article_id)


@app.get("/desk/articles/<article_id>/versions/<version>")
def read_version(article_id: str, version: Version) -> Revision:
    """One text of a story"""
    http.actor(app)
    return history.version(article_id, version)


@app.get("/desk/articles/<article_id>/versions/<version>/diff")
def compare_versions(article_id: str, version: Version, query: Annotated[Against, Query()]) -> Difference:
    """What changed from another version to this one"""
    http.actor(app)
    return history.difference(article_id, query.against, version)


@app.get("/events")
def list_events(query: Annotated[EventQuery, Query()]) -> EventLog:
    """The event log: in order per story, nothing younger than ten seconds"""
    http.actor(app)
    return events.log(query.after, query.limit)


@app.post("/ingest", status_code=202)
def ingest(query: Annotated[IngestQuery, Query()]) -> Response[IngestRecord]:
    """Take in a payload of any supported format, as the body"""
    record = intake.receive(app.current_event.raw_event, query, http.actor(app))
    return http.accepted(record, f"/ingest/{record.ingest}")


@app.get("/ingest/<ingest_id>")
def read_ingest(ingest_id: str) -> IngestRecord:
    """What became of each item of a payload"""
    http.actor(app)
    return intake.report(ingest_id)


@app.post("/ingest/<ingest_id>/release", status_code=202)
def release_ingest(ingest_id: str) -> Response[IngestRecord]:
    """Take what is held of a payload, with an editor's word"""
    return http.accepted(intake.release(ingest_id, http.actor(app)), f"/ingest/{ingest_id}")


@app.get("/sources")
def list_sources() -> SourceList:
    """Every wire and feed, and how its polling goes"""
    http.actor(app)
    return sources.listed()


@app.post("/sources", status_code=201)
def create_source(new: NewSource) -> Response[KnownSource]:
    """Set up a wire or a feed"""
    return http.made(sources.create(new, http.actor(app)), f"/sources/{new.id}")


@app.get("/sources/<source_id>")
def read_source(source_id: str) -> KnownSource:
    """A wire or a feed"""
    http.actor(app)
    return sources.known(source_id)


@app.put("/sources/<source_id>")
def change_source(source_id: str, changed: ChangedSource) -> KnownSource:
    """Set a wire or a feed up anew"""
    return sources.change(source_id, changed, http.actor(app))


@app.delete("/sources/<source_id>")
def end_source(source_id: str) -> KnownSource:
    """End a wire or a feed; its stories stay"""
    return sources.forget(source_id, http.actor(app))


@app.post("/sources/<source_id>/poll")
def poll_source(source_id: str) -> PollReport:
    """Ask a feed now"""
    return polling.poll(source_id, http.actor(app))


def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """An HTTP API event, payload version 2.0."""
    return http.serve(app, event, context)
