"""Makes an editor of a stack: `python -m ops.user --stack NAME --email E --group reporter|editor|admin`.

Nobody registers alone: the pool accepts only users that an operator makes. The password is random, shown once, and
valid at once. `make user` gives the same by the variables STACK, EMAIL and GROUP. The endpoint, the region and the
credentials come from the standard AWS environment variables.
"""

import argparse
import os
import secrets
import string
from contextlib import suppress
from typing import TYPE_CHECKING

import boto3

if TYPE_CHECKING:
    from mypy_boto3_cognito_idp import CognitoIdentityProviderClient

GROUPS = ("reporter", "editor", "admin")
_PASSWORD_LENGTH = 24


def create(cognito: "CognitoIdentityProviderClient", pool: str, email: str, group: str) -> str:
    """Makes the user with a random password, in exactly this group; returns the password.

    Of a user that exists the group and the password change: the way to promote, to demote and to let back in. A token
    issued before keeps its old groups until it ends (8 hours).
    """
    password = _password()
    with suppress(cognito.exceptions.UsernameExistsException):
        cognito.admin_create_user(
            UserPoolId=pool,
            Username=email,
            UserAttributes=[{"Name": "email", "Value": email}, {"Name": "email_verified", "Value": "true"}],
            MessageAction="SUPPRESS",
        )
    cognito.admin_set_user_password(UserPoolId=pool, Username=email, Password=password, Permanent=True)
    for other in cognito.admin_list_groups_for_user(UserPoolId=pool, Username=email)["Groups"]:
        cognito.admin_remove_user_from_group(UserPoolId=pool, Username=email, GroupName=other["GroupName"])
    cognito.admin_add_user_to_group(UserPoolId=pool, Username=email, GroupName=group)
    return password


def sign_in(cognito: "CognitoIdentityProviderClient", pool: str, client: str, email: str, password: str) -> str:
    """The access token that the API's authorizer accepts."""
    answer = cognito.admin_initiate_auth(
        UserPoolId=pool,
        ClientId=client,
        AuthFlow="ADMIN_USER_PASSWORD_AUTH",
        AuthParameters={"USERNAME": email, "PASSWORD": password},
    )
    return answer["AuthenticationResult"]["AccessToken"]


def outputs(stack: str) -> dict[str, str]:
    """The stack's outputs by name."""
    found = boto3.client("cloudformation").describe_stacks(StackName=stack)["Stacks"][0]
    return {output["OutputKey"]: output["OutputValue"] for output in found.get("Outputs", [])}


def _password() -> str:
    """One of each kind first, because the pool's default policy asks for each kind."""
    kinds = (string.ascii_lowercase, string.ascii_uppercase, string.digits, "-_.!")
    rest = [secrets.choice("".join(kinds)) for _ in range(_PASSWORD_LENGTH - len(kinds))]
    return "".join([*(secrets.choice(kind) for kind in kinds), *rest])


def main(arguments: list[str] | None = None) -> None:
    """The command line."""
    parser = argparse.ArgumentParser(prog="python -m ops.user", description="Make an editor of a stack.")
    given_by_make = os.environ.get
    parser.add_argument("--stack", default=given_by_make("STACK", "dateline"))
    parser.add_argument("--email", default=given_by_make("EMAIL"), required=not given_by_make("EMAIL"))
    parser.add_argument("--group", default=given_by_make("GROUP"), required=not given_by_make("GROUP"), choices=GROUPS)
    parser.add_argument("--token", action="store_true", help="sign the user in and show an access token too")
    given = parser.parse_args(arguments)
    stack = outputs(given.stack)
    cognito = boto3.client("cognito-idp")
    password = create(cognito, stack["EditorsPool"], given.email, given.group)
    print(f"user     {given.email} ({given.group})\npassword {password}")
    if given.token:
        token = sign_in(cognito, stack["EditorsPool"], stack["EditorsClient"], given.email, password)
        print(f"token    {token}")


if __name__ == "__main__":
    main()
