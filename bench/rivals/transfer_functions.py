"""A ledger in SQL functions: accounts with a balance, a transfer that writes itself and two entries with balances before and after.

Written for this comparison in the manner of ledgers that live in PostgreSQL functions (pgledger is the known one: prefixed ids that
sort by time, accounts locked in order, a version on each balance); no code of any of them is here.
"""

from __future__ import annotations

import psycopg

from bench.postings import Entry

TABLES = """
create table account (
    id text primary key, name text not null, currency text not null, balance numeric not null default 0, version bigint not null default 0,
    may_be_negative boolean not null default true,
    made_at timestamptz not null default now(), changed_at timestamptz not null default now());
create table transfer (
    id text primary key, source_id text not null references account, target_id text not null references account,
    amount numeric not null check (amount > 0), made_at timestamptz not null default now(), event_at timestamptz not null, note jsonb);
create table entry (
    id text primary key, account_id text not null references account, transfer_id text not null references transfer,
    amount numeric not null, balance_before numeric not null, balance_after numeric not null, version bigint not null,
    made_at timestamptz not null default now());
create index on transfer (source_id);
create index on transfer (target_id);
create index on entry (account_id);
create index on entry (transfer_id);
"""

FUNCTIONS = """
create function new_id(prefix text) returns text language sql volatile as $$ select prefix || '_' || replace(uuidv7()::text, '-', '') $$;

create function change_balance(which text, moved numeric, of_transfer text) returns void language plpgsql as $$
declare now_is account;
begin
    update account set balance = balance + moved, version = version + 1, changed_at = now() where id = which returning * into now_is;
    if not found then raise exception 'no account %', which; end if;
    if now_is.balance < 0 and not now_is.may_be_negative then raise exception 'account % would be negative', which; end if;
    insert into entry (id, account_id, transfer_id, amount, balance_before, balance_after, version)
        values (new_id('entry'), which, of_transfer, moved, now_is.balance - moved, now_is.balance, now_is.version);
end $$;

create function make_transfer(source text, target text, moved numeric, said jsonb default null) returns text language plpgsql as $$
declare made text := new_id('transfer'); currencies int;
begin
    if source = target then raise exception 'source and target are the same'; end if;
    perform 1 from account where id in (source, target) order by id for update;
    select count(distinct currency) into currencies from account where id in (source, target);
    if currencies <> 1 then raise exception 'the accounts have different currencies'; end if;
    insert into transfer (id, source_id, target_id, amount, event_at, note) values (made, source, target, moved, now(), said);
    perform change_balance(source, -moved, made);
    perform change_balance(target, moved, made);
    return made;
end $$;

create function make_transfers(sources text[], targets text[], moved numeric[]) returns text language plpgsql as $$
declare at int; made text;
begin
    perform 1 from account where id = any(sources || targets) order by id for update;
    for at in 1 .. cardinality(sources) loop
        made := make_transfer(sources[at], targets[at], moved[at]);
    end loop;
    return made;
end $$;
"""

OPEN = """
insert into account (id, name, currency)
select 'account_' || kind || '_' || c, kind || ' of ' || c, 'CNY'
from generate_series(0, %s) c, unnest(array['cash', 'principal', 'interest']) kind
"""
POST = "select make_transfers(%s::text[], %s::text[], %s::numeric[])"
HOUSE = 0


def lay_out(uri: str, customers: int) -> None:
    """Make the tables, the functions, and three accounts for each customer and for the house (number 0)."""
    with psycopg.connect(uri) as connection:
        connection.execute(TABLES.encode())
        connection.execute(FUNCTIONS.encode())
        connection.execute(OPEN.encode(), (customers,))


def post(connection: psycopg.Connection[tuple[object, ...]], entry: Entry, *, cash_of: int, income_of: int) -> None:
    """Post one repayment as two transfers in one statement and one durable transaction.

    `cash_of` and `income_of` say whose cash and income accounts are used: the house's (0), as a chart of accounts has it, or
    the customer's own, so that no two customers share a balance row.
    """
    cash = f"account_cash_{cash_of}"
    targets = [f"account_principal_{entry.customer_id}", f"account_interest_{income_of}"]
    connection.execute(POST, ([cash] * 2, targets, [entry.principal_minor, entry.interest_minor]))
    connection.commit()


def post_shared(connection: psycopg.Connection[tuple[object, ...]], entry: Entry) -> None:
    """Post with the house's own cash and income accounts, which every repayment moves."""
    post(connection, entry, cash_of=HOUSE, income_of=HOUSE)


def post_apart(connection: psycopg.Connection[tuple[object, ...]], entry: Entry) -> None:
    """Post with accounts of this customer alone."""
    post(connection, entry, cash_of=entry.customer_id, income_of=entry.customer_id)
