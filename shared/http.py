"""HTTP as every API function speaks it: requests guarded, errors as problem documents, answers with validators."""

import json
import re
import time
from datetime import UTC, datetime
from email.utils import format_datetime
from functools import partial
from http import HTTPStatus
from typing import Any
from urllib.parse import urlencode

from aws_lambda_powertools import Logger
from aws_lambda_powertools.event_handler import APIGatewayHttpResolver, Response
from aws_lambda_powertools.event_handler.exceptions import NotFoundError
from aws_lambda_powertools.event_handler.openapi.exceptions import RequestValidationError
from botocore.exceptions import BotoCoreError, ClientError
from pydantic import BaseModel

from shared import archive, guard, sampling, schedule, settings, views
from shared.archive import Article, DeskArticle
from shared.article import Actor, Group, Story
from shared.errors import (
    BadRequest,
    Forbidden,
    Moved,
    NotFound,
    PreconditionFailed,
    Problem,
    Unauthorized,
    Unavailable,
    Unprocessable,
)
from shared.lists import ArticleList, ListQuery
from shared.views import Reading

_JSON = "application/json"
logger = Logger()


class _NotModified(Exception):
    """304: not an error, but the resolver would check a body that is not there against the route's shape."""

    def __init__(self, headers: dict[str, str]) -> None:
        super().__init__("not modified")
        self.headers = headers


def resolver() -> APIGatewayHttpResolver:
    """A route table whose errors all end as problem documents (RFC 9457)."""
    app = APIGatewayHttpResolver(enable_validation=True, serializer=partial(json.dumps, ensure_ascii=False))

    def problem(error: Problem) -> Response[str]:
        return _problem(error, app.current_event.path)

    def invalid(error: RequestValidationError) -> Response[str]:
        if any(each["loc"][0] == "body" for each in error.errors()) and not app.current_event.body:
            return problem(BadRequest("The body is empty."))
        errors = [
            {"pointer": _pointer(each["loc"]), "detail": each["msg"].removeprefix("Value error, ")}
            for each in error.errors()
        ]
        where = "; ".join(f"{each['pointer']}: {each['detail']}" for each in errors)
        return problem(Unprocessable(where, errors=errors))

    def unknown(_: NotFoundError) -> Response[str]:
        return problem(NotFound(f"There is no {app.current_event.http_method} {app.current_event.path}."))

    def broken(error: Exception) -> Response[str]:
        if isinstance(error, BotoCoreError) or (isinstance(error, ClientError) and _busy(error)):
            return problem(Unavailable("AWS did not answer in time; send it again.", headers={"Retry-After": "1"}))
        logger.error("a request failed", route=app.current_event.get("routeKey"), exc_info=error)
        return problem(Problem("The request was not handled; it can be sent again."))

    def unchanged(answer: _NotModified) -> Response[str]:
        return Response(HTTPStatus.NOT_MODIFIED, body="", headers=answer.headers)

    def moved(answer: Moved) -> Response[str]:
        headers = {"Location": answer.location, "Cache-Control": _public()}
        return Response(HTTPStatus.MOVED_PERMANENTLY, body="", headers=headers)

    handlers: dict[type[Exception], Any] = {
        Problem: problem,
        RequestValidationError: invalid,
        _NotModified: unchanged,
        Moved: moved,
        Exception: broken,
    }
    for error, handler in handlers.items():
        app.exception_handler(error)(handler)
    app.not_found(unknown)
    app.use([_refuse_unknown_parameters])
    return app


def _busy(error: ClientError) -> bool:
    """Whether AWS would take the same call at another moment: throttled, or its own fault."""
    answer: Any = error.response
    code = answer["Error"]["Code"]
    if any(word in code for word in ("Throttl", "ThroughputExceeded", "SlowDown")):
        return True
    return int(answer.get("ResponseMetadata", {}).get("HTTPStatusCode", 0)) >= HTTPStatus.INTERNAL_SERVER_ERROR


def _refuse_unknown_parameters(app: APIGatewayHttpResolver, following: Any) -> Any:
    # The resolver hands a query model only what it knows; a misspelt filter would answer the unfiltered list.
    models = [field.field_info.annotation for field in app.context["_route"].dependant.query_params]
    known = {name for model in models for name in getattr(model, "model_fields", ())}
    asked = {name.encode("utf-8", "replace").decode() for name in app.current_event.query_string_parameters}
    if models and (unknown := sorted(asked - known)):
        errors = [{"pointer": f"/query/{name}", "detail": "is not a parameter of this route"} for name in unknown]
        raise BadRequest(f"Unknown: {', '.join(unknown)}. Known: {', '.join(sorted(known))}.", errors=errors)
    return following(app)


def serve(app: APIGatewayHttpResolver, event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Answers one HTTP API event. A JSON body is read strictly here, once; routes get it validated."""
    try:
        event = _guarded(event)
    except Problem as error:
        return error.response(event.get("rawPath", ""))
    answered: dict[str, Any] = app.resolve(event, context)
    return answered


def _guarded(event: dict[str, Any]) -> dict[str, Any]:
    route = event.get("routeKey", "")
    if not route.startswith(("POST", "PUT", "PATCH")) or route == "POST /ingest":
        return event
    body = json.dumps(guard.json_object(event)) if event.get("body") else ""
    # What the body is was just found out; a client that names it wrongly is not turned away for it.
    headers = {**(event.get("headers") or {}), "content-type": "application/json"}
    return event | {"body": body, "isBase64Encoded": False, "headers": headers}


def _problem(error: Problem, path: str) -> Response[str]:
    answer = error.response(path)
    return Response(answer["statusCode"], body=answer["body"], headers=answer["headers"])


def _pointer(location: tuple[Any, ...]) -> str:
    # ("body", "headline") → /headline; ("query", "query", "limit") → /query/limit
    parts = location[1:] if location[:1] == ("body",) or location[:2] == ("query", "query") else location
    return "/" + "/".join(str(part).replace("~", "~0").replace("/", "~1") for part in parts)


def actor(app: APIGatewayHttpResolver) -> Actor:
    """Who is asking, from an access token that the gateway has verified.

    Checked again here is what a gateway may let pass: expiry, kind of token, the client it was made for.
    Raises Unauthorized, or Forbidden when the person is in none of the groups.
    """
    context: Any = app.current_event["requestContext"]
    claims = (context.get("authorizer") or {}).get("jwt", {}).get("claims") or {}
    if not claims:
        raise Unauthorized("Send an access token as Authorization: Bearer …")
    expires = str(claims.get("exp", ""))
    if not (expires.isdecimal() and int(expires[:12]) > time.time()):
        raise Unauthorized("The token has expired.")
    if claims.get("token_use") != "access" or claims.get("client_id") != settings.value("EDITORS_CLIENT"):
        raise Unauthorized("This is not an access token of this newsroom's client.")
    # The gateway writes a claim of several values as "[editor admin]".
    named = str(claims.get("cognito:groups", "")).strip("[]").replace(",", " ").split()
    groups = [group for group in Group if group in named]
    if not groups:
        raise Forbidden("You are in none of the groups reporter, editor, admin.")
    return Actor(str(claims.get("username") or claims["sub"]), groups[-1])


def expected_version(if_match: str | None) -> int | None:
    """The version that If-Match names, None for no header or `*`. Raises PreconditionFailed for what cannot match."""
    if if_match is None or if_match.strip() == "*":
        return None
    tag = if_match.strip()
    # Strong comparison (RFC 9110 section 8.8.3.2): a weak tag never matches.
    if not re.fullmatch(r'"[0-9]{1,9}"', tag):
        raise PreconditionFailed(f"If-Match: {tag[:100]} is no version of this story; send the desk's ETag.")
    return int(tag[1:-1])


def created(story: Story) -> Response[DeskArticle]:
    """201: the draft that was made."""
    return _desk_answer(story, HTTPStatus.CREATED)


def versioned(story: Story) -> Response[DeskArticle]:
    """200: the story as the desk sees it."""
    return _desk_answer(story, HTTPStatus.OK)


def uncached[Shape: BaseModel](shape: Shape) -> Response[Shape]:
    """200: an answer for the desk that is no version to change."""
    return Response(HTTPStatus.OK, _JSON, shape, headers={"Cache-Control": "no-store"})


def made[Shape: BaseModel](shape: Shape, location: str) -> Response[Shape]:
    """201: what was set up, and where it is."""
    return Response(HTTPStatus.CREATED, _JSON, shape, headers={"Location": location, "Cache-Control": "no-store"})


def accepted[Shape: BaseModel](shape: Shape, location: str) -> Response[Shape]:
    """202: what was taken in, and where to ask what became of it."""
    headers = {"Location": location, "Cache-Control": "no-store"}
    return Response(HTTPStatus.ACCEPTED, _JSON, shape, headers=headers)


def _desk_answer(story: Story, status: HTTPStatus) -> Response[DeskArticle]:
    # A strong ETag = version, for If-Match; never cached.
    headers = {"ETag": f'"{story.version}"', "Cache-Control": "no-store", "Location": f"/desk/articles/{story.id}"}
    return Response(status, _JSON, archive.desk_article(story), headers=headers)


def etag(story: Story, reading: Reading) -> str:
    """The weak ETag of a public answer: over version, visibility and page token, not over the count, which may lag."""
    parts = [str(story.version), story.status, *([reading.token] if reading.token else [])]
    return f'W/"{"-".join(parts)}"'


def conditional(story: Story, if_none_match: str | None) -> Response[Article]:
    """200 with the story as readers see it, or 304 when the reader holds it (RFC 9110 section 13.1.2)."""
    counts = views.counters(story.id)
    reading = views.reading(story, counts)
    tag = etag(story, reading)
    headers = {"ETag": tag, "Cache-Control": _weighed(), "Last-Modified": _http_date(story.updated_at)}
    tags = [tag.strip().removeprefix("W/") for tag in (if_none_match or "").split(",")]
    if "*" in tags or tag.removeprefix("W/") in tags:
        raise _NotModified(headers)
    return Response(HTTPStatus.OK, _JSON, archive.article(story, counts, reading), headers=headers)


def _public() -> str:
    # What is cached must not outlive the moment at which more may be shown.
    return f"public, max-age={schedule.seconds_to_next(schedule.FRESH)}"


def _weighed() -> str:
    # A burst is sampled only when the caches between have heard of it; each reader's own may keep the answer longer.
    return f"{_public()}, s-maxage={schedule.seconds_to_next(sampling.SHARED_AGE)}"


def public[Shape: BaseModel](shape: Shape) -> Response[Shape]:
    """200 for any reader's cache."""
    return Response(HTTPStatus.OK, _JSON, shape, headers={"Cache-Control": _public()})


def weighed[Shape: BaseModel](shape: Shape) -> Response[Shape]:
    """200 for any reader's cache, of an answer that carries a story's weight."""
    return Response(HTTPStatus.OK, _JSON, shape, headers={"Cache-Control": _weighed()})


def listed(page: ArticleList, query: ListQuery) -> Response[ArticleList]:
    """200 with a page of readers' list, and where the next one is as a Link header (RFC 8288)."""
    answer = public(page)
    if page.next:
        asked = query.model_dump(mode="json", exclude_unset=True) | {"cursor": page.next}
        answer.headers["Link"] = f'</articles?{urlencode(asked)}>; rel="next"'
    return answer


def _http_date(moment: datetime) -> str:
    return format_datetime(moment.astimezone(UTC), usegmt=True)
