# What every Python client is put through; each library brings its own four verbs.

import json
import urllib.error
import urllib.request

FAILURES = []


def check(what, holds):
    print(("  passed  " if holds else "  FAILED  ") + what)
    if not holds:
        FAILURES.append(what)


def run_cases(url, sign_in, refresh, revoke, error_of):
    """sign_in(username, password, scope) and refresh(token) give a token as a dict; error_of(call) the OAuth error."""
    token = sign_in("johndoe", "secret", None)
    check("signs in, and its token is accepted by a call", call(url, token) == 200)
    check("a wrong password is invalid_grant", error_of(lambda: sign_in("johndoe", "wrong", None)) == "invalid_grant")
    check("a disabled user is invalid_grant", error_of(lambda: sign_in("alice", "secret2", None)) == "invalid_grant")

    narrow = sign_in("johndoe", "secret", "me:write")
    check("a narrower scope is given, and other calls are refused", call(url, narrow) == 403)
    check("a wider scope is invalid_scope", error_of(lambda: sign_in("johndoe", "secret", "users:write")) == "invalid_scope")

    second = refresh(token)
    check("refreshes", call(url, second) == 200)
    third = refresh(second)
    check("a refresh token two behind is invalid_grant", error_of(lambda: refresh(token)) == "invalid_grant")
    check("that replay ended the session", call(url, third) == 401)
    check("and its newest refresh token", error_of(lambda: refresh(third)) == "invalid_grant")

    endpoint = read_json(url + "/.well-known/oauth-authorization-server").get("revocation_endpoint")
    if endpoint is None:
        print("  not offered  the metadata name no revocation endpoint")
        return
    token = sign_in("johndoe", "secret", None)
    revoke(endpoint, token)
    check("revokes", call(url, token) == 401)


def call(url, token):
    request = urllib.request.Request(
        url + "/api/users/me", headers={"Authorization": "Bearer " + token["access_token"]}
    )
    try:
        return urllib.request.urlopen(request).status
    except urllib.error.HTTPError as error:
        return error.code


def read_json(address):
    try:
        return json.load(urllib.request.urlopen(address))
    except urllib.error.HTTPError:
        return {}
