"""Machine A's own PostgreSQL: another server, other roles, passwords over TCP, as a chatbot's owner would have it.

with running_database() as a:  a.admin().execute("update articles …");  a.origin_fields() -> how we are told of it
"""

import contextlib
import shutil
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg

from tests.postgres import Server
from tests.standins.machine_a.words import embed
from tests.standins.ports import free_port

READER, PASSWORD = "haazir_reader", "read-only-please"
DATABASE = "chatbot"

SCHEMA = """
create extension vector;
create role chatbot login password 'owner';
create table articles (              -- what the chatbot's own developers made
  article_id bigint generated always as identity primary key,
  headline text,
  body text,
  link text,
  embedding vector(256),
  updated_at timestamptz not null default clock_timestamp()
);
create index on articles (updated_at, article_id);
create table data_shop (             -- what llama-index's PGVectorStore makes
  id bigserial primary key, text varchar not null, metadata_ json, node_id varchar, embedding vector(256)
);
create table langchain_pg_embedding ( -- what langchain-postgres makes
  id varchar primary key, collection_id uuid, embedding vector, document varchar, cmetadata jsonb
);
create table chat_log (id bigint generated always as identity primary key, question text, at timestamptz default now());
create table orders (id text primary key, item text, status text, amount int, expected_on text);
alter table articles owner to chatbot; alter table data_shop owner to chatbot;
alter table langchain_pg_embedding owner to chatbot; alter table chat_log owner to chatbot; alter table orders owner to chatbot;
create role haazir_reader login password 'read-only-please' connection limit 2;
grant select on articles, data_shop, langchain_pg_embedding to haazir_reader;
"""

ARTICLES = (
    ("Mango season", "Alphonso mangoes are sold by the crate from April to June, and a crate holds twenty four.", "/mangoes"),
    ("Courier partners", "Parcels to Leh and Ladakh travel with Blue Falcon couriers and need nine days.", "/leh"),
    ("Gift wrapping", "Gift wrapping costs forty nine rupees and the ribbon can be saffron or green.", "/gifts"),
    ("Loyalty club", "The Neelkamal loyalty club gives two points for every hundred rupees spent.", "/club"),
    ("Spare keys", "A spare key for a steel almirah is cut within three working days at the Jaipur workshop.", "/keys"),
    ("Stitching", "Curtain stitching is charged per running metre and takes one week.", "/curtains"),
)
"""What only Machine A knows: none of our own sites has a word of it."""


@dataclass
class MachineADatabase:
    server: Server
    port: int

    @property
    def socket_url(self) -> str:
        return f"postgresql://postgres@/{DATABASE}?host={self.server.settings.run_dir}&port={self.port}"

    def admin(self) -> psycopg.Connection[tuple[Any, ...]]:
        """Its owner's own connection, autocommitting; close it."""
        return psycopg.connect(self.socket_url, autocommit=True)

    def run(self, query: str, values: Sequence[object] = ()) -> list[tuple[Any, ...]]:
        """One statement of its owner's."""
        with self.admin() as connection:
            cursor = connection.execute(query.encode(), values or None)
            return cursor.fetchall() if cursor.description else []

    def write(self, headline: str, body: str, link: str = "") -> int:
        """A new article, embedded by A's own model; its key."""
        query = "insert into articles (headline, body, link, embedding) values (%s, %s, %s, %s::vector) returning article_id"
        return int(self.run(query, [headline, body, link, vector(f"{headline} {body}")])[0][0])

    def edit(self, key: int, body: str) -> None:
        query = "update articles set body = %s, embedding = %s::vector, updated_at = clock_timestamp() where article_id = %s"
        self.run(query, [body, vector(body), key])

    def fill(self, rows: int) -> None:
        """Articles about nothing in particular, so that the table has a size."""
        with self.admin() as connection, connection.cursor() as cursor:
            with cursor.copy("copy articles (headline, body, link, embedding) from stdin") as copy:
                for number in range(rows):
                    body = f"Item {number} of shelf {number % 97} lies in godown {number % 13}, label {number * 7919 % 100003}."
                    copy.write_row((f"Item {number}", body, f"/items/{number}", vector(body)))
            cursor.execute("analyze articles")

    def origin(self, **columns: object) -> dict[str, Any]:
        """As it is told to PUT …/knowledge-source; the password is in the vault under "machine-a"."""
        named = {"table": "articles", "key": "article_id", "text": "body", "embedding": "embedding", "changed": "updated_at"}
        own = {**named, "title": ["headline"], "url": ["link"]}
        connection = {"host": "127.0.0.1", "port": self.port, "database": DATABASE, "user": READER, "secret": "machine-a"}
        return {**connection, "tls": "disable", "columns": columns or own}


def vector(text: str) -> str:
    return "[" + ",".join(f"{value:.6g}" for value in embed(text).tolist()) + "]"


@contextlib.contextmanager
def running_database(rows: int = 0) -> Iterator[MachineADatabase]:
    """With the ARTICLES and `rows` more. Gone at the end."""
    home = Path(tempfile.mkdtemp(prefix="machine-a-"))
    port = free_port()
    server = Server(home, port=port, options=("-h", "127.0.0.1"))
    made = MachineADatabase(server, port)
    try:
        server.prepare()
        (server.data / "pg_hba.conf").write_text("local all all trust\nhost all all 127.0.0.1/32 scram-sha-256\n")
        server.start()
        with psycopg.connect(made.socket_url.replace(f"/{DATABASE}?", "/postgres?"), autocommit=True) as first:
            first.execute(f"create database {DATABASE}".encode())
        made.run(SCHEMA)
        for headline, body, link in ARTICLES:
            made.write(headline, body, link)
        if rows:
            made.fill(rows)
        yield made
    finally:
        server.stop()
        shutil.rmtree(home, ignore_errors=True)
