"""The sandbox of a house: its clocks, the houses that are open under them, and what moves them; made once, closed with the house."""

from functools import partial

from plimsoll.app.house import House
from plimsoll.app.sandbox.advance import Mover
from plimsoll.app.sandbox.clock import Clocks, clocks_folder, clocks_of
from plimsoll.app.sandbox.opened import OpenClocks
from plimsoll.app.sandbox.pay import money_of
from plimsoll.units.refusal import Refused


class Sandbox:
    """What plays with clocks in one process."""

    def __init__(self, clocks: Clocks) -> None:
        self.clocks = clocks
        self.opened = OpenClocks(clocks)
        self.mover = Mover(self.opened, money_of)

    def close(self) -> None:
        """Stop what moves, and close every book."""
        self.mover.close()
        self.opened.close()


def sandbox_of(house: House) -> Sandbox | Refused:
    """Give the sandbox of a house; refuses clock_in_live."""
    clocks = clocks_of(house, clocks_folder(house.store.address))
    return clocks if isinstance(clocks, Refused) else house.part("sandbox", partial(Sandbox, clocks))


def house_of(house: House, clock_id: str) -> House | Refused:
    """Give the house that a request means which names a clock: `Plimsoll-Test-Clock: clk_…`.

    Refuses clock_in_live, clock_unknown, clock_advancing, clock_too_many_open.
    """
    sandbox = sandbox_of(house)
    return sandbox if isinstance(sandbox, Refused) else sandbox.opened.house_of(clock_id)
