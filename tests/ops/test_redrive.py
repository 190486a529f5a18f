"""Dead letters are sent again, each to where it was for, and what cannot be sent stays."""

import json
import time
from collections.abc import Callable
from contextlib import closing
from typing import Any

import pytest

from local.client import Client
from local.stack import LocalStack
from tests.ops.conftest import Run

_BROWSER = "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:133.0) Gecko/20100101 Firefox/133.0"


def eventually(seen: Callable[[], Any], seconds: float = 30) -> Any:
    """What `seen` finds in the end."""
    deadline = time.monotonic() + seconds
    while not (found := seen()):
        assert time.monotonic() < deadline, "it did not come"
        time.sleep(0.1)
    return found


def bury(stack: LocalStack, queue: str, body: Any, **attributes: str) -> None:
    """Puts a letter into a dead-letter queue as AWS does."""
    stack.client("sqs").send_message(
        QueueUrl=stack.resources[queue],
        MessageBody=body if isinstance(body, str) else json.dumps(body),
        MessageAttributes={name: {"DataType": "String", "StringValue": text} for name, text in attributes.items()},
    )


def waiting(stack: LocalStack, queue: str) -> int:
    """How many letters a queue holds, hidden ones too."""
    names = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"]
    url = stack.resources[queue]
    found = stack.client("sqs").get_queue_attributes(QueueUrl=url, AttributeNames=names)["Attributes"]
    return sum(int(number) for number in found.values())


def events(stack: LocalStack, story: str) -> list[dict[str, Any]]:
    """The stored events of a story."""
    answer = stack.client("dynamodb").query(
        TableName=stack.outputs["NewsroomTable"],
        KeyConditionExpression="pk = :pk AND begins_with(sk, :event)",
        ExpressionAttributeValues={":pk": {"S": f"STORY#{story}"}, ":event": {"S": "EVENT#"}},
    )
    return list(answer["Items"])


def published(stack: LocalStack, headline: str) -> str:
    """A published story whose events are confirmed."""
    with closing(Client(stack.api, stack.tokens["editor"])) as desk:
        story: str = desk.call("POST", "/articles", {"headline": headline, "body_text": "x"}).json["id"]
        assert desk.call("POST", f"/articles/{story}/publication").status == 200
    eventually(lambda: all("confirmed_at" in event for event in events(stack, story)))
    return story


def pause(stack: LocalStack, function: str, *, enabled: bool) -> None:
    """Stops what feeds a function, or lets it go on."""
    lambda_ = stack.client("lambda")
    for mapping in lambda_.list_event_source_mappings(FunctionName=stack.resources[function])["EventSourceMappings"]:
        lambda_.update_event_source_mapping(UUID=mapping["UUID"], Enabled=enabled)
    time.sleep(0.5)  # what was polled before is through


def pointer(stack: LocalStack, table: str, wanted: Callable[[dict[str, Any]], bool]) -> dict[str, Any]:
    """What Lambda sends to a stream's dead-letter queue: where the wanted records stand, not the records."""
    arn = stack.client("dynamodb").describe_table(TableName=stack.outputs[table])["Table"]["LatestStreamArn"]
    streams = stack.client("dynamodbstreams")
    (shard,) = streams.describe_stream(StreamArn=arn)["StreamDescription"]["Shards"]
    start = streams.get_shard_iterator(StreamArn=arn, ShardId=shard["ShardId"], ShardIteratorType="TRIM_HORIZON")
    records = streams.get_records(ShardIterator=start["ShardIterator"])["Records"]
    numbers = [record["dynamodb"]["SequenceNumber"] for record in records if wanted(record)]
    place = {"startSequenceNumber": numbers[0], "endSequenceNumber": numbers[-1], "batchSize": len(numbers)}
    return {"DDBStreamBatchInfo": {"shardId": shard["ShardId"], "streamArn": arn, **place}}


def test_without_a_queue_it_counts_what_waits(run: Run) -> None:
    told = run("ops.redrive")
    assert told.returncode == 0, told.stderr
    names = {line.split()[1] for line in told.stdout.splitlines()}
    assert {"IngestDeadLetters", "RelayDeadLetters", "AlarmDeadLetters", "TopicsRuleDeadLetters"} <= names


def test_an_unknown_queue_is_refused(run: Run) -> None:
    told = run("ops.redrive", "--queue", "Nonsense")
    assert told.returncode == 2
    assert "IngestDeadLetters" in told.stderr


def test_a_payload_s_letter_goes_back_to_its_queue(stack: LocalStack, run: Run, desk: Client) -> None:
    """The payload lies in the bucket; its letter alone makes the story."""
    pause(stack, "IngestItem", enabled=False)
    page = "Friday, 12 October 2018 15:52\n\nA letter comes back\n\nIt was lost and is found.\n\n146 times"
    taken = desk.call("POST", "/ingest", page, query={"source": "redrive"}).json
    source = stack.resources["IngestQueue"]
    sqs = stack.client("sqs")

    def ours() -> list[dict[str, Any]]:
        messages = sqs.receive_message(QueueUrl=source).get("Messages", [])
        return [message for message in messages if taken["ingest"] in message["Body"]]

    (message,) = eventually(ours)
    sqs.delete_message(QueueUrl=source, ReceiptHandle=message["ReceiptHandle"])
    bury(stack, "IngestDeadLetters", message["Body"])
    pause(stack, "IngestItem", enabled=True)
    told = run("ops.redrive", "--queue", "IngestDeadLetters")
    assert (told.returncode, "sent to IngestQueue" in told.stdout) == (0, True), told.stdout + told.stderr
    path = f"/ingest/{taken['ingest']}"
    record = eventually(lambda: (now := desk.call("GET", path).json)["status"] != "received" and now)
    assert record["items"][0]["outcome"] == "created"
    assert waiting(stack, "IngestDeadLetters") == 0


def test_a_rule_s_letter_goes_to_the_consumer_s_queue(stack: LocalStack, run: Run) -> None:
    """An event that the bus could not deliver confirms its event item after all."""
    story = published(stack, "The bus was down")
    last = events(stack, story)[-1]
    stack.client("dynamodb").update_item(
        TableName=stack.outputs["NewsroomTable"],
        Key={"pk": last["pk"], "sk": last["sk"]},
        UpdateExpression="SET unconfirmed = :all REMOVE confirmed_at",
        ExpressionAttributeValues={":all": {"S": "UNCONFIRMED"}},
    )
    detail = {"id": last["event_id"]["S"], "subject": story, "sequence": int(last["sk"]["S"].removeprefix("EVENT#"))}
    bury(stack, "ConfirmRuleDeadLetters", {"source": "dateline", "detail": detail}, ERROR_CODE="SDK_CLIENT_ERROR")
    told = run("ops.redrive", "--queue", "ConfirmRuleDeadLetters")
    assert "1  sent to ConfirmQueue" in told.stdout, told.stdout + told.stderr
    eventually(lambda: all("confirmed_at" in event for event in events(stack, story)))


def test_an_alarm_s_letter_calls_the_function_that_it_was_for(stack: LocalStack, run: Run) -> None:
    (function,) = [m["FunctionArn"] for m in _functions(stack) if stack.resources["PublishDue"] in m["FunctionArn"]]
    bury(stack, "AlarmDeadLetters", {}, TARGET_ARN=function)
    told = run("ops.redrive", "--queue", "AlarmDeadLetters")
    assert "1  handed to PublishDue" in told.stdout, told.stdout + told.stderr
    assert waiting(stack, "AlarmDeadLetters") == 0


def test_an_alarm_that_the_function_failed_with_is_handed_to_it_again(stack: LocalStack, run: Run) -> None:
    """Lambda puts the whole story of the failure around the event that the function got."""
    arn = next(f["FunctionArn"] for f in _functions(stack) if f["FunctionName"] == stack.resources["PublishDue"])
    context = {"functionArn": f"{arn}:$LATEST", "condition": "RetriesExhausted", "approximateInvokeCount": 3}
    bury(stack, "AlarmDeadLetters", {"version": "1.0", "requestContext": context, "requestPayload": {}})
    told = run("ops.redrive", "--queue", "AlarmDeadLetters")
    assert "1  handed to PublishDue" in told.stdout, told.stdout + told.stderr


def _functions(stack: LocalStack) -> list[dict[str, Any]]:
    return list(stack.client("lambda").list_functions()["Functions"])


@pytest.mark.parametrize("arn", ["arn:aws:lambda:eu-central-1:000000000000:function:somebody-else", ""])
def test_what_cannot_be_handed_on_stays_and_says_why(stack: LocalStack, run: Run, arn: str) -> None:
    bury(stack, "AlarmDeadLetters", {"story": "x", "schedule": 1}, **({"TARGET_ARN": arn} if arn else {}))
    told = run("ops.redrive", "--queue", "AlarmDeadLetters")
    assert told.returncode == 1
    assert "left in the queue: nothing tells which function" in told.stdout
    assert waiting(stack, "AlarmDeadLetters") == 1
    stack.client("sqs").purge_queue(QueueUrl=stack.resources["AlarmDeadLetters"])


def test_one_that_fails_again_stays_while_others_go(stack: LocalStack, run: Run) -> None:
    functions = {f["FunctionName"]: f["FunctionArn"] for f in _functions(stack)}
    arn = functions[stack.resources["PublishDue"]]
    bury(stack, "AlarmDeadLetters", {"story": "01ARZ3NDEKTSV4RRFFQ69G5FAV", "schedule": 1}, TARGET_ARN=arn)
    bury(stack, "AlarmDeadLetters", {}, TARGET_ARN=arn)
    told = run("ops.redrive", "--queue", "AlarmDeadLetters")
    assert told.returncode == 1
    assert "1  handed to PublishDue" in told.stdout
    assert "1  left in the queue: PublishDue failed" in told.stdout
    assert waiting(stack, "AlarmDeadLetters") == 1
    stack.client("sqs").purge_queue(QueueUrl=stack.resources["AlarmDeadLetters"])


def test_a_relay_s_letter_announces_what_it_points_at(stack: LocalStack, run: Run, desk: Client) -> None:
    """The records are read from the stream again, through the mapping's filter, and come over the bus."""
    pause(stack, "RelayEvents", enabled=False)
    story = desk.call("POST", "/articles", {"headline": "Not announced", "body_text": "x"}).json["id"]
    letter = pointer(stack, "NewsroomTable", lambda record: story in str(record["dynamodb"]["Keys"]["pk"]))
    bury(stack, "RelayDeadLetters", letter)
    told = run("ops.redrive", "--queue", "RelayDeadLetters")
    assert "1  read again and handed to RelayEvents" in told.stdout, told.stdout + told.stderr
    eventually(lambda: all("confirmed_at" in event for event in events(stack, story)))
    pause(stack, "RelayEvents", enabled=True)


def test_a_counter_s_letter_counts_once_however_often_it_is_sent(stack: LocalStack, run: Run, reader: Client) -> None:
    """Also when later readings of the same shard were counted long before."""
    story = published(stack, "Counted late")

    def view(*addresses: str) -> None:
        for address in addresses:
            headers = {"user-agent": _BROWSER, "x-viewer-address": address, "x-cdn-secret": stack.cdn_secret}
            assert reader.call("POST", f"/articles/{story}/views", headers=headers).status == 202

    def counted() -> int:
        return int(reader.call("GET", f"/articles/{story}/views").json["counted"])

    view("192.0.2.1", "192.0.2.2", "192.0.2.3")
    eventually(lambda: counted() == 3)
    letter = pointer(stack, "ReadingsTable", lambda record: f"MARKER#{story}" in str(record["dynamodb"]["Keys"]))
    _uncount(stack, story)
    for _ in range(2):
        bury(stack, "CountDeadLetters", letter)
        told = run("ops.redrive", "--queue", "CountDeadLetters")
        assert "1  read again and handed to CountViews" in told.stdout, told.stdout + told.stderr
        assert counted() == 3


def _uncount(stack: LocalStack, story: str) -> None:
    """As if the function had failed with the batch and passed on: the mark is there, the numbers are not."""
    dynamodb, table = stack.client("dynamodb"), stack.outputs["ReadingsTable"]
    found = dynamodb.query(
        TableName=table,
        KeyConditionExpression="pk = :pk AND begins_with(sk, :day)",
        ExpressionAttributeValues={":pk": {"S": f"STORY#{story}"}, ":day": {"S": "DAY#"}},
    )["Items"]
    for day in found:
        kept = {name: value for name, value in day.items() if name in {"pk", "sk"} or name.startswith("m_")}
        dynamodb.put_item(TableName=table, Item=kept)


def test_a_pointer_to_records_that_are_gone_is_told_and_dropped_only_on_request(stack: LocalStack, run: Run) -> None:
    place = {"startSequenceNumber": f"{1:030}", "endSequenceNumber": f"{2:030}", "batchSize": 2}
    arn = stack.client("dynamodb").describe_table(TableName=stack.outputs["ReadingsTable"])["Table"]["LatestStreamArn"]
    letter = {"DDBStreamBatchInfo": {"shardId": f"shardId-{0:020}-{0:08}", "streamArn": arn, **place}}
    bury(stack, "CountDeadLetters", letter)
    told = run("ops.redrive", "--queue", "CountDeadLetters")
    assert (told.returncode, "left in the queue: its 2 records are gone" in told.stdout) == (1, True), told.stdout
    told = run("ops.redrive", "--queue", "CountDeadLetters", "--discard")
    assert (told.returncode, "discarded: its 2 records are gone" in told.stdout) == (0, True), told.stdout
    assert waiting(stack, "CountDeadLetters") == 0


def test_the_limit_holds_and_all_queues_go_at_once(stack: LocalStack, run: Run) -> None:
    for _ in range(3):
        bury(stack, "TopicsDeadLetters", {"detail": {"nonsense": True}})
    stack.client("sqs").purge_queue(QueueUrl=stack.resources["TopicsQueue"])
    pause(stack, "ProjectTopics", enabled=False)
    assert "TopicsDeadLetters: 2 letters" in run("ops.redrive", "--queue", "TopicsDeadLetters", "--limit", "2").stdout
    assert "TopicsDeadLetters: 1 letters" in run("ops.redrive", "--all").stdout
    assert waiting(stack, "TopicsQueue") == 3
    stack.client("sqs").purge_queue(QueueUrl=stack.resources["TopicsQueue"])
    pause(stack, "ProjectTopics", enabled=True)
