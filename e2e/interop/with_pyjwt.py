# PyJWT: verifies our access token by the published key set, and refuses a tampered one.

import json
import sys
import urllib.parse
import urllib.request

import jwt

from cases import FAILURES, check, read_json

url = sys.argv[1]
form = urllib.parse.urlencode({"username": "johndoe", "password": "secret"}).encode()
token = json.load(urllib.request.urlopen(url + "/token", form))["access_token"]

if not read_json(url + "/.well-known/jwks.json").get("keys"):
    print("  not offered  no key set is published")
    sys.exit(0)

key = jwt.PyJWKClient(url + "/.well-known/jwks.json").get_signing_key_from_jwt(token).key
algorithm = jwt.get_unverified_header(token)["alg"]


def is_believed(text):
    try:
        return jwt.decode(text, key, algorithms=[algorithm], audience=url, issuer=url)
    except jwt.InvalidTokenError:
        return None


header, claims, signature = token.split(".")
changed = "B" if signature[9] != "B" else "C"
check("believes our token (" + algorithm + ")", is_believed(token) is not None)
check("refuses a changed signature", is_believed(".".join([header, claims, signature[:9] + changed + signature[10:]])) is None)
check("refuses changed claims", is_believed(".".join([header, claims[:-8] + "AAAAAAAA", signature])) is None)
check("refuses alg none", is_believed(jwt.encode({"aud": url, "iss": url}, None, algorithm="none")) is None)
sys.exit(1 if FAILURES else 0)
