"""Has a payload read once more: `python -m ops.ingest_again --stack NAME INGEST_ID|KEY [INGEST_ID|KEY …]`.

For payloads that were refused, after the reason was mended. The payload lies in the bucket as it came; its notification
is sent to the queue again. Safe to repeat: an item that made a story makes no second one.
"""

import json
import sys
from urllib.parse import quote_plus

from botocore.exceptions import ClientError

from ops.deployed import Deployed, client, parser


def send(stack: Deployed, ingest: str) -> bool:
    """Queues the payload of an ingest, or a dropped file by its key; False when the bucket does not hold it."""
    bucket, name = stack.outputs["PayloadsBucket"], ingest if "/" in ingest else f"ingest/{ingest}"
    try:
        client("s3").head_object(Bucket=bucket, Key=name)
    except ClientError as error:
        if error.response["ResponseMetadata"]["HTTPStatusCode"] != 404:
            raise
        return False
    record = {"eventSource": "dateline.ops", "s3": {"bucket": {"name": bucket}, "object": {"key": quote_plus(name)}}}
    client("sqs").send_message(QueueUrl=stack.queues["IngestQueue"], MessageBody=json.dumps({"Records": [record]}))
    return True


def main(arguments: list[str] | None = None) -> int:
    """The command line; 1 when a payload is not there."""
    command = parser("ops.ingest_again", "Have payloads read once more.")
    command.add_argument("ingest", nargs="+", metavar="INGEST_ID", help="an id, or a key as drop/wire/file")
    given = command.parse_args(arguments)
    stack, missing = Deployed.find(given.stack), False
    for ingest in given.ingest:
        if send(stack, ingest):
            print(f"{ingest}: sent again; GET /ingest/{ingest} tells what becomes of it")
        else:
            missing = True
            print(f"{ingest}: no such payload in the bucket")
    return int(missing)


if __name__ == "__main__":
    sys.exit(main())
