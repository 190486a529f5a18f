"""What an operator runs, tried on the local stack."""

import base64
import json

import pytest

from local.stack import LocalStack
from ops import keys, user


@pytest.fixture
def here(stack: LocalStack, monkeypatch: pytest.MonkeyPatch) -> LocalStack:
    """The stack, with the environment that an AWS tool needs to speak to it."""
    for name, value in stack.environment().items():
        monkeypatch.setenv(name, value)
    return stack


def test_keys_are_made_once_and_never_overwritten(here: LocalStack, capsys: pytest.CaptureFixture[str]) -> None:
    keys.main(["--stack", "once"])
    assert capsys.readouterr().out.split() == [f"/dateline/once/{name}" for name in keys.NAMES]
    before = [keys.read(here.client("ssm"), "once", name) for name in keys.NAMES]
    keys.main(["--stack", "once"])
    assert "nothing to do" in capsys.readouterr().out
    assert [keys.read(here.client("ssm"), "once", name) for name in keys.NAMES] == before


def test_keys_are_two_of_32_bytes_and_only_readers_have_the_cdn_secret(here: LocalStack) -> None:
    keys.ensure(here.client("ssm"), "shape")
    made = {name: keys.read(here.client("ssm"), "shape", name) for name in keys.NAMES}
    assert {name for name, value in made.items() if set(value) != {"keys"}} == {"readers"}
    assert set(made["readers"]) == {"keys", "cdn_secret"}
    drawn = [key for value in made.values() for key in value["keys"]]
    assert [len(base64.urlsafe_b64decode(key + "=")) for key in drawn] == [32] * 6
    assert len({*drawn}) == 6


def test_keys_are_encrypted_at_rest(here: LocalStack) -> None:
    keys.ensure(here.client("ssm"), "rest")
    stored = here.client("ssm").get_parameter(Name="/dateline/rest/cursor")["Parameter"]
    assert stored["Type"] == "SecureString"
    with pytest.raises(json.JSONDecodeError):
        json.loads(stored["Value"])


def test_a_rotation_puts_a_new_key_in_front_and_drops_the_oldest(here: LocalStack) -> None:
    keys.ensure(here.client("ssm"), "turn")
    before = keys.read(here.client("ssm"), "turn", "readers")
    keys.main(["--stack", "turn", "--rotate"])
    after = keys.read(here.client("ssm"), "turn", "readers")
    assert after["keys"][1:] == before["keys"][:1]
    assert after["keys"][0] not in before["keys"]
    assert after["cdn_secret"] == before["cdn_secret"]


def test_a_user_is_made_with_a_password_that_signs_in(here: LocalStack, capsys: pytest.CaptureFixture[str]) -> None:
    user.main(["--stack", here.name, "--email", "new@example.org", "--group", "reporter", "--token"])
    printed = dict(line.split(maxsplit=1) for line in capsys.readouterr().out.splitlines())
    assert printed["user"] == "new@example.org (reporter)"
    assert _groups(printed["token"]) == ["reporter"]


def test_a_user_again_gets_a_new_password_and_exactly_the_new_group(here: LocalStack) -> None:
    cognito, pool, client = here.client("cognito-idp"), here.outputs["EditorsPool"], here.outputs["EditorsClient"]
    old = user.create(cognito, pool, "again@example.org", "admin")
    new = user.create(cognito, pool, "again@example.org", "reporter")
    assert _groups(user.sign_in(cognito, pool, client, "again@example.org", new)) == ["reporter"]
    with pytest.raises(cognito.exceptions.NotAuthorizedException):
        user.sign_in(cognito, pool, client, "again@example.org", old)


def _groups(token: str) -> list[str]:
    claims = token.split(".")[1]
    found: list[str] = json.loads(base64.urlsafe_b64decode(claims + "=" * (-len(claims) % 4)))["cognito:groups"]
    return found
