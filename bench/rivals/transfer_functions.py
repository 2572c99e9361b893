"""A ledger in SQL functions: accounts with a balance, a transfer that writes itself and two entries with balances before and after.

Written for this comparison in the manner of ledgers that live in PostgreSQL functions; no code of any of them. Every account
belongs to one customer, so that no balance row is shared between customers, which is kinder than such a ledger is used.
"""

from __future__ import annotations

import psycopg

from bench.postings import Entry

KINDS = ("cash", "principal", "interest", "fee")

TABLES = """
create table account (
    id bigint primary key, name text not null, currency text not null, balance bigint not null default 0,
    version bigint not null default 0, may_be_negative boolean not null default true, changed_at timestamptz not null default now());
create table transfer (
    id bigint generated always as identity primary key,
    source_id bigint not null references account, target_id bigint not null references account,
    amount bigint not null check (amount > 0), made_at timestamptz not null default now(), note jsonb);
create table entry (
    id bigint generated always as identity primary key, account_id bigint not null references account,
    transfer_id bigint not null references transfer,
    amount bigint not null, balance_before bigint not null, balance_after bigint not null, version bigint not null,
    made_at timestamptz not null default now());
create index on transfer (source_id);
create index on transfer (target_id);
create index on entry (account_id, version);
create index on entry (transfer_id);
"""

FUNCTIONS = """
create function change_balance(which bigint, moved bigint, of_transfer bigint) returns void language plpgsql as $$
declare now_is account;
begin
    update account set balance = balance + moved, version = version + 1, changed_at = now() where id = which returning * into now_is;
    if not found then raise exception 'no account %', which; end if;
    if now_is.balance < 0 and not now_is.may_be_negative then raise exception 'account % would be negative', which; end if;
    insert into entry (account_id, transfer_id, amount, balance_before, balance_after, version)
        values (which, of_transfer, moved, now_is.balance - moved, now_is.balance, now_is.version);
end $$;

create function make_transfer(source bigint, target bigint, moved bigint, said jsonb default null) returns bigint language plpgsql as $$
declare made bigint;
begin
    if source = target then raise exception 'source and target are the same'; end if;
    perform 1 from account where id in (source, target) order by id for update;
    insert into transfer (source_id, target_id, amount, note) values (source, target, moved, said) returning id into made;
    perform change_balance(source, -moved, made);
    perform change_balance(target, moved, made);
    return made;
end $$;

create function make_transfers(sources bigint[], targets bigint[], moved bigint[]) returns bigint language plpgsql as $$
declare at int; made bigint;
begin
    perform 1 from account where id = any(sources || targets) order by id for update;
    for at in 1 .. cardinality(sources) loop
        made := make_transfer(sources[at], targets[at], moved[at]);
    end loop;
    return made;
end $$;
"""

POST = "select make_transfers(%s::bigint[], %s::bigint[], %s::bigint[])"


def lay_out(uri: str, customers: int) -> None:
    """Make the tables, the functions and four accounts a customer: 4 · customer + 0 is its cash, + 1, 2, 3 what it owes."""
    with psycopg.connect(uri) as connection:
        connection.execute(TABLES.encode())
        connection.execute(FUNCTIONS.encode())
        connection.execute(
            "insert into account (id, name, currency) select 4 * c + k, (%s::text[])[k + 1] || '.' || c, 'CNY'"
            " from generate_series(1, %s) c, generate_series(0, 3) k",
            (list(KINDS), customers),
        )


def post(connection: psycopg.Connection[tuple[object, ...]], entry: Entry) -> None:
    """Post one repayment as three transfers in one statement and one durable transaction."""
    cash = 4 * entry.customer_id
    moved = [entry.fee_minor, entry.interest_minor, entry.principal_minor]
    connection.execute(POST, ([cash] * 3, [cash + 3, cash + 2, cash + 1], moved))
    connection.commit()
