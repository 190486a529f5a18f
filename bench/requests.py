"""The program whose instructions `bench.warm` counts: a number of requests, one way, in the built functions' own world.

`python bench/requests.py WAY COUNT [REQUEST]`; REQUEST is the JSON of an UpdateItem for the ways `bare` and `own`.
"""

import importlib
import json
import sys
from collections.abc import Callable
from typing import Any

STORY = "01ARZ3NDEKTSV4RRFFQ69G5FAV"
_AGENT = (
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0.0.0 Safari/537.36"
)
type _Work = Callable[[int], Any]


def _event(number: int) -> dict[str, Any]:
    """A reading as the HTTP API tells of it, each of another reader."""
    address = f"10.0.{number >> 8}.{number & 255}"
    path = f"/articles/{STORY}/views"
    http = {"method": "POST", "path": path, "protocol": "HTTP/1.1", "sourceIp": address, "userAgent": _AGENT}
    return {
        "version": "2.0",
        "routeKey": "POST /articles/{id}/views",
        "rawPath": path,
        "rawQueryString": "",
        "headers": {"accept": "*/*", "content-length": "0", "host": "api.news.example", "user-agent": _AGENT},
        "requestContext": {"http": http, "requestId": f"JKJaXmPLvHcESHA{number:05}=", "stage": "$default"},
        "pathParameters": {"id": STORY},
        "isBase64Encoded": False,
    }


def _record_view() -> _Work:
    handler = importlib.import_module("record_view").handler
    return lambda number: _accepted(handler(_event(number), None))


def _logging() -> _Work:
    handler = importlib.import_module("record_view").handler
    logger = importlib.import_module("aws_lambda_powertools").Logger()

    def work(number: int) -> None:
        answer = handler(_event(number), None)
        logger.info("A reading was taken.", extra={"story": STORY})
        _accepted(answer)

    return work


def _accepted(answer: Any) -> None:
    if answer["statusCode"] != 202:
        raise SystemExit(f"the reading was refused: {answer}")


def _bare() -> _Work:
    """The same update by boto3 alone, with retries and timeouts as they should be and nothing around it."""
    boto3, config = importlib.import_module("boto3"), importlib.import_module("botocore.config")
    retries = {"mode": "standard", "total_max_attempts": 4}
    client = boto3.client("dynamodb", config=config.Config(retries=retries, connect_timeout=1, read_timeout=3))
    request = json.loads(sys.argv[3])
    return lambda _: client.update_item(**request)


def _own() -> _Work:
    """The same update by the product's client, with nothing around it."""
    client = importlib.import_module("shared.clients").dynamodb()
    request = json.loads(sys.argv[3])
    return lambda _: client.update_item(**request)


def _count_views() -> _Work:
    handler = importlib.import_module("count_views").handler

    def work(number: int) -> None:
        keys = {"pk": {"S": f"MARKER#{STORY}#1#0#{number}"}, "sk": {"S": "MARKER"}}
        image = {
            "story": {"S": STORY},
            "agent": {"S": _AGENT},
            "at": {"N": "1795466700.000"},
            "ttl": {"N": "1795639500"},
        }
        change = {"Keys": keys, "NewImage": keys | image, "SequenceNumber": str(10**38 + number)}
        record = {"eventName": "INSERT", "dynamodb": change | {"ApproximateCreationDateTime": 1795466700}}
        handler({"Records": [record], "shardId": "shardId-00000001795466700000-00000001"}, None)

    return work


WAYS = {
    "bare": _bare,
    "own": _own,
    "record_view": _record_view,
    "with a log line": _logging,
    "count_views": _count_views,
}


def main() -> None:
    """Does as many requests as the command line says."""
    work = WAYS[sys.argv[1]]()
    for number in range(int(sys.argv[2])):
        work(number)


if __name__ == "__main__":
    main()
