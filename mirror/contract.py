"""What we rely on at Machine A, looked up there before anything is read, and again before every sweep. Writes nothing.

examine(reader, origin, dimensions) -> Examined: findings in words, and the Contract they amount to, if there can be one
"""

from dataclasses import dataclass
from typing import Any, Literal

from psycopg import sql

from mirror import statements
from mirror.contract_shapes import Contract, Finding, Versions
from mirror.origin import Origin, Source, source_of, split
from mirror.reader import Drifted, Reader, Refused

SMALL = 5_000
"""Rows up to which a look at all of them is no work: an index is not asked for."""
LARGEST_VECTOR = 4_000


@dataclass(frozen=True, slots=True)
class Examined:
    findings: list[Finding]
    contract: Contract | None
    """None: there is something that does not fit."""

    def must_fit(self) -> Contract:
        """Refused if the role may do more than read, Drifted for all else that does not fit."""
        for finding in self.findings:
            if finding.fits == "no":
                raise (Refused if finding.what == "role" else Drifted)(f"{finding.what}: {finding.detail}")
        assert self.contract is not None
        return self.contract


async def examine(reader: Reader, origin: Origin, dimensions: int) -> Examined:
    """`dimensions`: of the model with which this site's questions are embedded. SourceError."""
    source = source_of(origin.columns)
    findings = [await _role(reader)]
    (server,) = (await reader.read((sql.SQL("show server_version"), [])))[0][0]
    findings.append(Finding(what="connection", fits="yes", detail=f"PostgreSQL {server}"))
    about = await _table(reader, source)
    if about is None:
        detail = f"there is no {source.schema}.{source.table}, or we may not see it"
        return Examined([*findings, Finding(what="table", fits="no", detail=detail)], None)
    types, relation, rows = about
    findings.append(Finding(what="table", fits="yes", detail=f"a {relation} of about {rows} rows"))
    missing = sorted(_columns(source) - types.keys())
    if missing:
        detail = f"it has no column {missing[0]!r}, or we may not read it"
        return Examined([*findings, Finding(what="table", fits="no", detail=detail)], None)
    sample, found = await _embedding(reader, source, types[source.embedding], dimensions)
    findings += found
    versions = _versions(source, relation)
    findings += await _key(reader, source, versions, rows, relation)
    news, finding = await _news(reader, source, rows)
    findings.append(finding)
    if sample is None or any(finding.fits == "no" for finding in findings):
        return Examined(findings, None)
    used = {column: types[column] for column in sorted(_columns(source))}
    vector: Literal["vector", "halfvec"] = "halfvec" if types[source.embedding].startswith("halfvec") else "vector"
    contract = Contract(
        server=server, relation=relation, types=used, vector=vector, dimensions=sample, versions=versions, news=news, rows=rows
    )
    return Examined(findings, contract)


# Rights beyond reading: any one of them is too much. The last counts every relation outside the system's own schemas.
_RIGHTS = sql.SQL("""
select r.rolsuper, r.rolcreaterole, r.rolcreatedb, r.rolreplication, r.rolbypassrls,
  (select string_agg(m.rolname, ', ') from pg_roles m where m.rolname in ('pg_write_all_data', 'pg_execute_server_program',
     'pg_write_server_files', 'pg_read_server_files', 'pg_maintain') and pg_has_role(r.oid, m.oid, 'member')),
  (select string_agg(format('%%I.%%I', n.nspname, c.relname), ', ')
   from (select * from pg_class where relkind in ('r', 'p', 'v', 'm', 'f') and (has_table_privilege(oid, 'insert')
     or has_table_privilege(oid, 'update') or has_table_privilege(oid, 'delete') or has_table_privilege(oid, 'truncate')
     or has_any_column_privilege(oid, 'insert') or has_any_column_privilege(oid, 'update') or pg_has_role(relowner, 'member'))
     and relnamespace::regnamespace::text not in ('pg_catalog', 'information_schema') limit 3) c
   join pg_namespace n on n.oid = c.relnamespace),
  (select string_agg(nspname, ', ') from pg_namespace where has_schema_privilege(oid, 'create') and nspname !~ '^pg_'),
  r.rolconnlimit
from pg_roles r where r.rolname = current_user and %s
""")


async def _role(reader: Reader) -> Finding:
    """It may read and nothing else: what can't be done by accident need not be trusted."""
    (row,), _ = await reader.read((_RIGHTS, [True]))
    powers = [
        name
        for name, has in zip(("SUPERUSER", "CREATEROLE", "CREATEDB", "REPLICATION", "BYPASSRLS"), row[:5], strict=True)
        if has
    ]
    member_of, writes, creates, limit = row[5:]
    if powers or member_of:
        detail = f"our role is {', '.join([*powers, *([member_of] if member_of else [])])}: give us one that may only SELECT"
        return Finding(what="role", fits="no", detail=detail)
    if writes:
        return Finding(what="role", fits="no", detail=f"our role may write to {writes}: give us one that may only SELECT")
    if creates:
        detail = f"it may make tables in {creates}: REVOKE CREATE ON SCHEMA {creates} FROM PUBLIC would be tidier"
        return Finding(what="role", fits="with_limits", detail=detail)
    if limit < 0 or limit > 4:
        return Finding(what="role", fits="with_limits", detail="ALTER ROLE … CONNECTION LIMIT 2 is missing")
    return Finding(what="role", fits="yes", detail="it may read and nothing else")


_TABLE = sql.SQL("""
select c.relkind::text, greatest(c.reltuples, 0)::bigint, a.attname::text, format_type(a.atttypid, a.atttypmod)
from pg_class c join pg_namespace n on n.oid = c.relnamespace join pg_attribute a on a.attrelid = c.oid
where n.nspname = %s and c.relname = %s and a.attnum > 0 and not a.attisdropped
  and c.relkind in ('r', 'p', 'v', 'm', 'f') and has_column_privilege(c.oid, a.attnum, 'select')
""")


async def _table(reader: Reader, source: Source) -> tuple[dict[str, str], Literal["table", "view"], int] | None:
    """Columns that we may read with their types, what it is, and about how many rows it has; None: there is none."""
    found, _ = await reader.read((_TABLE, [source.schema, source.table]))
    if not found:
        return None
    kind, rows = found[0][:2]
    return {name: kind for _, _, name, kind in found}, "table" if kind in ("r", "p", "m") else "view", rows


def _columns(source: Source) -> set[str]:
    places = (*source.title, *source.url, *source.document)
    named = {source.key, source.text, source.embedding, source.changed, *source.only, *(split(place)[0] for place in places)}
    return named - {""}


async def _embedding(reader: Reader, source: Source, kind: str, dimensions: int) -> tuple[int | None, list[Finding]]:
    """How many dimensions A's vectors have, by one of them."""
    if not kind.startswith(("vector", "halfvec")):
        detail = f"column {source.embedding!r} is {kind}: vectors of pgvector are wanted"
        return None, [Finding(what="embedding", fits="no", detail=detail)]
    query = sql.SQL("select {embedding} from {table} as a where {embedding} is not null limit 1").format(
        embedding=statements.column(source.embedding), table=statements.table_of(source)
    )
    found, _ = await reader.read((query, []))
    if not found:
        return None, [Finding(what="embedding", fits="no", detail="no row has a vector yet")]
    has = len(statements.numbers(found[0][0]))
    if has > LARGEST_VECTOR:
        return None, [Finding(what="embedding", fits="no", detail=f"{has} dimensions; at most {LARGEST_VECTOR} can be searched")]
    if has != dimensions:
        detail = f"{has} dimensions, but this site's model gives {dimensions}: set the site's `embedding` to A's own model"
        return has, [Finding(what="embedding", fits="no", detail=detail)]
    return has, [Finding(what="embedding", fits="yes", detail=f"{kind}, {has} dimensions")]


def _versions(source: Source, relation: str) -> Versions:
    return "xmin" if relation == "table" else "changed" if source.changed else "digest"


async def _key(reader: Reader, source: Source, versions: Versions, rows: int, relation: str) -> list[Finding]:
    """Read page by page, the table must be read along an index, and no two rows may have the same key."""
    findings = []
    if relation == "view":
        detail = "a view: that its key is unique can't be looked up; rows that share one are read once"
        findings.append(Finding(what="key", fits="with_limits", detail=detail))
    elif not await _is_unique(reader, source):
        detail = f"column {source.key!r} has no unique index: rows that share a key would be lost at the end of a page"
        return [Finding(what="key", fits="no", detail=detail)]
    page = statements.keys_page(source, versions, None, 1000)
    if rows > SMALL and not await _is_indexed(reader, page):
        detail = f"no index leads through {source.key!r} in order: each page would read the whole table"
        return [Finding(what="key", fits="no", detail=detail)]
    return findings or [Finding(what="key", fits="yes", detail=f"{source.key!r} is unique and indexed")]


_UNIQUE = sql.SQL("""
select exists (
  select from pg_index i join pg_attribute a on a.attrelid = i.indrelid and a.attnum = i.indkey[0]
  where i.indrelid = to_regclass(format('%%I.%%I', %s::text, %s::text)) and i.indisunique and i.indnkeyatts = 1
    and i.indpred is null and a.attname = %s)
""")


async def _is_unique(reader: Reader, source: Source) -> bool:
    ((unique,),), _ = await reader.read((_UNIQUE, [source.schema, source.table, source.key]))
    return bool(unique)


async def _news(reader: Reader, source: Source, rows: int) -> tuple[Literal["changed", "key", "sweep"], Finding]:
    """The quickest way to see what is new that costs A next to nothing."""
    if source.changed:
        if rows <= SMALL or await _is_indexed(reader, statements.newest(source)):
            return "changed", Finding(what="changed", fits="yes", detail=f"news is seen by {source.changed!r}, within seconds")
        detail = f"{source.changed!r} has no index: news is seen by the sweep alone"
        return "sweep", Finding(what="changed", fits="with_limits", detail=detail)
    if source.grows:
        return "key", Finding(
            what="changed", fits="yes", detail="new rows are seen by their keys; edits and deletions by the sweep"
        )
    return "sweep", Finding(what="changed", fits="with_limits", detail="no column says when a row was written: the sweep sees it")


async def _is_indexed(reader: Reader, statement: statements.Statement) -> bool:
    """Whether A would answer it along an index, by A's own plan."""
    ((plan,),), _ = await reader.read(statements.explain(statement))
    kinds = set(_nodes(plan[0]["Plan"]))
    return "Seq Scan" not in kinds and "Sort" not in kinds


def _nodes(plan: dict[str, Any]) -> list[str]:
    return [str(plan.get("Node Type")), *(kind for child in plan.get("Plans", ()) for kind in _nodes(child))]
