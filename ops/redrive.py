"""Sends dead letters again: `python -m ops.redrive --stack NAME [--queue NAME | --all] [--limit N] [--discard]`.

Without a queue it counts what waits in each. A letter of a queue or of a rule goes back to the queue that it was for; a
plan's alarm calls the function that it was for; a stream's letter only points at records, which are read once more from
the stream (they stand there for 24 hours) and handed to the function. A letter is deleted after it was handed on, never
before, and what could not be handed on stays: the command may be repeated, and stopped, at any moment. Nothing has its
effect twice, because every consumer here drops what it has handled.
"""

import hashlib
import json
import sys
from collections import Counter
from dataclasses import dataclass
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from ops import stream
from ops.deployed import Deployed, client, function_name, parser

_SUFFIX = "DeadLetters"
_SWEPT = "RelayDeadLetters"  # what nobody confirmed stands in the outbox, and the sweep announces it
_HIDDEN = 300  # seconds in which nobody else gets a letter that is being handed on
_LIMIT = 1000
_LEFT = "left in the queue: "


class Left(Exception):
    """A letter could not be handed on; it stays."""


class Gone(Left):
    """What a letter points at does not exist any more."""


@dataclass
class Redrive:
    """Hands on the dead letters of one stack; `discard` drops letters whose records are gone."""

    stack: Deployed
    discard: bool = False

    def __post_init__(self) -> None:
        self._sqs, self._lambda = client("sqs"), client("lambda")
        self._arns = {name: self._attribute(name, "QueueArn") for name in self.stack.queues}
        self._sources = self._queue_sources() | self._rule_sources()
        self._streams = {
            mapping["DestinationConfig"]["OnFailure"]["Destination"]: mapping
            for mapping in self.stack.mappings
            if mapping.get("DestinationConfig", {}).get("OnFailure", {}).get("Destination")
        }

    def waiting(self) -> dict[str, int]:
        """How many letters wait in each dead-letter queue."""
        names = sorted(name for name in self.stack.queues if name.endswith(_SUFFIX))
        return {name: int(self._attribute(name, "ApproximateNumberOfMessages")) for name in names}

    def run(self, name: str, limit: int = _LIMIT) -> Counter[str]:
        """Hands on up to `limit` letters of a queue; returns how many had which fate."""
        url, fates = self.stack.queues[name], Counter[str]()
        seen: set[str] = set()
        left: list[str] = []
        while len(seen) < limit:
            letters = self._sqs.receive_message(
                QueueUrl=url,
                MaxNumberOfMessages=min(10, limit - len(seen)),
                MessageAttributeNames=["All"],
                VisibilityTimeout=_HIDDEN,
                WaitTimeSeconds=1,  # a short poll asks only some of the servers
            ).get("Messages", [])
            new = [letter for letter in letters if letter["MessageId"] not in seen]
            if not new:
                break
            seen |= {letter["MessageId"] for letter in new}
            for letter in new:
                fate = self._settle(name, url, letter)
                fates[fate] += 1
                left += [letter["ReceiptHandle"]] if fate.startswith(_LEFT) else []
        # Only now: this run must not get them again. The next one, with the cause mended, need not wait.
        for handle in left:
            self._sqs.change_message_visibility(QueueUrl=url, ReceiptHandle=handle, VisibilityTimeout=0)
        return fates

    def _settle(self, name: str, url: str, letter: dict[str, Any]) -> str:
        try:
            fate = self._hand_on(name, letter)
        except Gone as gone:
            if not self.discard:
                return _LEFT + str(gone)
            fate = "discarded: " + str(gone)
        except (Left, ClientError, BotoCoreError, ValueError, KeyError) as error:
            return _LEFT + (f"{error}" if isinstance(error, Left) else f"{type(error).__name__}: {error}")
        self._sqs.delete_message(QueueUrl=url, ReceiptHandle=letter["ReceiptHandle"])
        return fate

    def _hand_on(self, name: str, letter: dict[str, Any]) -> str:
        arn = self._arns[name]
        if arn in self._sources:
            source = self._sources[arn]
            self._sqs.send_message(QueueUrl=self.stack.queues[source], MessageBody=letter["Body"])
            return f"sent to {source}"
        if arn in self._streams:
            return self._read_again(name, self._streams[arn], json.loads(letter["Body"])["DDBStreamBatchInfo"])
        return self._ring_again(letter)

    def _read_again(self, name: str, mapping: dict[str, Any], pointer: dict[str, Any]) -> str:
        function = self._logical(function_name(mapping["FunctionArn"]))
        found = stream.records(pointer)
        if not found and name == _SWEPT:
            return "dropped: its records are gone from the stream, the sweep of the outbox announces those events"
        if not found:
            raise Gone(f"its {pointer.get('batchSize', '?')} records are gone from the stream (after 24 hours)")
        records = [record for record in found if stream.passes(mapping.get("FilterCriteria"), record)]
        if records:
            self._invoke(mapping["FunctionArn"], {"Records": records, "shardId": _own_mark(pointer)})
        return f"read again and handed to {function}"

    def _ring_again(self, letter: dict[str, Any]) -> str:
        body = json.loads(letter["Body"] or "{}")
        # From Scheduler, which could not call the function, or from Lambda, because the function failed.
        failed = body.get("requestContext", {}).get("functionArn")
        target = failed or letter.get("MessageAttributes", {}).get("TARGET_ARN", {}).get("StringValue", "")
        if not target or function_name(target) not in self.stack.resources.values():
            raise Left("nothing tells which function of this stack it was for")
        self._invoke(function_name(target), body["requestPayload"] if failed else body)
        return f"handed to {self._logical(function_name(target))}"

    def _invoke(self, function: str, event: dict[str, Any]) -> None:
        answer = self._lambda.invoke(FunctionName=function, Payload=json.dumps(event).encode())
        said = answer["Payload"].read().decode()
        if "FunctionError" in answer:
            raise Left(f"{self._logical(function_name(function))} failed: {said[:300]}")

    def _queue_sources(self) -> dict[str, str]:
        policies = {name: json.loads(self._attribute(name, "RedrivePolicy") or "{}") for name in self.stack.queues}
        return {policy["deadLetterTargetArn"]: name for name, policy in policies.items() if policy}

    def _rule_sources(self) -> dict[str, str]:
        events, names = client("events"), {arn: name for name, arn in self._arns.items()}
        bus, sources = self.stack.outputs["BusName"], {}
        for rule in events.list_rules(EventBusName=bus)["Rules"]:
            for target in events.list_targets_by_rule(Rule=rule["Name"], EventBusName=bus)["Targets"]:
                letters = target.get("DeadLetterConfig", {}).get("Arn")
                if letters and target["Arn"] in names:
                    sources[letters] = names[target["Arn"]]
        return sources

    def _attribute(self, name: str, attribute: str) -> str:
        answer = self._sqs.get_queue_attributes(QueueUrl=self.stack.queues[name], AttributeNames=[attribute])
        return str(answer.get("Attributes", {}).get(attribute, ""))

    def _logical(self, physical: str) -> str:
        return next((name for name, known in self.stack.resources.items() if known == physical), physical)


def _own_mark(pointer: dict[str, Any]) -> str:
    """The name under which a letter's records are counted: its own, so that handing it on twice counts once.

    Under the shard's name they would be taken for counted as soon as anything behind them was.
    """
    range_ = f"{pointer['shardId']} {pointer['startSequenceNumber']} {pointer['endSequenceNumber']}"
    return "again-" + hashlib.sha256(range_.encode()).hexdigest()[:12]


def main(arguments: list[str] | None = None) -> int:
    """The command line; 1 when letters were left."""
    command = parser("ops.redrive", "Send dead letters again; without a queue: count them.")
    which = command.add_mutually_exclusive_group()
    which.add_argument("--queue", help="a dead-letter queue by its name in template.yaml, such as IngestDeadLetters")
    which.add_argument("--all", action="store_true", help="every dead-letter queue")
    command.add_argument("--limit", type=int, default=_LIMIT, help="letters per queue at the most (%(default)s)")
    command.add_argument("--discard", action="store_true", help="drop letters whose records are gone from the stream")
    given = command.parse_args(arguments)
    redrive = Redrive(Deployed.find(given.stack), discard=given.discard)
    waiting = redrive.waiting()
    if given.queue and given.queue not in waiting:
        command.error(f"no dead-letter queue {given.queue}; there are {', '.join(waiting)}")
    chosen = [given.queue] if given.queue else list(waiting) if given.all else []
    if not chosen:
        print("\n".join(f"{number:6}  {name}" for name, number in waiting.items()))
        return 0
    left = False
    for name in chosen:
        fates = redrive.run(name, given.limit)
        print(f"{name}: {fates.total()} letters")
        for fate, number in fates.most_common():
            print(f"{number:6}  {fate}")
            left |= fate.startswith(_LEFT)
    return int(left)


if __name__ == "__main__":
    sys.exit(main())
