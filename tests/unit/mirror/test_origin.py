"""Names of Machine A's columns are configuration, and never become SQL."""

import msgspec
import psycopg
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from psycopg import sql

from core.sites import Embedding
from mirror import statements
from mirror.egress import Asked, Egress
from mirror.origin import Budget, Columns, Origin, OriginError, identity, model_of, source_of, split
from mirror.pace import LONGEST_REST_S, Page, rest_after
from tests.standins.machine_a.database import MachineADatabase

NASTY = st.text(st.characters(codec="utf-8", exclude_characters="\0"), min_size=1, max_size=30)
COLUMNS = Columns(table="articles", key="article_id", text="body", embedding="embedding")


def origin(columns: Columns = COLUMNS, **changes: object) -> Origin:
    return msgspec.structs.replace(Origin(host="a.example", database="chatbot", user="reader", columns=columns), **changes)


def test_a_preset_needs_no_more_than_the_table() -> None:
    source = source_of(Columns(preset="llama-index", table="data_shop"))
    assert (source.key, source.text, source.embedding, source.grows) == ("id", "text", "embedding", True)
    assert source_of(Columns(preset="langchain")).table == "langchain_pg_embedding"
    assert source_of(Columns(preset="langchain", text="page")).text == "page", "what is named counts before the preset"


def test_what_is_missing_is_named() -> None:
    with pytest.raises(OriginError, match=r"columns\.key is missing"):
        source_of(Columns(table="articles"))
    with pytest.raises(OriginError, match="neither a column nor"):
        source_of(msgspec.structs.replace(COLUMNS, title=("a->>b->>c",)))


@pytest.mark.parametrize(
    ("place", "parts"), [("title", ("title", "")), ("metadata_->>title", ("metadata_", "title")), ("m ->> 'x'", ("m", "x"))]
)
def test_a_place_is_a_column_or_a_field_of_one(place: str, parts: tuple[str, str]) -> None:
    assert split(place) == parts


@pytest.mark.parametrize("host", ["/run/postgresql", "@abstract", "a b", "", "x'; drop", "host=/tmp"])
def test_no_host_leads_into_our_own_machines_sockets(host: str) -> None:
    fields = {"host": host, "database": "d", "user": "u", "columns": {"table": "t", "key": "k", "text": "x", "embedding": "e"}}
    with pytest.raises(msgspec.ValidationError):
        msgspec.convert(fields, Origin)


def test_another_table_or_model_is_another_copy_and_another_budget_is_not() -> None:
    model = model_of(Embedding(model="m", dimensions=3))
    assert identity(origin(), model) == identity(origin(budget=Budget(rows_per_s=1)), model)
    assert identity(origin(), model) != identity(origin(), "another")
    assert identity(origin(), model) != identity(origin(msgspec.structs.replace(COLUMNS, table="other")), model)


@given(NASTY, NASTY, NASTY)
def test_nothing_in_a_name_or_a_value_can_end_its_quotes(
    machine_a: MachineADatabase, column: str, field: str, value: str
) -> None:
    """PostgreSQL itself says what it takes each for: a column that is not there, and never a syntax error."""
    columns = msgspec.structs.replace(
        COLUMNS, text=column[:20], title=("headline",), only={column[:20]: value}, changed=column[:20], schema="public"
    )
    assume(column[:20].strip() and ">" not in column)
    if field.strip() and ">" not in field:
        columns = msgspec.structs.replace(columns, url=(f"{column[:20]}->>{field}",))
    source = source_of(columns)
    with machine_a.admin() as connection:
        for query, values in (
            statements.keys_page(source, "digest", value, 3),
            statements.rows_by_key(source, "changed", [value]),
            statements.news_page(source, "xmin", (value, value), 3),
            statements.newest(source),
            statements.nearest(source, "[1]", 3, "vector"),
        ):
            with pytest.raises((psycopg.errors.UndefinedColumn, psycopg.errors.InvalidTextRepresentation, psycopg.DataError)):
                connection.execute(query, values)


def test_pages_go_by_key_and_never_by_offset(machine_a: MachineADatabase) -> None:
    source = source_of(COLUMNS)
    with machine_a.admin() as connection:
        first = connection.execute(*statements.keys_page(source, "xmin", None, 2)).fetchall()
        rest = connection.execute(*statements.keys_page(source, "xmin", first[-1][0], 1000)).fetchall()
    keys = [int(key) for key, _ in [*first, *rest]]
    assert keys == sorted(keys) and len(set(keys)) == len(keys) and len(first) == 2
    assert "offset" not in statements.keys_page(source, "xmin", "1", 2)[0].as_string(None).lower()


def test_an_order_by_means_the_column_and_not_the_text_selected_under_its_name() -> None:
    """`select id::text … order by id` would sort 10 before 9."""
    text = statements.keys_page(source_of(COLUMNS), "xmin", None, 5)[0].as_string(None)
    assert 'order by "a"."article_id"' in text and isinstance(sql.Identifier("a"), sql.Identifier)


@given(st.floats(0.0001, 2), st.integers(0, 5000), st.integers(0, 5000), st.integers(0, 10**7), st.floats(0.1, 1))
def test_after_a_page_there_is_rest_enough(seconds: float, rows: int, keys: int, size: int, factor: float) -> None:
    budget = Budget()
    rest = rest_after(Page(seconds, rows, keys, size), budget, factor)
    assert 0 <= rest <= LONGEST_REST_S
    if rest < LONGEST_REST_S:
        whole = (rest + seconds) * factor * (1 + 1e-9)
        assert rows <= budget.rows_per_s * whole and size <= budget.bytes_per_s * whole and seconds <= budget.busy * whole


def test_an_hour_of_egress_forgets_what_is_older() -> None:
    egress = Egress()
    for minute in range(120):
        egress.count(60.0 * minute, Asked(statements=1, rows=10, bytes=100))
    assert egress.total == Asked(statements=120, rows=1200, bytes=12_000)
    assert egress.last_hour(60.0 * 119).statements == 60
    assert egress.last_hour(60.0 * 500) == Asked()
