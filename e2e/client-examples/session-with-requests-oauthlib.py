import os, sys
from oauthlib.oauth2 import LegacyApplicationClient
from requests_oauthlib import OAuth2Session

os.environ["OAUTHLIB_INSECURE_TRANSPORT"] = "1"  # not needed with https
url = sys.argv[1] if len(sys.argv) > 1 else "http://localhost:3000"
session = OAuth2Session(client=LegacyApplicationClient("keycard-cli", scope=["me"]))
session.fetch_token(url + "/token", username="johndoe", password="secret", include_client_id=True)
print(session.get(url + "/api/users/me").json()["username"])
