"""What is new, what is other, what has gone: by two columns of digests."""

from hypothesis import given
from hypothesis import strategies as st

from mirror.ledger import LEAST_TO_DOUBT, Held, Ledger

TABLE = st.dictionaries(st.text(max_size=8), st.text(max_size=3), max_size=60)


def ledger_of(held: list[Held], page: int = 1000) -> Ledger:
    ledger = Ledger()
    for at in range(0, len(held), page):
        ledger.hold(held[at : at + page])
    return ledger


@given(TABLE, TABLE, st.integers(1, 20))
def test_a_sweep_finds_exactly_the_difference(held: dict[str, str], there: dict[str, str], page: int) -> None:
    rows = {key: number for number, key in enumerate(held)}
    ledger = ledger_of([(rows[key], key, version) for key, version in held.items()], page)
    keys = list(there.items())
    fetched = [key for at in range(0, len(keys), page) for key in ledger.other(keys[at : at + page])]
    assert fetched == [key for key, version in keys if held.get(key) != version]
    assert set(ledger.gone()) == {rows[key] for key in held.keys() - there.keys()}


def test_an_empty_copy_wants_everything_and_an_empty_page_nothing() -> None:
    ledger = Ledger()
    assert len(ledger) == 0 and ledger.other([("1", "a"), ("2", "")]) == ["1", "2"] and ledger.gone() == []
    assert ledger_of([(7, "1", "a")]).other([]) == []


def test_half_a_table_gone_at_once_is_doubted_and_a_few_rows_are_not() -> None:
    ledger = ledger_of([(number, str(number), "v") for number in range(1000)])
    assert ledger.is_doubtful(501) and not ledger.is_doubtful(500)
    small = ledger_of([(number, str(number), "v") for number in range(LEAST_TO_DOUBT - 1)])
    assert not small.is_doubtful(LEAST_TO_DOUBT - 1)


def test_a_million_rows_are_three_columns_of_numbers() -> None:
    ledger = ledger_of([(number, str(number), "754") for number in range(100_000)])
    assert ledger.other([(str(number), "754") for number in range(0, 100_000, 2)]) == []
    assert len(ledger.gone()) == 50_000
