# Authlib: one session class for every grant.

import sys

from authlib.common.errors import AuthlibBaseError
from authlib.integrations.requests_client import OAuth2Session

from cases import FAILURES, run_cases

url = sys.argv[1]


def open_session(scope=None):
    return OAuth2Session("keycard-cli", token_endpoint_auth_method="none", scope=scope)


def sign_in(username, password, scope):
    return open_session(scope).fetch_token(
        url + "/token", username=username, password=password, grant_type="password"
    )


def refresh(token):
    return open_session().refresh_token(url + "/token", refresh_token=token["refresh_token"])


def revoke(endpoint, token):
    session = OAuth2Session(
        "keycard-cli", token_endpoint_auth_method="none", revocation_endpoint_auth_method="none"
    )
    session.revoke_token(
        endpoint, token=token["refresh_token"], token_type_hint="refresh_token"
    ).raise_for_status()


def error_of(attempt):
    try:
        attempt()
    except AuthlibBaseError as error:
        return error.error
    return None


run_cases(url, sign_in, refresh, revoke, error_of)
sys.exit(1 if FAILURES else 0)
