"""Every statement that Machine A ever gets from us, put together in one place. Names are quoted, values are parameters.

Pages go by key (`key > last … limit n`), never by OFFSET: each costs what it reads, however far down the table it is.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from psycopg import sql

from mirror.contract_shapes import Versions
from mirror.origin import Source, split

Statement = tuple[sql.SQL | sql.Composed, list[object]]


def keys_page(source: Source, versions: Versions, after: str | None, limit: int) -> Statement:
    """(key, version) of the next rows by key."""
    where, values = _where(source, after)
    query = sql.SQL("select {key}::text, {version} from {table} as a{where} order by {key} limit {limit}").format(
        key=column(source.key),
        version=_version(source, versions),
        table=table_of(source),
        where=where,
        limit=sql.Literal(limit),
    )
    return query, values


def rows_by_key(source: Source, versions: Versions, keys: Sequence[str]) -> Statement:
    """The whole rows of at least one key: as `Row`s are read (mirror.reader)."""
    where, values = _where(source, None)
    chosen = sql.SQL("{key} in ({list})").format(key=column(source.key), list=sql.SQL(", ").join([sql.Placeholder()] * len(keys)))
    return _select(source, versions) + _and(where, chosen), [*values, *keys]


def news_page(source: Source, versions: Versions, after: tuple[str, str], limit: int) -> Statement:
    """Whole rows written after (changed, key); with growing keys, after that key."""
    where, values = _where(source, None)
    key, changed = column(source.key), column(source.changed) if source.changed else None
    if changed is None:
        order, late = sql.Composed([key]), [after[1]]
        newer = sql.SQL("{} > %s").format(key)
    else:
        order, late = sql.SQL("{}, {}").format(changed, key), list(after)
        newer = sql.SQL("({}) > (%s, %s)").format(order)
    query = _select(source, versions) + _and(where, newer) + sql.SQL(" order by {} limit {}").format(order, sql.Literal(limit))
    return query, [*values, *late]


def newest(source: Source) -> Statement:
    """(changed, key) of the row that was written last: where looking for news begins."""
    where, values = _where(source, None)
    key = column(source.key)
    if not source.changed:
        first, order, known = sql.Composed([sql.SQL("''")]), sql.SQL("{} desc").format(key), where
    else:
        changed = column(source.changed)
        first, order = sql.SQL("{}::text").format(changed), sql.SQL("{} desc, {} desc").format(changed, key)
        known = _and(where, sql.SQL("{} is not null").format(changed))  # not "nulls last": no index leads that way
    query = sql.SQL("select {first}, {key}::text from {table} as a{where} order by {order} limit 1").format(
        first=first, key=key, table=table_of(source), where=known, order=order
    )
    return query, values


def nearest(source: Source, vector: str, limit: int, kind: str) -> Statement:
    """The rows nearest to a vector by A's own index, for read-through. `kind`: vector or halfvec."""
    where, values = _where(source, None)
    embedding = column(source.embedding)
    query = sql.SQL(
        "select {key}::text, {text}::text, {title}, {url}, {document}, 1 - ({embedding} <=> {vector}) from {table} as a{where} "
        "order by {embedding} <=> {vector} limit {limit}"
    ).format(
        key=column(source.key),
        text=column(source.text),
        title=_first(source.title),
        url=_first(source.url),
        document=_first(source.document),
        embedding=embedding,
        vector=sql.SQL("{}::{}").format(sql.Literal(vector), sql.Identifier(kind)),
        table=table_of(source),
        where=where,
        limit=sql.Literal(limit),
    )
    return query, values


def explain(statement: Statement) -> Statement:
    """How A would run it, without running it."""
    return sql.SQL("explain (format json) ") + statement[0], statement[1]


def numbers(vector: Any) -> NDArray[np.float32]:
    """An embedding as psycopg gives it: pgvector's vector or halfvec."""
    return np.asarray(vector.to_numpy() if hasattr(vector, "to_numpy") else vector, np.float32)


def table_of(source: Source) -> sql.Identifier:
    return sql.Identifier(_plain(source.schema), _plain(source.table))


def column(name: str) -> sql.Identifier:
    """Always with the table: `order by id` would mean the text that is selected under that name, and sort 10 before 9."""
    return sql.Identifier("a", _plain(name))


def _plain(text: str) -> str:
    """A percent sign in a name is no placeholder: psycopg halves it again."""
    return text.replace("%", "%%")


def _select(source: Source, versions: Versions) -> sql.Composed:
    changed = sql.SQL("{}::text").format(column(source.changed)) if source.changed else sql.SQL("''")
    return sql.SQL(
        "select {key}::text, {version}, {changed}, {text}::text, {title}, {url}, {document}, {embedding} from {table} as a"
    ).format(
        key=column(source.key),
        version=_version(source, versions),
        changed=changed,
        text=column(source.text),
        title=_first(source.title),
        url=_first(source.url),
        document=_first(source.document),
        embedding=column(source.embedding),
        table=table_of(source),
    )


def _version(source: Source, versions: Versions) -> sql.Composable:
    match versions:
        case "xmin":
            return sql.SQL("a.xmin::text")
        case "changed":
            return sql.SQL("{}::text").format(column(source.changed))
        case "digest":
            return sql.SQL("md5({}::text)").format(column(source.text))


def _where(source: Source, after: str | None) -> tuple[sql.Composed, list[object]]:
    """Rows of this site alone, after a key; empty where that is all rows."""
    conditions: list[sql.Composable] = [sql.SQL("{} = %s").format(column(name)) for name in source.only]
    values: list[object] = list(source.only.values())
    if after is not None:
        conditions.append(sql.SQL("{} > %s").format(column(source.key)))
        values.append(after)
    joined = sql.SQL(" where {}").format(sql.SQL(" and ").join(conditions)) if conditions else sql.Composed([])
    return joined, values


def _and(where: sql.Composed, condition: sql.Composed) -> sql.Composed:
    return sql.SQL("{} and {}" if list(where) else "{} where {}").format(where, condition)


def _first(places: Sequence[str]) -> sql.Composable:
    """The first that is not null; the empty text where all are, or there are none."""
    return sql.SQL("coalesce({})").format(sql.SQL(", ").join([*map(_place, places), sql.SQL("''")]))


def _place(place: str) -> sql.Composable:
    name, field = split(place)
    if field:
        return sql.SQL("{}->>{}").format(column(name), sql.Literal(_plain(field)))
    return sql.SQL("{}::text").format(column(name))
