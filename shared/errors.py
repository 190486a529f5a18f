"""What can go wrong for a caller, each error with its HTTP status and problem type (RFC 9457).

Problem                      500 problem:internal
├── BadRequest               400 problem:bad-request
├── Unauthorized             401 problem:unauthorized
├── Forbidden                403 problem:forbidden
├── NotFound                 404 problem:not-found
├── Conflict                 409 problem:conflict
├── Gone                     410 problem:gone
├── PreconditionFailed       412 problem:precondition-failed
├── TooLarge                 413 problem:too-large
├── Unprocessable            422 problem:unprocessable
├── PreconditionRequired     428 problem:precondition-required
└── Unavailable              503 problem:unavailable
"""

import json
from typing import Any


class Problem(Exception):
    """An RFC 9457 problem: `detail` says what is wrong in a sentence, `errors` which fields (RFC 6901 pointers)."""

    status = 500
    title = "Something went wrong on our side"
    kind = "internal"

    def __init__(
        self,
        detail: str,
        *,
        errors: list[dict[str, str]] | None = None,
        headers: dict[str, str] | None = None,
        **more: Any,
    ) -> None:
        super().__init__(detail)
        self.detail = detail
        self.errors = errors or []
        self.headers = headers or {}
        self.more = more

    @classmethod
    def at(cls, pointer: str, detail: str) -> "Problem":
        """The problem of one field."""
        return cls(f"{pointer}: {detail}", errors=[{"pointer": pointer, "detail": detail}])

    def document(self, instance: str) -> dict[str, Any]:
        """The problem document of RFC 9457 section 3; `instance` is the path that was asked for."""
        document: dict[str, Any] = {
            "type": f"urn:dateline:problem:{self.kind}",
            "title": self.title,
            "status": self.status,
            "detail": self.detail,
            "instance": instance,
        }
        if self.errors:
            document["errors"] = self.errors
        return document | self.more

    def response(self, instance: str) -> dict[str, Any]:
        """The problem as a Lambda function answers it to an HTTP API."""
        headers = {"content-type": "application/problem+json", "cache-control": "no-store"} | self.headers
        body = json.dumps(self.document(instance), ensure_ascii=False)
        return {"statusCode": self.status, "headers": headers, "body": body}


class BadRequest(Problem):
    """The request cannot be read."""

    status, title, kind = 400, "The request cannot be read", "bad-request"


class Moved(Exception):
    """Not a problem: what was asked for is at another address (301)."""

    def __init__(self, location: str) -> None:
        super().__init__(f"moved to {location}")
        self.location = location


class Unauthorized(Problem):
    """Who is asking is not known."""

    status, title, kind = 401, "Sign in first", "unauthorized"


class Forbidden(Problem):
    """Who is asking may not do this."""

    status, title, kind = 403, "Not allowed", "forbidden"


class NotFound(Problem):
    """There is nothing here for this reader."""

    status, title, kind = 404, "Not found", "not-found"


class Conflict(Problem):
    """The story's state does not allow this."""

    status, title, kind = 409, "Not possible in this state", "conflict"


class Gone(Problem):
    """The story was taken down."""

    status, title, kind = 410, "Taken down", "gone"


class PreconditionFailed(Problem):
    """If-Match names a version that is no longer current (RFC 9110 section 13.1.1)."""

    status, title, kind = 412, "Somebody else was faster", "precondition-failed"


class TooLarge(Problem):
    """The body is over the limit."""

    status, title, kind = 413, "Too large", "too-large"


class Unprocessable(Problem):
    """The request can be read but a field is wrong."""

    status, title, kind = 422, "A field is wrong", "unprocessable"


class PreconditionRequired(Problem):
    """A change needs If-Match (RFC 6585 section 3)."""

    status, title, kind = 428, "Say which version you are changing", "precondition-required"


class Unavailable(Problem):
    """DynamoDB would not take the write just now; the same request can be sent again."""

    status, title, kind = 503, "Busy, try again", "unavailable"
