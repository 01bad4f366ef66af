"""Rows of tables are told as sentences, shorter on calls; anything else stays as it is."""

import pytest

from brain.rows import told

SCAN = "Test: MRI brain; Price: ₹6,500; Fasting: No; Report: 24 hours; TAT: same day"
DOCTOR = "Doctor: Dr Gurpreet Singh; Speciality: Orthopaedics; Days: Tuesday, Saturday; Time: 4 pm to 7 pm"


@pytest.mark.parametrize(
    ("row", "question", "short", "said"),
    [
        (SCAN, "MRI brain ka rate kya hai", True, "MRI brain: price ₹6,500."),
        (SCAN, "mri brain ki report kab milegi", True, "MRI brain: report 24 hours."),
        (SCAN, "tell me about MRI brain", True, "MRI brain: price ₹6,500, fasting No, report 24 hours."),
        (SCAN, "price of MRI", False, "MRI brain: price ₹6,500, fasting No, report 24 hours, TAT same day."),
        (DOCTOR, "dr gurpreet kab baithte hain", True, "Dr Gurpreet Singh: days Tuesday, Saturday, time 4 pm to 7 pm."),
        ("A scan costs ₹6,500; ask for: a slot", "price", True, "A scan costs ₹6,500; ask for: a slot"),
        ("Note: bring your card", "note", True, "Note: bring your card"),
    ],
)
def test_a_row_is_told_as_a_sentence(row: str, question: str, short: bool, said: str) -> None:
    assert told(row, question, short=short) == said
