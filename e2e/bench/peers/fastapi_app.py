"""FastAPI's `GET /users/me` as its tutorial has it, with PyJWT and users in a dictionary."""

from datetime import datetime, timezone
from os import environ
from typing import List

import jwt
from fastapi import Depends, FastAPI, HTTPException
from fastapi.security import OAuth2PasswordBearer
from pydantic import BaseModel

SECRET = environ["BENCH_SECRET"]
USERS = {environ["BENCH_USER"]: {"client_id": "keycard-web"}}

app = FastAPI()
oauth2_scheme = OAuth2PasswordBearer(tokenUrl="token")


class Identity(BaseModel):
    user_id: str
    session_id: str
    client_id: str
    scopes: List[str]
    expires_at: str


async def get_current_user(token: str = Depends(oauth2_scheme)) -> Identity:
    try:
        claims = jwt.decode(token, SECRET, algorithms=["HS256"])
    except jwt.InvalidTokenError as error:
        raise HTTPException(401, headers={"WWW-Authenticate": "Bearer"}) from error
    user = USERS.get(claims["sub"])
    if user is None:
        raise HTTPException(401, headers={"WWW-Authenticate": "Bearer"})
    expires_at = datetime.fromtimestamp(claims["exp"], timezone.utc)
    return Identity(
        user_id=claims["sub"],
        session_id=claims["sid"],
        client_id=user["client_id"],
        scopes=claims["scope"].split(),
        expires_at=expires_at.isoformat(),
    )


@app.get("/users/me", response_model=Identity)
async def read_users_me(identity: Identity = Depends(get_current_user)) -> Identity:
    return identity
