"""django-hordak, a ledger on the Django ORM, posting the same entries on the same PostgreSQL."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cache
from typing import Any

import django
from django.conf import settings
from django.core.management import call_command
from django.db import transaction

from bench.postgres import Server
from bench.postings import Entry, batches

DATABASE = "bench_hordak"
NAMES = {"cash": "AS", "principal": "AS", "interest": "IN"}
BATCH = 1_000
POSTED_ON = date(2026, 6, 30)


@dataclass(frozen=True, slots=True)
class Book:
    """The three accounts of the house in hordak's tables."""

    accounts: dict[str, Any]


@cache
def lay_out(server: Server) -> Book:
    """Point Django at an empty database, run hordak's migrations and open its accounts. Once a process."""
    server.fresh(DATABASE)
    engine = {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": DATABASE,
        "USER": "postgres",
        "HOST": server.socket(),
        "CONN_MAX_AGE": None,
    }
    settings.configure(
        DATABASES={"default": engine},
        INSTALLED_APPS=["django.contrib.contenttypes", "mptt", "hordak"],
        DEFAULT_AUTO_FIELD="django.db.models.BigAutoField",
        HORDAK_INTERNAL_CURRENCY="CNY",
        DEFAULT_CURRENCY="CNY",
        CURRENCIES=["CNY"],
        USE_TZ=True,
        DEBUG=False,
    )
    django.setup()
    call_command("migrate", verbosity=0)
    from hordak.models import Account

    return Book(
        {
            name: Account.objects.create(name=name, code=str(at), type=kind, currencies=["CNY"])
            for at, (name, kind) in enumerate(NAMES.items())
        }
    )


def legs(book: Book, entry: Entry, made: Any) -> list[Any]:
    """Return the three legs of a repayment, not yet saved."""
    from hordak.models import Leg
    from moneyed import Money

    def money(minor: int) -> Any:
        return Money(Decimal(minor) / 100, "CNY")

    accounts = book.accounts
    return [
        Leg(transaction=made, account=accounts["cash"], debit=money(entry.total_minor())),
        Leg(transaction=made, account=accounts["principal"], credit=money(entry.principal_minor)),
        Leg(transaction=made, account=accounts["interest"], credit=money(entry.interest_minor)),
    ]


def post(book: Book, entry: Entry) -> None:
    """Post one repayment in one durable transaction, as hordak's documentation shows."""
    from hordak.models import Transaction

    with transaction.atomic():
        made = Transaction.objects.create(date=POSTED_ON, description="repay")
        for leg in legs(book, entry, made):
            leg.save()


def post_many(book: Book, entries: Sequence[Entry]) -> None:
    """Post repayments with `bulk_create`, a thousand to a transaction."""
    from hordak.models import Leg, Transaction

    for batch in batches(entries, BATCH):
        with transaction.atomic():
            made = Transaction.objects.bulk_create([Transaction(date=POSTED_ON, description="repay") for _ in batch])
            Leg.objects.bulk_create([leg for entry, one in zip(batch, made, strict=True) for leg in legs(book, entry, one)])
