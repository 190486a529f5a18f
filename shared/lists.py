"""Lists of stories, newest first, from indexes that hold summaries only."""

from datetime import UTC, datetime
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field

from shared import clients, cursor, events, settings
from shared.article import Status, Story, iso, utc_now
from shared.content import Language, Line, Slug, Tag
from shared.moments import Instant
from shared.table import Item, dump, load

_MOST_QUERIES = 10  # a page of a rare filter may be short and carry a cursor all the same


class ListQuery(BaseModel):
    """What readers may ask of a list; anything else is refused."""

    model_config = ConfigDict(extra="forbid")

    section: Slug | None = None
    tag: Tag | None = None
    language: Language | None = None
    author: Line | None = None
    since: Instant | None = Field(default=None, description="Published at or after this moment")
    until: Instant | None = Field(default=None, description="Published before this moment")
    limit: Annotated[int, Field(ge=1, le=100)] = 20
    cursor: Annotated[str, Field(max_length=2000)] | None = None


class DeskQuery(BaseModel):
    """What editors may ask of the desk's list."""

    model_config = ConfigDict(extra="forbid")

    status: Status | None = None
    section: Slug | None = None
    limit: Annotated[int, Field(ge=1, le=100)] = 20
    cursor: Annotated[str, Field(max_length=2000)] | None = None


class Summary(BaseModel):
    """One story of a list; times are UTC. `url` and `published_at` are there once it was published."""

    id: str
    url: str | None
    slug: str | None = None
    language: str
    headline: str
    lede: str | None = None
    section: str
    tags: list[str] = []
    byline: list[str] = []
    published_at: datetime | None = None
    updated_at: datetime
    version: int
    status: Status


class ArticleList(BaseModel):
    """A page of a list; `next` is the cursor of the following page, null on the last."""

    items: list[Summary]
    next: str | None


def published(query: ListQuery) -> ArticleList:
    """Stories that readers may see: one read unit per page of 20, however large the archive."""
    index = "listed_section" if query.section else "listed"
    # Nothing from the future: the index key is the moment from which readers may see the story.
    until = min(query.until or utc_now(), utc_now())
    since = query.since or datetime(1, 1, 1, tzinfo=UTC)
    if since > until:
        # DynamoDB refuses BETWEEN with its bounds in the other order.
        return ArticleList(items=[], next=None)
    values: Item = {":list": query.section or "LISTED", ":since": iso(since), ":until": iso(until)}
    filters = {
        "tag": "contains(tags, :tag)",
        "language": "#language = :language",
        "author": "contains(byline, :author)",
    }
    asked = {name: text for name, text in filters.items() if getattr(query, name) is not None}
    request: Item = {
        "IndexName": index,
        "KeyConditionExpression": f"{index} = :list AND listed_at BETWEEN :since AND :until",
        "ExpressionAttributeValues": dump(values | {f":{name}": getattr(query, name) for name in asked}),
    }
    if asked:
        request["FilterExpression"] = " AND ".join(asked.values())
    if query.language:
        request["ExpressionAttributeNames"] = {"#language": "language"}
    position = _position("articles", query)
    found, end = _page(request, query.limit, position)
    return _answer("articles", query, found, end)


def desk(query: DeskQuery) -> ArticleList:
    """Every story, or those of one status, last changed first."""
    statuses = [query.status] if query.status else list(Status)
    position = _position("desk", query)
    found: list[Item] = []
    cut = ""  # behind this, some status was not read: a rare filter ends a page early
    for status in statuses:
        values: Item = {":desk": status}
        condition = "desk = :desk"
        if position:
            values[":position"] = position["desk_at"]
            condition += " AND desk_at < :position"
        request: Item = {"IndexName": "desk", "KeyConditionExpression": condition}
        if query.section:
            values[":section"] = query.section
            request["FilterExpression"] = "#section = :section"
            request["ExpressionAttributeNames"] = {"#section": "section"}
        request["ExpressionAttributeValues"] = dump(values)
        part, end = _page(request, query.limit + 1, None)
        found += part
        cut = max(cut, end["desk_at"]) if end else cut
    known = sorted((item for item in found if item["desk_at"] >= cut), key=lambda item: str(item["desk_at"]))
    page = known[::-1][: query.limit]
    last = page[-1]["desk_at"] if len(known) > len(page) else cut
    return _answer("desk", query, page, {"desk_at": last} if last else None)


def _position(route: str, query: ListQuery | DeskQuery) -> Item | None:
    if query.cursor is None:
        return None
    position: Item = cursor.read(route, _filters(query), query.cursor)
    return position


def _filters(query: ListQuery | DeskQuery) -> dict[str, Any]:
    return query.model_dump(mode="json", exclude={"cursor", "limit"}, exclude_none=True)


def _page(request: Item, limit: int, position: Item | None) -> tuple[list[Item], Item | None]:
    """Up to `limit` items behind `position`, and the position behind them where there may be more."""
    found: list[Item] = []
    for _ in range(_MOST_QUERIES):
        start = {"ExclusiveStartKey": dump(position)} if position else {}
        answer = clients.dynamodb().query(
            TableName=settings.value("NEWSROOM_TABLE"),
            ScanIndexForward=False,
            Limit=limit - len(found),
            **request,
            **start,  # type: ignore[arg-type]  # a literal type for each operand is not worth its length
        )
        found += [load(item) for item in answer["Items"]]
        position = load(answer["LastEvaluatedKey"]) if "LastEvaluatedKey" in answer else None
        if position is None or len(found) >= limit:
            break
    return found, position


def _answer(route: str, query: ListQuery | DeskQuery, found: list[Item], end: Item | None) -> ArticleList:
    summaries = [Summary.model_validate(item | {"url": _url(item)}) for item in found]
    return ArticleList(items=summaries, next=cursor.make(route, _filters(query), end) if end else None)


def summary_of(story: Story) -> Summary:
    """A story's state as an item of a list."""
    return Summary.model_validate(story.model_dump() | {"url": events.url(story.slug) if story.slug else None})


def _url(item: Item) -> str | None:
    return events.url(item["slug"]) if item.get("slug") else None
