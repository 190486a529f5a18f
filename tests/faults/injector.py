"""One fault at one AWS write, through botocore's public events: the product is not changed for it."""

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any

from botocore.awsrequest import AWSResponse
from botocore.exceptions import ClientError, ReadTimeoutError
from moto.core.botocore_stubber import MockRawResponse
from moto.core.models import botocore_stubber

from shared import clients

TRANSACT = "TransactWriteItems"
WRITES = {TRANSACT, "PutItem", "UpdateItem", "PutObject", "PutEvents", "CreateSchedule"}
SERVICES = (clients.dynamodb, clients.s3, clients.events, clients.scheduler)


class Killed(BaseException):
    """The process ends here: nothing of the product can catch it."""


@dataclass(frozen=True)
class Kind:
    """One way to fail. `only`: the operation it is about; `absorbed`: the caller must not notice it at all."""

    name: str
    only: str | None = None
    absorbed: bool = False
    between: bool = False  # somebody else acts just before the write

    def fits(self, operation: str) -> bool:
        """Whether a write of this operation can fail in this way."""
        return self.only in {None, operation}


KINDS = {
    kind.name: kind
    for kind in (
        Kind("killed before"),
        Kind("killed after"),
        Kind("throttled"),
        Kind("error 500"),
        Kind("conflict", TRANSACT, absorbed=True),
        Kind("busy", TRANSACT),
        Kind("in progress", TRANSACT, absorbed=True),
        Kind("sent again", absorbed=True),
        Kind("timed out"),
        Kind("refused", "PutEvents", absorbed=True),
        Kind("refused twice", "PutEvents"),
        Kind("twin", between=True),
        Kind("overtaken", between=True),
    )
}
CONFLICT = {
    "Error": {"Code": "TransactionCanceledException", "Message": "Transaction cancelled [TransactionConflict]"},
    "CancellationReasons": [{"Code": "TransactionConflict"}],
}
ERRORS: dict[str, tuple[int, dict[str, Any]]] = {
    "throttled": (400, {"Error": {"Code": "ThrottlingException", "Message": "Rate exceeded"}}),
    "error 500": (500, {"Error": {"Code": "InternalServerError", "Message": "Internal"}}),
    "conflict": (400, CONFLICT),
    "busy": (400, CONFLICT),
}


@dataclass
class Injector:
    """Counts the product's writes while it is `armed` and lets the fault happen at write number `at` (from 1)."""

    kind: Kind | None = None
    at: int = 0
    armed: bool = False
    operations: list[str] = field(default_factory=list)
    fired: int = 0
    somebody_else: Callable[[], None] = lambda: None
    tokens: set[str] = field(default_factory=set)
    _token: str = ""
    _refusals: int = 0

    def attach(self) -> None:
        """Hooks itself into the product's clients; the tests' own clients stay whole."""
        for client in (service() for service in SERVICES):
            hooks: Any = client.meta.events
            hooks.register("before-call", self._before_call, unique_id="fault-before")
            hooks.register("after-call", self._after_call, unique_id="fault-after")
            hooks.register_first("before-send", self._before_send, unique_id="fault-send")
            hooks.register("needs-retry", self._needs_retry, unique_id="fault-retry")

    def detach(self) -> None:
        """Takes the hooks out again."""
        for client in (service() for service in SERVICES):
            hooks: Any = client.meta.events
            hooks.unregister("before-call", unique_id="fault-before")
            hooks.unregister("after-call", unique_id="fault-after")
            hooks.unregister("before-send", unique_id="fault-send")
            hooks.unregister("needs-retry", unique_id="fault-retry")

    def _before_call(self, model: Any, params: Any, context: Any, **_: Any) -> Any:
        if not self.armed or model.name not in WRITES:
            return None
        token = _token(params.get("body"))
        if self.kind and self.kind.name == "busy" and self.fired and token == self._token:
            return _answer(*ERRORS["busy"])  # as often as the same transaction is tried
        if self._refusals and model.name == "PutEvents":
            return self._refuse(params, context)
        self.operations.append(model.name)
        if self.kind is None or len(self.operations) != self.at:
            return None
        self._token = token
        context["fault"] = self.kind.name
        return self._fail(self.kind, params, context)

    def _fail(self, kind: Kind, params: Any, context: Any) -> Any:
        if kind.name == "killed before":
            self.fired += 1
            raise Killed
        if kind.name in ERRORS:
            self.fired += 1
            return _answer(*ERRORS[kind.name])
        if kind.only == "PutEvents":
            self._refusals = 2 if kind.name == "refused twice" else 1
            return self._refuse(params, context)
        if kind.between:
            self.fired += 1
            self.armed = False
            self.somebody_else()
            self.armed = True
        return None

    def _refuse(self, params: Any, context: Any) -> Any:
        """The bus takes all entries but the first."""
        self._refusals -= 1
        self.fired += 1
        request = json.loads(params["body"])
        rest = request["Entries"][1:]
        failed = {"ErrorCode": "ThrottlingException", "ErrorMessage": "refused"}
        if not rest:
            return _answer(200, {"FailedEntryCount": 1, "Entries": [failed]})
        params["body"] = json.dumps(request | {"Entries": rest}).encode()
        context["refused"] = failed
        return None

    def _after_call(self, model: Any, parsed: Any, context: Any, **_: Any) -> None:
        if refused := context.pop("refused", None):
            parsed["FailedEntryCount"] = parsed.get("FailedEntryCount", 0) + 1
            parsed["Entries"].insert(0, refused)
        fault = context.pop("fault", "")
        if fault not in {"killed after", "timed out", "in progress"}:
            return
        self.fired += 1
        if fault == "killed after":
            raise Killed
        if fault == "timed out":
            raise ReadTimeoutError(endpoint_url="https://aws.example")
        raise ClientError({"Error": {"Code": "TransactionInProgressException", "Message": "in progress"}}, model.name)

    def _before_send(self, request: Any, **_: Any) -> Any:
        """AWS answers a transaction whose token it has carried out with success, and does not carry it out again."""
        if _token(request.body) not in self.tokens:
            return None
        botocore_stubber.enabled = False  # every hook is called: moto would carry it out as well
        return AWSResponse(request.url, 200, {}, MockRawResponse(b"{}"))  # type: ignore[arg-type]  # as moto makes it

    def _needs_retry(self, response: Any, attempts: int, request_dict: Any, **_: Any) -> float | None:
        botocore_stubber.enabled = True
        token = _token(request_dict.get("body"))
        if token and response is not None and response[0].status_code == 200:
            self.tokens.add(token)
        if request_dict["context"].get("fault") == "sent again" and attempts == 1:
            self.fired += 1
            return 0
        return None


def _token(body: Any) -> str:
    if not isinstance(body, bytes) or b'"ClientRequestToken"' not in body:
        return ""
    return str(json.loads(body)["ClientRequestToken"])


def _answer(status: int, body: dict[str, Any]) -> tuple[Any, dict[str, Any]]:
    metadata = {"ResponseMetadata": {"HTTPStatusCode": status}}
    return SimpleNamespace(status_code=status, headers={}), metadata | json.loads(json.dumps(body))
