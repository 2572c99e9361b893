"""Channels: each says whether it took a message, raises nothing for the network's sake, and keeps addresses out of logs."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from plimsoll.app.channels.file_sender import FileSender, read_receipts
from plimsoll.app.channels.http_sender import HttpSender
from plimsoll.app.channels.port import Message, NotTaken, Taken
from plimsoll.app.channels.sandbox import ROUGH, Mood, SandboxSender
from plimsoll.units.refusal import Malformed

AT = datetime(2026, 12, 1, 2, tzinfo=UTC)
MESSAGE = Message("1-a", "sms", "en", "13800138000", "pay 5.00")


class Provider(BaseHTTPRequestHandler):
    """Answers with the status that its path says."""

    asked: list[dict]

    def do_POST(self) -> None:
        self.asked.append(json.loads(self.rfile.read(int(self.headers["content-length"]))) | {"token": self.headers.get("authorization")})
        self.send_response(int(self.path.strip("/")))
        if self.path == "/307":
            self.send_header("location", "http://127.0.0.1:9/")
        self.send_header("content-length", "0")
        self.end_headers()

    def log_message(self, *_: object) -> None:
        pass


@contextmanager
def provider() -> Iterator[tuple[str, list[dict]]]:
    asked: list[dict] = []
    server = ThreadingHTTPServer(("127.0.0.1", 0), type("Own", (Provider,), {"asked": asked}))
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}", asked
    finally:
        server.shutdown()
        server.server_close()


@pytest.mark.parametrize(
    ("status", "said"),
    [
        (200, Taken("1-a")),
        (202, Taken("1-a")),
        (409, Taken("1-a")),
        (400, NotTaken("channel_refused", "400")),
        (307, NotTaken("channel_refused", "307")),
        (503, NotTaken("channel_unreachable", "503")),
    ],
)
def test_http(status: int, said: object):
    with provider() as (url, asked), HttpSender(f"{url}/{status}", token="t") as sender:
        assert sender.send(MESSAGE, AT) == said
    assert len(asked) == 1, "what is unclear is not sent again, and nothing follows to another address"
    assert (asked[0]["address"], asked[0]["text"], asked[0]["token"]) == ("13800138000", "pay 5.00", "Bearer t")


def test_http_without_a_provider_is_unreachable():
    with HttpSender("http://127.0.0.1:9/") as sender:
        found = sender.send(MESSAGE, AT)
    assert isinstance(found, NotTaken)
    assert found.code == "channel_unreachable"


@pytest.mark.parametrize("url", ["http://example.com/x", "ftp://localhost/", "https://", "x"])
def test_http_sends_no_address_in_the_clear(url: str):
    with pytest.raises(Malformed) as wrong:
        HttpSender(url)
    assert wrong.value.code == "source_not_encrypted"


def test_a_message_prints_without_address_and_words():
    assert "13800138000" not in repr(MESSAGE)
    assert "5.00" not in repr(MESSAGE)


def test_a_file_is_the_owners_alone_and_grows(tmp_path):
    path = tmp_path / "out.jsonl"
    sender = FileSender(path)
    assert sender.send(MESSAGE, AT) == Taken("1-a")
    assert sender.send(MESSAGE, AT) == Taken("1-a")
    assert path.stat().st_mode & 0o077 == 0
    assert [json.loads(line)["message"] for line in path.read_text("utf-8").splitlines()] == ["1-a", "1-a"]
    assert sender.receipts() == []
    assert FileSender(tmp_path / "none" / "out").send(MESSAGE, AT) == NotTaken("channel_unreachable", "No such file or directory")


@pytest.mark.parametrize(
    ("line", "code"),
    [
        ("{", "row_malformed"),
        ("[]", "row_malformed"),
        ("5", "row_malformed"),
        ('{"message": "a", "state": "read"}', "row_malformed"),
        ('{"message": 5, "state": "read", "at": "2026-12-01T02:00:00Z"}', "row_malformed"),
        ('{"message": "a", "state": "read", "at": "2026-12-01T02:00:00"}', "instant_without_zone"),
        ('{"message": "' + "a" * 20_000 + '"}', "row_malformed"),
    ],
)
def test_receipts_that_cannot_be_read_are_refused_with_their_line(tmp_path, line, code):
    path = tmp_path / "in.jsonl"
    path.write_text('\n{"message": "a", "state": "read", "at": "2026-12-01T02:00:00Z"}\n' + line + "\n", "utf-8")
    with pytest.raises(Malformed) as wrong:
        read_receipts(path)
    assert (wrong.value.code, wrong.value.line) == (code, 3)


def test_the_sandbox_misbehaves_alike_every_time_and_in_every_way():
    def run() -> tuple:
        sender = SandboxSender(7, ROUGH)
        taken = [sender.send(Message(f"1-{n}", "sms", "en", "", ""), AT) for n in range(2_000)]
        return taken, sender.receipts(), len(sender.sent)

    first = run()
    assert first == run()
    taken, receipts, sent = first
    assert {one.code for one in taken if isinstance(one, NotTaken)} == {"channel_unreachable", "channel_refused"}
    names = [one.message for one in receipts]
    assert len(set(names)) < len(names), "some come twice"
    assert any(name.endswith("-x") for name in names), "some are of messages nobody sent"
    assert len(set(names)) < sent, "some never come"
    assert SandboxSender(7, Mood(refusing=1.0)).send(MESSAGE, AT) == NotTaken("channel_refused", "told to")


def test_apprise_takes_a_service_with_a_place_for_the_address():
    pytest.importorskip("apprise", reason="the extra `notify` is not installed")
    from plimsoll.app.channels.apprise_sender import AppriseSender

    for service in ("json://localhost/", "nonsense://{address}"):
        with pytest.raises(Malformed) as wrong:
            AppriseSender({"sms": service})
        assert wrong.value.code == "channel_unknown"
        assert service not in wrong.value.text(), "a service holds secrets"
    with provider() as (url, asked):
        host = url.removeprefix("http://")
        sender = AppriseSender({"sms": f"json://{host}/200?to={{address}}", "push": f"json://{host}/503?to={{address}}"})
        assert sender.send(MESSAGE, AT) == Taken("1-a")
        assert asked[0]["message"] == "pay 5.00"
        assert sender.send(Message("1-b", "push", "en", "x", "y"), AT) == NotTaken("channel_unreachable", "the service failed")
        assert isinstance(sender.send(Message("1-c", "email", "en", "x", "y"), AT), NotTaken)
