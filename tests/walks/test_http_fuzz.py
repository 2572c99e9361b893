"""What the OpenAPI file promises, asked by a machine that tries what a person would not: no bug, no answer that it does not declare."""

import os

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    negative_data_rejection,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)
from sqlalchemy import update

from plimsoll.app.access.principal import Principal
from plimsoll.app.database.opening import create_store
from plimsoll.app.database.schema import book
from plimsoll.app.house import House
from plimsoll.app.keyring import Keyring
from plimsoll.app.open_door import open_door
from plimsoll.app.vault import Vault
from plimsoll.interfaces.http.serve import application
from plimsoll.risk.lawful import lawful_rules
from tests.served import DAY, NOW, furnish

CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    negative_data_rejection,
]
REFUSED_AS = schemathesis.Config.from_dict({"checks": {"negative_data_rejection": {"expected-statuses": ["4xx"]}}})
"""A text that is too long makes a body that is too large: 413."""
MODES = (schemathesis.GenerationMode.POSITIVE, schemathesis.GenerationMode.NEGATIVE)
PATIENCE_S = 60
"""Seconds for an answer, so that a busy machine does not decide."""
ROLES = ("servicing", "collector", "collections_supervisor", "underwriter_l2", "risk_analyst", "treasury", "product_admin", "tenant_admin")


@pytest.fixture(scope="module")
def asked(request, tmp_path_factory):
    if getattr(request, "param", "sqlite") == "sqlite":
        store = create_store(f"sqlite:///{tmp_path_factory.mktemp('fuzz') / 'book.db'}")
    else:
        store = create_store(request.getfixturevalue("postgres_server")(f"plimsoll_fuzz_{os.getpid()}", "template1"))
    with store.changing() as connection:
        connection.execute(update(book).values(open_on=DAY))
    vault = Vault(store, Keyring("first", {"first": bytes(range(32))}, bytes(range(32, 64))))
    with House(store, lawful_rules(), vault, now=lambda: NOW) as house:
        furnish(house)
        who = Principal("machine", ROLES)
        app = application(house, open_door(house), recognise=lambda *_: who, is_limited=False)
        schema = schemathesis.openapi.from_asgi("/v1/openapi.json", app, config=REFUSED_AS)
        with pytest.MonkeyPatch.context() as patch:
            # What a close writes goes beside the book, whatever database that is.
            patch.setenv("PLIMSOLL_TAPE", str(tmp_path_factory.mktemp("tape")))
            yield [found.ok() for found in schema.get_all_operations()]
    store.close()


def is_sent_whole(case) -> bool:
    """Tell whether what is wrong with a query reaches the server: a parameter that holds nothing is left out by the client."""
    sent = (value if isinstance(value, list | tuple | dict) else [value] for value in (case.query or {}).values())
    return all(any(one is not None for one in values) for values in sent)


def fuzz(operation, mode, examples):
    @settings(
        max_examples=examples,
        deadline=None,
        database=None,
        derandomize=True,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=operation.as_strategy(generation_mode=mode))
    def ask(case):
        checks = CHECKS if is_sent_whole(case) else [one for one in CHECKS if one is not negative_data_rejection]
        case.call_and_validate(checks=checks, headers={"Authorization": "Bearer machine"}, timeout=PATIENCE_S)

    ask()


@pytest.mark.parametrize("mode", MODES, ids=["fits", "does not fit"])
def test_one_operation_in_eight_answers_as_it_promises(asked, mode):
    for operation in asked[::8]:
        fuzz(operation, mode, 1)


@pytest.mark.slow
@pytest.mark.parametrize("asked", [pytest.param("sqlite"), pytest.param("postgresql", marks=pytest.mark.postgres)], indirect=True)
@pytest.mark.parametrize("mode", MODES, ids=["fits", "does not fit"])
def test_every_operation_asked_many_times_answers_as_it_promises(asked, mode):
    """It asks every operation PLIMSOLL_FUZZ times (25 where that is not set), which takes minutes."""
    for operation in asked:
        fuzz(operation, mode, int(os.environ.get("PLIMSOLL_FUZZ", "25")))
