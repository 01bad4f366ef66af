"""The recipe of the tiny recogniser: its sentences, its alignment, its loss."""

import random
import warnings
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context

import numpy as np
import pytest
import torch

from core.audio import Pcm
from tests.unit.training.apart import said
from training.tiny_stt.corpus import SEED
from training.tiny_stt.render import HEARD_RATE, Phone, over_the_line, telephoned
from training.tiny_stt.scoring import word_error_rate, word_errors
from training.tiny_stt.sentences import ALWAYS, DIGITS, SLOT, Sentence, fixed, mixed, split, spoken, vocabulary, with_digits
from training.tiny_stt.synthesise import HELD_OUT_VARIANTS, VARIANTS, phone_track, plain, silences, takes
from training.tiny_stt.train import LATE_FRAMES, phone_labels
from training.tiny_stt.transducer_loss import transducer_loss


def test_the_domain_is_small_and_every_sentence_is_in_latin_letters() -> None:
    sentences = fixed()
    assert 200 <= len(sentences) <= 500
    assert len(vocabulary(sentences)) <= 300
    assert all(sentence.words.replace(SLOT, "").replace(" ", "").isascii() for sentence in sentences)
    assert {sentence.tongue for sentence in sentences} == {"en", "hi", "pa"}


def test_what_is_kept_out_is_not_trained_with_but_its_words_are() -> None:
    train, kept = split()
    assert len(kept) >= 10
    assert not {sentence.words for sentence in train} & {sentence.words for sentence in kept}
    known = set(vocabulary(train))
    assert all(word in known for sentence in kept for word in sentence.words.split())


def test_what_the_tests_callers_say_is_trained_with() -> None:
    train = {sentence.words for sentence in split()[0]}
    said = [phrase.strip() for line in ALWAYS.strip().splitlines() for phrase in line.split("·")]
    assert set(said) <= train


def test_no_voice_of_the_training_is_kept_out() -> None:
    assert not set(VARIANTS) & set(HELD_OUT_VARIANTS)


def test_the_same_seed_gives_the_same_takes() -> None:
    sentences = split()[0][:40]
    assert list(takes(sentences, 3)) == list(takes(sentences, 3))
    assert list(takes(sentences, 3)) != list(takes(sentences, 4))


def test_word_salad_has_the_words_of_its_sentences_in_other_orders() -> None:
    train, kept = split()
    salad = mixed(train, 1)
    assert salad == mixed(train, 1) != mixed(train, 2)
    assert {word for sentence in salad for word in sentence.words.split()} <= {SLOT, *vocabulary(train)}
    assert not {sentence.words for sentence in mixed(train, SEED)} & {sentence.words for sentence in kept}
    known = {sentence.words for sentence in train}
    assert sum(sentence.words not in known for sentence in salad) > 0.8 * len(salad)


def test_a_number_is_read_out_in_words_of_one_language() -> None:
    dice = random.Random(0)
    for _ in range(50):
        words = with_digits(Sentence(SLOT, "hi"), dice).words.split()
        digits = [word for word in words if word != "double"]
        assert 3 <= len(digits) <= 7
        assert set(digits) <= DIGITS
    assert with_digits(Sentence("haan ji", "hi"), dice).words == "haan ji"


def test_english_words_of_hinglish_are_said_in_either_script() -> None:
    sentence = Sentence("refund kitne din mein aata hai", "hi")
    assert spoken(sentence, devanagari=False) == "refund कितने दिन में आता है"
    assert spoken(sentence, devanagari=True) == "रिफंड कितने दिन में आता है"


@pytest.fixture(scope="module")
def apart() -> Iterator[ProcessPoolExecutor]:
    with ProcessPoolExecutor(1, get_context("spawn")) as process:
        yield process


@pytest.fixture(scope="module")
def refund(apart: ProcessPoolExecutor) -> tuple[Pcm, list[Phone]]:
    return telephoned(*apart.submit(said, "रिफंड कितने दिन में", "hi+f2").result(), -26.0)


def test_phones_follow_the_sound_of_the_words(refund: tuple[Pcm, list[Phone]]) -> None:
    sound, phones = refund
    names = [plain(phone.name) for phone in phones if plain(phone.name)]
    assert names[:5] == ["r", "I", "p#", "V", "n."]
    starts = [phone.start for phone in phones]
    assert starts == sorted(starts)
    assert -0.05 < starts[0] < 0.05
    assert starts[-1] < sound.size / 8000 + 0.1


def test_the_line_gives_back_as_much_sound_as_it_was_given(refund: tuple[Pcm, list[Phone]]) -> None:
    sound, _ = refund
    heard = over_the_line(sound)
    assert heard.size * 8000 == sound.size * HEARD_RATE
    assert np.abs(heard).max() > 1000


def test_a_voice_that_espeak_does_not_have_is_refused(apart: ProcessPoolExecutor) -> None:
    with pytest.raises(ValueError, match="no voice 'nobody'"):
        apart.submit(said, "hello", "nobody").result()


def test_each_frame_has_the_phone_that_is_being_said() -> None:
    numbers: dict[str, int] = {}
    phones = [Phone("'a:", 0.02), Phone("t", 0.05), Phone("_:", 0.07), Phone("", 0.09)]
    assert phone_track(phones, 11, numbers).tolist() == [0, 0, 1, 1, 1, 2, 2, 0, 0, 0, 0]
    assert numbers == {"a:": 1, "t": 2}
    assert phone_track([Phone("t", -0.01)], 3, numbers).tolist() == [2, 2, 2]


def test_an_encoder_frame_is_labelled_with_what_was_said_just_before_its_end() -> None:
    track = torch.arange(1, 41)[None]
    labels = phone_labels(track, 4)
    assert labels.shape == (1, 4, 2)
    assert labels[0, 0].tolist() == [0, 0], "nothing was said before the beginning"
    assert labels[0, 2].tolist() == [1 + 16 - late for late in LATE_FRAMES]


def test_in_silence_nobody_says_anything() -> None:
    first = next(iter(silences(1)))
    assert first.words == ""
    assert first.sound.size > HEARD_RATE // 4


def test_the_loss_of_a_transducer_and_its_gradient_are_nemos() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from nemo.collections.asr.losses.rnnt_pytorch import RNNTLossPytorch
    torch.manual_seed(0)
    logits = torch.randn(4, 12, 7, 9, requires_grad=True)
    targets = torch.randint(0, 8, (4, 6))
    frames, labels = torch.tensor([12, 7, 9, 3]), torch.tensor([6, 0, 3, 5])
    ours = transducer_loss(logits, targets, frames, labels, blank=8).sum()
    theirs = RNNTLossPytorch(blank=8, reduction="sum")(acts=logits, labels=targets, act_lens=frames, label_lens=labels)
    (our_slope,), (their_slope,) = torch.autograd.grad(ours, logits), torch.autograd.grad(theirs, logits)
    assert torch.allclose(ours, theirs, atol=1e-4)
    assert torch.allclose(our_slope, their_slope, atol=2e-6)


def test_one_path_through_the_lattice_costs_what_its_steps_cost() -> None:
    logits = torch.log(torch.tensor([[[[0.1, 0.9], [0.4, 0.6]]]]))
    loss = transducer_loss(logits, torch.tensor([[1]]), torch.tensor([1]), torch.tensor([1]), blank=0)
    assert torch.allclose(loss, -torch.log(torch.tensor([0.9 * 0.4])))


def test_word_errors_are_counted_with_spellings_folded() -> None:
    assert word_errors("where is my order".split(), "where my older".split()) == 2
    assert word_errors([], ["yes"]) == 1
    assert word_error_rate([("dukaan kahan hai", "dukan kahan hai"), ("nahin", "nahi")]) == 0
    assert word_error_rate([("haan ji", "")]) == 1
    with pytest.raises(ValueError, match="nothing was said"):
        word_error_rate([("", "haan")])
