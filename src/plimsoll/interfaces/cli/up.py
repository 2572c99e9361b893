"""`plimsoll up`: serve a book over HTTP until it is told to stop."""

import os
import sys
from contextlib import ExitStack
from typing import Annotated, Final

import typer

from plimsoll.app.access.passkey import SITE
from plimsoll.app.chain.key import configured_keys
from plimsoll.app.config import book_url
from plimsoll.app.database.address import read_address
from plimsoll.app.database.opening import open_store
from plimsoll.app.figures_process import figures_beside
from plimsoll.app.fit_to_serve import missing_in_live
from plimsoll.app.house import LIVE, MODES, SANDBOX, House
from plimsoll.app.keyring import VARIABLE, keyring_path, read_keyring
from plimsoll.app.open_door import open_door
from plimsoll.app.sandbox.clock import refuse_clock_book
from plimsoll.app.vault import Vault
from plimsoll.interfaces.cli.exits import FAILURE, REFUSED, USAGE, Stop
from plimsoll.interfaces.cli.options import AllowUnsafe, AsJson, Db
from plimsoll.interfaces.cli.tell import tell
from plimsoll.risk.lawful import lawful_rules

HOST, PORT, MODE, PROXIES = "PLIMSOLL_HOST", "PLIMSOLL_PORT", "PLIMSOLL_MODE", "PLIMSOLL_PROXIES"
LOOPBACK: Final = "127.0.0.1"
PORT_DEFAULT: Final = 8321
PORT_MAX: Final = 65_535

Host = Annotated[str, typer.Option("--host", metavar="ADDRESS", help="Where to listen. Default: $PLIMSOLL_HOST, else 127.0.0.1.")]
Port = Annotated[int, typer.Option("--port", metavar="N", help="Default: $PLIMSOLL_PORT, else 8321; 0 takes a free one.")]
Mode = Annotated[str, typer.Option("--mode", metavar="MODE", help="sandbox, live or read-only. Default: $PLIMSOLL_MODE, else sandbox.")]


def command(
    db: Db = "", host: Host = "", port: Port = -1, mode: Mode = "", allow_unsafe: AllowUnsafe = False, as_json: AsJson = False
) -> None:
    """Serve a book over HTTP: the API and its reference. Ctrl-C or SIGTERM answers what is under way, then stops."""
    host = host or os.environ.get(HOST, "") or LOOPBACK
    mode = mode or os.environ.get(MODE, "") or SANDBOX
    if mode not in MODES:
        raise Stop(USAGE, f"--mode {mode}: one of {', '.join(MODES)}")
    if mode == LIVE and allow_unsafe:
        raise Stop(REFUSED, "--allow-unsafe: never in live mode, where a commit has to be durable. Mend the settings of the database.")
    number = _port(port)
    path = read_address(book_url(db)).path
    refused = refuse_clock_book(path) if mode == LIVE and path is not None else None
    if refused is not None:
        raise Stop(REFUSED, refused.text())
    with ExitStack() as opened:
        store = opened.enter_context(open_store(book_url(db), allow_unsafe=allow_unsafe))
        vault = Vault(store, read_keyring(keyring_path())) if os.environ.get(VARIABLE, "") else None
        if mode == LIVE and vault is None:
            raise Stop(REFUSED, f"{VARIABLE} is not set: a live house keeps what is personal under keys. Make them: plimsoll vault keygen")
        missing = missing_in_live(store) if mode == LIVE else []
        if missing:
            raise Stop(REFUSED, " ".join(f"{one.what}: {one.said}. {one.remedy}" for one in missing))
        keys = configured_keys()
        house = opened.enter_context(House(store, lawful_rules(), vault, mode))
        # What is heavy to import comes after what may refuse to start.
        from plimsoll.interfaces.serve.beside import beside
        from plimsoll.interfaces.serve.run import listening, run
        from plimsoll.interfaces.serve.whole import whole

        try:
            listener = opened.enter_context(listening(host, number))
        except OSError as failed:
            raise Stop(FAILURE, f"{host}:{number}: {failed.strerror}. Choose another with --port.") from None
        app = whole(house, open_door(house))
        opened.enter_context(beside(house, keys))
        opened.enter_context(figures_beside(house))
        at = f"[{host}]" if ":" in host else host
        address = f"http://{at}:{listener.getsockname()[1]}"
        # Browsers of this very machine reach the house by this name: invitations lead to it, and passkeys are made for it.
        if host == LOOPBACK:
            os.environ.setdefault(SITE, f"http://localhost:{listener.getsockname()[1]}")
        run(app, listener, proxies=os.environ.get(PROXIES, ""), ready=lambda: _tell(address, house, as_json=as_json))
    print("Stopped.", file=sys.stderr)


def _port(given: int) -> int:
    said = str(given) if given >= 0 else os.environ.get(PORT, "") or str(PORT_DEFAULT)
    if not said.isdigit() or int(said) > PORT_MAX:
        raise Stop(USAGE, f"--port {said}: a number from 0 to {PORT_MAX}")
    return int(said)


def _tell(address: str, house: House, *, as_json: bool) -> None:
    """Say where the house is, and what to try."""
    book = house.store.address.shown()
    words = (
        f"Plimsoll serves {book} ({house.mode}) at {address}\n"
        f"  is it there    curl {address}/v1/health\n"
        f"  reference      {address}/v1/reference   (OpenAPI: {address}/v1/openapi.json)\n"
        "Ctrl-C stops it."
    )
    tell({"book": book, "mode": house.mode, "address": address}, words, as_json=as_json)
    sys.stdout.flush()
