"""Test the demo camera's authentication."""

import base64

import pytest

from tools.demo_camera.auth import (
    REALM,
    Auth,
    BasicGuard,
    DigestGuard,
    Verdict,
    make_guard,
    md5,
    parameters,
)
from tools.demo_camera.message import Request

URI = "rtsp://camera/live"


def request(authorization: str | None, method: str = "DESCRIBE", uri: str = URI) -> Request:
    headers = {} if authorization is None else {"authorization": authorization}
    return Request(method=method, uri=uri, headers=headers)


def basic(login: str) -> str:
    return "Basic " + base64.b64encode(login.encode()).decode()


def digest(guard: DigestGuard, *, password: str = "secret", nonce: str | None = None) -> str:
    nonce = nonce or parameters(guard.challenge(stale=False))["nonce"]
    response = md5(f"{md5(f'me:{REALM}:{password}')}:{nonce}:{md5(f'DESCRIBE:{URI}')}")
    return (
        f'Digest username="me", realm="{REALM}", nonce="{nonce}", uri="{URI}", '
        f'response="{response}"'
    )


def test_basic_welcomes_only_its_login() -> None:
    guard = BasicGuard("me", "sec:ret")
    assert guard.check(request(basic("me:sec:ret"))) is Verdict.WELCOME
    assert guard.check(request(basic("me:secret"))) is Verdict.REFUSED
    assert guard.challenge(stale=False) == f'Basic realm="{REALM}"'


@pytest.mark.parametrize("given", [None, "", "Basic", "Basic !!", "Bearer x", "Basic w6Q="])
def test_basic_refuses_what_is_no_login(given: str | None) -> None:
    assert BasicGuard("me", "secret").check(request(given)) is Verdict.REFUSED


def test_digest_welcomes_the_right_password() -> None:
    guard = DigestGuard("me", "secret")
    assert guard.check(request(digest(guard))) is Verdict.WELCOME


def test_digest_refuses_a_wrong_password() -> None:
    guard = DigestGuard("me", "secret")
    assert guard.check(request(digest(guard, password="guess"))) is Verdict.REFUSED


def test_digest_refuses_an_answer_for_another_request() -> None:
    guard = DigestGuard("me", "secret")
    answer = digest(guard)
    assert guard.check(request(answer, method="SETUP")) is Verdict.REFUSED
    assert guard.check(request(answer, uri=URI + "/audio")) is Verdict.REFUSED


@pytest.mark.parametrize("given", [None, "", "Digest", 'Digest username="me"', "Basic x"])
def test_digest_refuses_what_is_no_answer(given: str | None) -> None:
    assert DigestGuard("me", "secret").check(request(given)) is Verdict.REFUSED


def test_digest_calls_an_old_nonce_stale() -> None:
    now = 0.0
    guard = DigestGuard("me", "secret", nonce_lifetime_seconds=60, clock=lambda: now)
    answer = digest(guard)
    now = 59.0
    assert guard.check(request(answer)) is Verdict.WELCOME
    now = 61.0
    assert guard.check(request(answer)) is Verdict.STALE
    assert guard.check(request(digest(guard))) is Verdict.WELCOME


def test_digest_calls_a_nonce_it_never_gave_stale() -> None:
    guard = DigestGuard("me", "secret")
    assert guard.check(request(digest(guard, nonce="0123"))) is Verdict.STALE


def test_digest_says_stale_only_when_it_is() -> None:
    guard = DigestGuard("me", "secret")
    assert "stale" not in guard.challenge(stale=False)
    assert parameters(guard.challenge(stale=True))["stale"] == "TRUE"


def test_digest_follows_rfc_2069() -> None:
    # The example of RFC 2069 with the answer of its erratum 749.
    secret = md5("Mufasa:testrealm@host.com:CircleOfLife")
    action = md5("GET:/dir/index.html")
    answer = md5(f"{secret}:dcd98b7102dd2f0e8b11d0f600bfb0c093:{action}")
    assert answer == "1949323746fe6a43ef61f9606e7febea"


def test_each_scheme_has_its_guard() -> None:
    assert isinstance(make_guard(Auth.BASIC, "a", "b"), BasicGuard)
    assert isinstance(make_guard(Auth.DIGEST, "a", "b"), DigestGuard)
