"""Houses served for tests: in this process, or by a real server on loopback; with who asks told by the token itself."""

import threading
import time
from contextlib import contextmanager
from datetime import UTC, date, datetime

import uvicorn
from starlette.testclient import TestClient

from plimsoll.app.access.principal import Principal
from plimsoll.app.execute import Answer
from plimsoll.app.open_door import open_door
from plimsoll.interfaces.http.serve import application
from plimsoll.interfaces.serve.run import listening
from plimsoll.servicing.draw import Draw
from plimsoll.servicing.open_customer import OpenCustomer
from plimsoll.servicing.open_line import OpenLine
from plimsoll.units.rate import Rate
from plimsoll.units.refusal import Refused

NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)
DAY = date(2026, 3, 2)
ANN, BOB = 17, 18
LIMIT = 500_000
PEOPLE = {
    "ann": Principal("ann", ("borrower",), customer_id=ANN),
    "bob": Principal("bob", ("borrower",), customer_id=BOB),
    "desk": Principal("desk", ("servicing",)),
    "clerk": Principal("clerk", ("servicing",)),
}


def recognise(_house, token, _address):
    """Take a token for the name of somebody."""
    return PEOPLE.get(token, Refused("not_recognised"))


def furnish(house, rate="0.0005"):
    """Open two customers, each with a line and a loan."""
    for customer_id in (ANN, BOB):
        done = [
            house.execute(OpenCustomer(f"open {customer_id}", customer_id, DAY), actor="test"),
            house.execute(OpenLine(f"line {customer_id}", customer_id, DAY, "CNY", LIMIT, LIMIT, 0), actor="test"),
            house.execute(Draw(f"draw {customer_id}", customer_id, DAY, 1, 100_000, "CNY", Rate.parse(rate)), actor="test"),
        ]
        assert all(isinstance(one, Answer) for one in done), done


def caller(house, who="desk", **more):
    """Give a client in this process that asks as somebody; a bug is raised here."""
    served = application(house, open_door(house), recognise=recognise, is_limited=False)
    return TestClient(served, headers={"Authorization": f"Bearer {who}"}, **more)


@contextmanager
def serving(house, app=None):
    """Serve on loopback; give the address."""
    app = app or application(house, open_door(house), recognise=recognise, is_limited=False)
    with listening("127.0.0.1", 0) as listener:
        server = uvicorn.Server(uvicorn.Config(app, log_level="error", lifespan="off", timeout_graceful_shutdown=2))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
        thread.start()
        until = time.monotonic() + 60
        while not server.started and time.monotonic() < until:
            time.sleep(0.01)
        try:
            yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        finally:
            server.should_exit = True
            thread.join(10)
