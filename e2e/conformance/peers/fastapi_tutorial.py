"""FastAPI's tutorial, "OAuth2 with Password (and hashing), Bearer with JWT tokens", on Debian's packages."""

from datetime import datetime, timedelta, timezone
from secrets import token_hex
from typing import Optional

import jwt
from fastapi import Depends, FastAPI, HTTPException
from fastapi.security import OAuth2PasswordBearer, OAuth2PasswordRequestForm
from passlib.context import CryptContext
from pydantic import BaseModel

SECRET_KEY = token_hex(32)

pwd_context = CryptContext(schemes=["bcrypt"])
oauth2_scheme = OAuth2PasswordBearer(tokenUrl="token")
app = FastAPI()


class Token(BaseModel):
    access_token: str
    token_type: str


class User(BaseModel):
    username: str
    email: Optional[str] = None
    full_name: Optional[str] = None
    disabled: Optional[bool] = None


class UserInDB(User):
    hashed_password: str


users = {
    "johndoe": UserInDB(
        username="johndoe",
        full_name="John Doe",
        email="johndoe@example.com",
        hashed_password=pwd_context.hash("secret"),
        disabled=False,
    )
}


def authenticate_user(username: str, password: str) -> Optional[UserInDB]:
    user = users.get(username)
    return user if user and pwd_context.verify(password, user.hashed_password) else None


async def get_current_user(token: str = Depends(oauth2_scheme)) -> UserInDB:
    headers = {"WWW-Authenticate": "Bearer"}
    refusal = HTTPException(401, detail="Could not validate credentials", headers=headers)
    try:
        payload = jwt.decode(token, SECRET_KEY, algorithms=["HS256"])
    except jwt.InvalidTokenError as error:
        raise refusal from error
    user = users.get(payload.get("sub"))
    if user is None:
        raise refusal
    return user


async def get_current_active_user(current_user: UserInDB = Depends(get_current_user)) -> UserInDB:
    if current_user.disabled:
        raise HTTPException(400, detail="Inactive user")
    return current_user


@app.post("/token", response_model=Token)
async def login_for_access_token(form_data: OAuth2PasswordRequestForm = Depends()) -> Token:
    user = authenticate_user(form_data.username, form_data.password)
    if not user:
        headers = {"WWW-Authenticate": "Bearer"}
        raise HTTPException(401, detail="Incorrect username or password", headers=headers)
    expires = datetime.now(timezone.utc) + timedelta(minutes=30)
    token = jwt.encode({"sub": user.username, "exp": expires}, SECRET_KEY, algorithm="HS256")
    return Token(access_token=token, token_type="bearer")


@app.get("/users/me/", response_model=User)
async def read_users_me(current_user: UserInDB = Depends(get_current_active_user)) -> UserInDB:
    return current_user
