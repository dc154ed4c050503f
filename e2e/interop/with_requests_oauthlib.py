# requests-oauthlib: LegacyApplicationClient is its name for the password grant.

import os
import sys

os.environ["OAUTHLIB_INSECURE_TRANSPORT"] = "1"

from oauthlib.oauth2 import LegacyApplicationClient, OAuth2Error
from requests_oauthlib import OAuth2Session

from cases import FAILURES, run_cases

url = sys.argv[1]
client_id = "keycard-cli"


def open_session(scope=None):
    return OAuth2Session(client=LegacyApplicationClient(client_id=client_id, scope=scope))


def sign_in(username, password, scope):
    session = open_session(scope.split() if scope else None)
    return session.fetch_token(
        url + "/token", username=username, password=password, include_client_id=True
    )


def refresh(token):
    return open_session().refresh_token(
        url + "/token", refresh_token=token["refresh_token"], client_id=client_id
    )


def revoke(endpoint, token):
    # It has no word for it: prepare_token_revocation_request of oauthlib makes the form.
    client = LegacyApplicationClient(client_id=client_id)
    address, headers, body = client.prepare_token_revocation_request(
        # oauthlib refuses http here, whatever the environment says.
        endpoint.replace("http://", "https://"), token["refresh_token"], "refresh_token", client_id=client_id
    )
    answer = OAuth2Session().post(
        address.replace("https://", "http://"), data=body, headers=headers, withhold_token=True
    )
    answer.raise_for_status()


def error_of(attempt):
    try:
        attempt()
    except OAuth2Error as error:
        return error.error
    return None


run_cases(url, sign_in, refresh, revoke, error_of)
sys.exit(1 if FAILURES else 0)
