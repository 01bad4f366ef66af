"""Strangers' files: what is wrong with them is said in a sentence that helps, and the next document does not notice."""

import asyncio
import io
import itertools
import time
import zipfile
from pathlib import Path

import msgspec
import pytest

from core.settings import Knowledge, Settings
from kb_api.ingest import reading as reading_module
from kb_api.ingest import refused
from kb_api.ingest.addresses import is_public
from kb_api.ingest.language import language_of
from kb_api.ingest.made import Piece
from kb_api.ingest.read import Part, decoded, read, unwrapped
from kb_api.ingest.reader import Outcome
from kb_api.ingest.reading import Reading
from kb_api.ingest.refused import Refused
from kb_api.ingest.sniff import kind_of
from kb_api.ingest.split import PIECE, sentences, split
from tests.unit.knowledge.files import bomb, locked_pdf, pdf, scanned_pdf, word


def zipped(**files: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return out.getvalue()


BAD = [
    (b"", "a.txt", refused.EMPTY),
    (b" \n\t \n", "a.txt", refused.NO_TEXT),
    (b"---\n***\n", "a.md", refused.NO_TEXT),
    (locked_pdf("secret", "hidden"), "a.pdf", refused.ENCRYPTED),
    (scanned_pdf(), "a.pdf", refused.SCANNED),
    (b"%PDF-1.7\nthis is no PDF at all", "a.pdf", refused.DAMAGED),
    (pdf("whole")[:400], "a.pdf", refused.DAMAGED),
    (bomb(300), "a.docx", refused.BOMB),
    (word("whole")[:2000], "a.docx", refused.DAMAGED),
    (zipped(**{"word/document.xml": b"<w:document"}), "a.docx", refused.DAMAGED),
    (zipped(**{"xl/workbook.xml": b"<x/>"}), "a.xlsx", refused.NOT_TEXT),
    (zipped(**{f"{n}": b"" for n in range(5001)}), "a.docx", refused.BOMB),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, "a.doc", refused.OLD_WORD),
    (b"\x89PNG\r\n\x1a\n" + b"\0" * 50, "a.txt", refused.NOT_TEXT),
    (b"MZ\x90\0" + b"\0" * 50, "invoice.pdf", refused.NOT_TEXT),
    (b"text with a zero\0in it", "a.txt", refused.NOT_TEXT),
    (b"\xff\xfe\x41", "a.txt", refused.GARBLED),
    ("किताब".encode()[:-1] * 40, "a.txt", refused.GARBLED),
    (b"<html><body><script>steal()</script><style>p{}</style></body></html>", "a.html", refused.NO_TEXT),
]


def test_what_can_t_be_used_is_refused_with_what_to_do_and_the_reader_lives_on(tmp_path: Path) -> None:
    async def story() -> None:
        async with Reading(Settings(home=tmp_path)) as reading:
            for number, (data, name, sentence) in enumerate(BAD):
                path, out = tmp_path / f"{number}", tmp_path / f"{number}.out"
                path.write_bytes(data)
                outcome = await reading.read(path, out, name=name, media_type="", title="")
                assert outcome == Outcome(refused=sentence), (number, name)
            (tmp_path / "good").write_bytes(pdf("Open from nine to six."))
            good = await reading.read(tmp_path / "good", tmp_path / "out", name="hours.pdf", media_type="", title="")
            assert (good.kind, good.pieces, good.title, good.refused) == ("pdf", 1, "hours", "")

    asyncio.run(story())


def test_a_file_that_eats_time_or_memory_is_given_up(tmp_path: Path) -> None:
    rows = b"a,b,c\n" + b"x,y,z\n" * 3_000_000
    settings = Settings(home=tmp_path, knowledge=Knowledge(read_cpu_s=2, read_memory_mb=4000))
    tight = msgspec.structs.replace(settings, knowledge=Knowledge(read_cpu_s=60, read_memory_mb=60))

    async def story(settings: Settings) -> Outcome:
        async with Reading(settings) as reading:
            (tmp_path / "big.csv").write_bytes(rows)
            return await reading.read(tmp_path / "big.csv", tmp_path / "out", name="big.csv", media_type="", title="")

    assert asyncio.run(story(settings)).refused == refused.TOO_COSTLY
    assert asyncio.run(story(tight)).refused == refused.TOO_COSTLY


def test_who_takes_long_goes_on_in_a_lane_of_its_own_and_the_others_pass_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reading_module, "QUICK_CPU_S", 1)
    (tmp_path / "big.csv").write_bytes(b"a,b,c\n" + b"x,y,z\n" * 3_000_000)
    (tmp_path / "small.txt").write_text("Open from nine to six every day.")

    async def story() -> None:
        async with Reading(Settings(home=tmp_path, knowledge=Knowledge(read_cpu_s=4, read_memory_mb=4000))) as reading:
            args = {"media_type": "", "title": ""}
            big = asyncio.create_task(reading.read(tmp_path / "big.csv", tmp_path / "big.out", name="big.csv", **args))
            while not reading.slow and not big.done():
                await asyncio.wait([big], timeout=0.05)
            small = await reading.read(tmp_path / "small.txt", tmp_path / "small.out", name="small.txt", **args)
            assert (small.pieces, big.done(), reading.slow) == (1, False, 1)
            assert (await big).refused == refused.TOO_COSTLY
            assert reading.slow == 0

    asyncio.run(story())


@pytest.mark.parametrize(
    ("head", "name", "media_type", "kind"),
    [
        (b"\n\n%PDF-1.4 junk before is allowed", "x.txt", "text/plain", "pdf"),
        (b"<!DOCTYPE html><html>", "x.txt", "text/plain", "html"),
        (b"plain <b>words</b>", "page.html", "", "html"),
        (b"# Title", "readme.md", "", "markdown"),
        (b"# Title", "", "text/markdown", "markdown"),
        (b"a,b", "t.csv", "", "csv"),
        (b"hello", "x.exe", "application/x-msdownload", "text"),
    ],
)
def test_first_bytes_decide_and_a_name_only_among_texts(
    tmp_path: Path, head: bytes, name: str, media_type: str, kind: str
) -> None:
    (tmp_path / "file").write_bytes(head)
    assert kind_of(tmp_path / "file", name, media_type) == kind


def test_html_that_nobody_sees_is_not_read(tmp_path: Path) -> None:
    unseen = '<p hidden>It is 1.</p><div style="color:red; DISPLAY : none">It is <b>2</b>.</div>'
    (tmp_path / "page").write_text(f"<p>The fee is\n  500 rupees.</p>{unseen}tail<p>end")
    assert read(tmp_path / "page", "html")[1] == [Part("", "The fee is 500 rupees.\ntail\nend")]


def test_html_however_deep_is_read_in_one_pass(tmp_path: Path) -> None:
    """Fifty thousand open divs, 250 KB, held the reader for two minutes, and with it every site's documents."""
    (tmp_path / "page").write_text("<div>" * 20_000 + "deep")
    began = time.process_time()
    assert read(tmp_path / "page", "html") == ("", [Part("", "deep")])
    assert time.process_time() - began < 5


def test_a_sentence_that_was_broken_to_fit_the_page_is_whole_again() -> None:
    prose = (
        "The Gold package costs Rs 4,999 and includes 62 tests, a chest X-ray and a doctor's\nconsultation. It is for the\nold."
    )
    assert (
        unwrapped(prose)
        == "The Gold package costs Rs 4,999 and includes 62 tests, a chest X-ray and a doctor's consultation. It is for the\nold."
    )
    hindi = "बच्चों का टीकाकरण हर बुधवार और शनिवार को सुबह नौ बजे\nसे दोपहर एक बजे तक होता है।\nफ्लू का टीका 1200 रुपये का है।"
    assert unwrapped(hindi) == hindi.replace("बजे\nसे", "बजे से")


def test_what_stands_in_lines_of_its_own_stays_so() -> None:
    for text in (
        "Refunds\nmoney is paid back within seven working days of the request, always to the same account.",
        "Complete blood count   same day no fasting 350\nLipid profile of the blood  same day fasting 900",
        "Bring an identity card and your earlier reports with you.\nthat is all",
        "Bring an identity card and your earlier reports with you\n- two photographs",
        "",
    ):
        assert unwrapped(text) == text


def test_html_is_read_without_scripts_styles_comments_and_menus(tmp_path: Path) -> None:
    page = """<html><head><title> Our  help </title><style>p {}</style></head><body><nav>Home | About</nav>
    <h1>Returns</h1><p>Ten <b>days</b> to return.</p><script>alert('no')</script><!-- hidden words -->
    <h2>Fees</h2><table><tr><td>Pune</td><td>40</td></tr></table><noscript>enable me</noscript></body></html>"""
    (tmp_path / "page").write_text(page)
    title, parts = read(tmp_path / "page", "html")
    assert title == "Our help"
    assert [(part.heading, " ".join(part.text.split())) for part in parts] == [
        ("Returns", "Ten days to return."),
        ("Fees", "Pune | 40 |"),
    ]


def test_markdown_keeps_its_headings_and_a_table_its_columns(tmp_path: Path) -> None:
    (tmp_path / "a").write_text("Before.\n# Returns\n## Shoes\nTen [days](http://x).\n```\n# no heading\n```\n# Fees\nNone.\n")
    assert read(tmp_path / "a", "markdown")[1] == [
        Part("", "Before."),
        Part("Returns: Shoes", "Ten days.\n```\n# no heading\n```"),
        Part("Fees", "None."),
    ]
    (tmp_path / "b").write_text('Model;Price\n"XR-200";"₹4,999"\nXR-300;\n')
    assert read(tmp_path / "b", "csv")[1] == [Part("", "Model: XR-200; Price: ₹4,999"), Part("", "Model: XR-300")]
    (tmp_path / "c").write_bytes(word("Fees", "Per city:", table=[["City", "Fee"], ["Pune", "40"]]))
    assert read(tmp_path / "c", "docx")[1] == [Part("Fees", "Per city:\nCity: Pune; Fee: 40")]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be"])
def test_text_in_any_unicode_is_read(encoding: str) -> None:
    assert decoded("Price: ₹40, दाम चालीस रुपये".encode(encoding)).lstrip("\ufeff") == "Price: ₹40, दाम चालीस रुपये"


def test_old_western_text_is_read_and_what_is_no_text_is_not() -> None:
    assert decoded("Café opens at 9 – every day, for all of our guests.".encode("cp1252")).startswith("Café opens at 9 –")
    with pytest.raises(Refused):
        decoded(bytes(range(128, 256)) * 20)


def test_pieces_are_as_long_as_a_model_reads_and_say_where_they_stand() -> None:
    text = " ".join(f"Sentence number {n} is about the shop in street {n}." for n in range(200))
    parts = [Part("", "Short one."), Part("Streets", text)]
    whole = "Short one.\n\n" + text
    pieces = list(split(parts))
    assert pieces[0].text == "Short one." and pieces[1].heading == "Streets"
    for piece in pieces:
        assert whole[piece.starts : piece.ends] == piece.text and len(piece.text.split()) <= PIECE
    assert all(later.starts < earlier.ends for earlier, later in itertools.pairwise(pieces[1:])), "they overlap"
    assert pieces[-1].text.endswith("street 199.")


def test_a_danda_ends_a_sentence_and_a_word_without_end_is_cut() -> None:
    hindi = "दुकान नौ बजे खुलती है। शाम को छह बजे बंद होती है।"
    assert [text.strip() for text in sentences(hindi)] == ["दुकान नौ बजे खुलती है।", "शाम को छह बजे बंद होती है।"]
    assert "".join(sentences(hindi)) == hindi
    pieces = list(split([Part("", "A" * 30_000)]))
    assert all(len(piece.text) <= 8 * PIECE for piece in pieces)


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("The shop is open on all days of the week.", "en"),
        ("Dukaan subah nau baje khulti hai aur shaam ko band hoti hai", "hi-Latn"),
        ("दुकान नौ बजे खुलती है", "hi"),
        ("ਦੁਕਾਨ ਨੌਂ ਵਜੇ ਖੁੱਲ੍ਹਦੀ ਹੈ", "pa"),
        ("XR-200; 4999", "en"),
    ],
)
def test_a_pieces_language_is_recognised(text: str, language: str) -> None:
    assert language_of(text) == language


@pytest.mark.parametrize("address", ["8.8.8.8", "2606:4700:4700::1111", "64:ff9b::808:808", "::ffff:8.8.8.8"])
def test_addresses_of_the_internet_are_public(address: str) -> None:
    assert is_public(address)


@pytest.mark.parametrize(
    "address",
    "127.0.0.1 127.8.8.8 10.1.2.3 172.16.0.1 192.168.1.1 169.254.169.254 100.64.0.1 0.0.0.0 224.0.0.1 255.255.255.255 192.0.0.8"
    " 198.18.0.1 ::1 :: fe80::1 fe80::1%eth0 fc00::1 fd12:3456::1 ff02::1 ::ffff:127.0.0.1 ::ffff:192.168.0.1 64:ff9b::a00:1"
    " 2002:7f00:1:: 2001:0:1:2:: ::127.0.0.1 localhost 0x7f.1 2130706433".split(),
)
def test_addresses_of_private_networks_are_not_in_whatever_clothes(address: str) -> None:
    assert not is_public(address)


def test_pieces_on_disk_are_what_the_reader_wrote(tmp_path: Path) -> None:
    async def story() -> None:
        async with Reading(Settings(home=tmp_path)) as reading:
            (tmp_path / "a.md").write_text("# Parking\n\nBehind the house.\n\nNo fee.")
            await reading.read(tmp_path / "a.md", tmp_path / "out", name="a.md", media_type="", title="The shop")
        lines = [msgspec.json.decode(line, type=Piece) for line in (tmp_path / "out").read_bytes().splitlines()]
        assert lines == [Piece("Behind the house.\n\nNo fee.", "Parking", 0, 26)]

    asyncio.run(story())
