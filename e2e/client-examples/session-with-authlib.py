import sys
from authlib.integrations.requests_client import OAuth2Session

url = sys.argv[1] if len(sys.argv) > 1 else "http://localhost:3000"
session = OAuth2Session("keycard-cli", token_endpoint_auth_method="none", scope="me")
session.fetch_token(url + "/token", username="johndoe", password="secret", grant_type="password")
print(session.get(url + "/api/users/me").json()["username"])
