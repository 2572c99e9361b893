"""The tables keep to what the rest of the store takes for granted."""

import pytest

from plimsoll.app.database import rows
from plimsoll.app.database.schema import metadata
from plimsoll.app.database.schema_access import NEW_IN_0009
from plimsoll.app.database.schema_chain import NEW_IN_0008
from plimsoll.app.database.statements import STATE_KEY, STATE_VALUES

ROWS = {
    "customer": rows.CustomerRow,
    "line": rows.LineRow,
    "loan": rows.LoanRow,
    "loan_state": rows.StateRow,
    "fact": rows.FactRow,
    "journal": rows.LegRow,
    "command": rows.CommandRow,
    "outbox": rows.OutboxRow,
    "audit": rows.AuditRow,
    "filing": rows.FilingRow,
    "work_item": rows.WorkRow,
    "parked": rows.ParkedRow,
    "rulebook": rows.RulesRow,
    "close_shard": rows.ShardRow,
}
NOT_OF_A_CUSTOMER = {"book", "rulebook", "account", "close_run", "close_shard", "standing_accrual", "artefact", "artefact_step"}
NOT_OF_A_CUSTOMER |= {"source_day", "source_alert", "dossier", "dossier_command", "dossier_filing"}
NOT_OF_A_CUSTOMER |= {*NEW_IN_0008, *NEW_IN_0009} - {"access_unit", "outbox_held"}


@pytest.mark.parametrize("name", ROWS)
def test_a_row_has_the_columns_of_its_table_in_order(name):
    assert ROWS[name]._fields == tuple(metadata.tables[name].columns.keys())


def test_every_table_of_a_customer_is_keyed_by_customer():
    for name, table in metadata.tables.items():
        if name not in NOT_OF_A_CUSTOMER | {"command"}:
            assert next(iter(table.primary_key.columns)).name == "customer_id", name
    assert "customer_id" in metadata.tables["command"].columns


def test_an_update_of_a_state_takes_the_row_as_it_is_inserted():
    assert (*STATE_KEY, *STATE_VALUES) == rows.StateRow._fields
