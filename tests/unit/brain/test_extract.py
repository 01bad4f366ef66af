"""How often a document's own sentence answers, and how rarely one is read out that does not. See docs/decision.md."""

from pathlib import Path

import pytest

from brain.extract import quote
from brain.knowledge.embed import MiniLM
from brain.knowledge.normal import normalise
from brain.knowledge.passages import Passage, Piece, Pieces, fused
from core.sites import Thresholds

HERE = Path(__file__).parent


class Documents:
    """Some documents, searched as a site's are."""

    def __init__(self, model: MiniLM) -> None:
        self._model = model
        pieces, texts = [], []
        for path in sorted((HERE / "documents").glob("*.md")):
            title, *parts = path.read_text().strip().split("\n\n")
            for text in parts:
                about = (title.lstrip("# "), "", "", text, "en", (0, len(text)))
                passage = Passage(path.stem, len(pieces), "document", *about, cosine=0.0, overlap=0.0)
                pieces.append(Piece(passage, sorted(normalise(text).terms), frozenset()))
                texts.append(normalise(f"{title} {text}").english)
        self._pieces = Pieces(pieces, model.embed(texts))

    def passages(self, question: str) -> list[Passage]:
        asked = normalise(question)
        return fused(self._pieces.search(asked, self._model.embed([asked.english])[0]), 5)


@pytest.fixture(scope="module")
def documents(model: MiniLM) -> Documents:
    return Documents(model)


def rows(part: str) -> list[tuple[str, str]]:
    """(what the sentence must have in it, the question)."""
    lines = (HERE / "quotes.tsv").read_text().splitlines()
    return [(row[2], row[3]) for row in (line.split("\t") for line in lines if not line.startswith("#")) if row[0] == part]


@pytest.mark.parametrize(("part", "least_right", "most_wrong"), [("calibration", 0.65, 0.02), ("held_out", 0.50, 0.04)])
def test_half_are_answered_and_few_wrongly(documents: Documents, part: str, least_right: float, most_wrong: float) -> None:
    asked = rows(part)
    right = wrong = 0
    for wanted, question in asked:
        found = quote(question, documents.passages(question))
        if found is not None and found.sure >= Thresholds().document:
            right += wanted != "-" and wanted in found.text
            wrong += wanted == "-" or wanted not in found.text
    assert right / sum(wanted != "-" for wanted, _ in asked) >= least_right
    assert wrong / len(asked) <= most_wrong


def test_a_figure_that_is_asked_for_must_be_there(documents: Documents) -> None:
    found = quote("how much do earphones cost", documents.passages("how much do earphones cost"))
    assert found is None or found.sure < 0.3


def test_what_goes_on_about_the_same_is_read_out_too(documents: Documents) -> None:
    question = "can the extended warranty be bought within thirty days of purchase"
    found = quote(question, documents.passages(question))
    assert found is not None and found.text.endswith("It costs eight percent of the price of the product.")


@pytest.mark.parametrize("question", ["", "?", "ka ki ke", "12345"])
def test_a_question_without_words_has_no_quote(documents: Documents, question: str) -> None:
    assert quote(question, documents.passages("warranty")) is None


def test_facts_are_not_quoted_they_are_told_or_not(documents: Documents) -> None:
    fact = Passage("delivery", 1, "fact", "", "", "", "Delivery takes three days.", "en", (0, 26), 0.9, 1.0, score=0.9)
    assert quote("how long does delivery take", [fact]) is None


def test_a_word_that_only_sounds_alike_is_another_word() -> None:
    """Stems lose the vowels that keep them apart: park, pric."""
    row = "Test: Thyroid profile; Price: ₹650; Report time: next day"
    passage = Passage("prices", 1, "document", "prices", "", "", row, "en", (0, len(row)), 0.5, 0.5)
    parking, thyroid = quote("parking hai kya", [passage]), quote("thairoid profile ka price", [passage])
    assert parking is not None and parking.sure < 0.1
    assert thyroid is not None and thyroid.sure >= Thresholds().document


def test_a_sum_of_money_is_a_price_whatever_it_is_called() -> None:
    text = "The Gold health package costs Rs 4,999 and includes 62 tests. Photos of the gold package hang in the hall."
    passage = Passage("packages", 1, "document", "packages", "", "", text, "en", (0, len(text)), 0.6, 0.7)
    for question in ("gold package ka price", "gold package rate", "gold package ka kiraya"):
        found = quote(question, [passage])
        assert found is not None and found.sure >= Thresholds().document and "4,999" in found.text


def test_a_price_is_told_without_its_subject_only_if_there_is_one() -> None:
    rows = ["Test: X-ray chest; Price: ₹400", "Test: MRI brain; Price: ₹6,500"]
    xray, mri = (Passage("prices", at, "document", "", "", "", row, "en", (0, 9), 0.5, 1.0) for at, row in enumerate(rows))
    assert quote("price kya hai", [xray, mri]) is None
    alone = quote("price kya hai", [mri])
    assert alone is not None and alone.sure >= Thresholds().document


DOCTORS = "\n".join(
    (
        "Doctor: Dr Meera Sharma; Speciality: Gynaecology; Days: Monday, Friday; Time: 10 am to 1 pm",
        "Doctor: Dr Gurpreet Singh; Speciality: Orthopaedics; Days: Tuesday, Saturday; Time: 4 pm to 7 pm",
        "Doctor: Dr Anil Kapoor; Speciality: Cardiology; Days: Thursday; Time: 9 am to 12 noon",
    )
)


@pytest.mark.parametrize(
    ("question", "name"),
    [
        ("when is Dr Meera Sharma available", "Meera Sharma"),
        ("dr gurpreet kab baithte hain", "Gurpreet"),
        ("what are the timings of dr anil kapoor", "Anil"),
        ("when does dr verma sit", ""),
        ("is dr meera sharma available on video call", ""),
    ],
)
def test_the_hours_in_a_row_say_when_somebody_sits_and_nothing_else(question: str, name: str) -> None:
    page = Passage("d", 1, "document", "Our doctors", "", "", DOCTORS, "en", (0, len(DOCTORS)), 0.5, 0.5, score=0.5)
    found = quote(question, [page])
    sure = found is not None and found.sure >= 0.70
    assert sure == bool(name) and (not sure or (found is not None and name in found.text))


VACCINES = "ਬੱਚਿਆਂ ਦਾ ਟੀਕਾਕਰਨ ਹਰ ਬੁੱਧਵਾਰ ਨੂੰ ਸਵੇਰੇ ਹੁੰਦਾ ਹੈ। ਖੂਨ ਦੀ ਜਾਂਚ ਲਈ ਖਾਲੀ ਪੇਟ ਆਓ। ਐਮਰਜੈਂਸੀ ਸੇਵਾ ਦਿਨ ਰਾਤ ਖੁੱਲ੍ਹੀ ਹੈ।"


@pytest.mark.parametrize(
    ("question", "begins"),
    [
        ("bachon ka teekakaran kab hota hai", "ਬੱਚਿਆਂ"),
        ("khoon ki jaanch ke liye khaali pet aana hai kya", "ਖੂਨ"),
        ("emergency seva kab khuli rehti hai", "ਐਮਰਜੈਂਸੀ"),
    ],
)
def test_a_hinglish_question_finds_its_answer_in_gurmukhi(question: str, begins: str) -> None:
    page = Passage("d", 1, "document", "", "", "", VACCINES, "pa", (0, len(VACCINES)), 0.5, 0.5, score=0.5)
    found = quote(question, [page])
    assert found is not None and found.sure >= 0.70 and found.text.startswith(begins)
