"""Clauses join, step, rest and leave, and none of it can be heard in another clause."""

import random
from collections.abc import Iterator

import pytest
import torch

from media_server.tts.parler.decoder import Decoder
from media_server.tts.parler.slots import PROMPTS, NoRoom, Slots

ROWS, CONTEXT = 4, 320
Said = tuple[list[int], int, int]
"""A clause: its prompt, its seed, how many tokens describe its voice."""


@pytest.fixture
def slots(decoder: Decoder) -> Slots:
    return Slots(decoder, ROWS, CONTEXT)


def clauses(seed: int) -> Iterator[Said]:
    draw = random.Random(seed)
    while True:
        yield [draw.randrange(4, 40) for _ in range(draw.randrange(1, 50))], draw.randrange(1 << 40), draw.randrange(3, 60)


def voice(decoder: Decoder, tokens: int) -> torch.Tensor:
    with torch.inference_mode():
        states = torch.randn(tokens, decoder.configuration.hidden, generator=torch.Generator().manual_seed(tokens))
        return decoder.voice(states)


def join(slots: Slots, slot: int, said: Said) -> None:
    prompt, seed, tokens = said
    slots.join(slot, voice(slots.decoder, tokens), prompt, seed=seed)


def look(slots: Slots) -> None:
    """Have it learn of every end that has been drawn, and not with the next step only."""
    slots._reports[0].read()


def alone(decoder: Decoder, said: Said, steps: int, slot: int = 0, rows: int = ROWS) -> torch.Tensor:
    """The codes of a clause that has all slots for itself, after so many steps."""
    slots = Slots(decoder, rows, CONTEXT)
    join(slots, slot, said)
    for _ in range(steps):
        slots.step([slot])
    look(slots)
    return slots.codes(slot, 0, slots.whole(slot)).clone()


def test_clauses_that_come_and_go_at_every_step_say_what_each_says_alone(decoder: Decoder, slots: Slots) -> None:
    coming, draw = clauses(1), random.Random(2)
    inside: dict[int, tuple[Said, int]] = {}
    compared = 0
    for _ in range(160):
        for slot in list(inside):
            said, steps = inside[slot]
            if slots.over(slot) or draw.random() < 0.02:
                look(slots)
                codes = slots.codes(slot, 0, slots.whole(slot))
                assert torch.equal(codes, alone(decoder, said, steps, slot))
                compared += codes.numel()
                slots.leave(slot)
                del inside[slot]
        if len(inside) < ROWS and draw.random() < 0.3:
            slot = draw.choice(slots.free)
            inside[slot] = next(coming), 0
            join(slots, slot, inside[slot][0])
        going = [slot for slot in inside if draw.random() < 0.9]
        for slot in going:
            if not slots.over(slot):
                inside[slot] = inside[slot][0], inside[slot][1] + 1
        slots.step(going)
    assert compared > 1000


def test_a_step_of_one_row_draws_what_a_step_of_many_draws(decoder: Decoder) -> None:
    said = next(clauses(3))
    assert torch.equal(alone(decoder, said, 60, slot=0, rows=1), alone(decoder, said, 60, slot=3))


@pytest.mark.parametrize("at", range(0, 24, 3))
def test_cancelling_at_any_step_frees_the_slot_and_touches_nobody(decoder: Decoder, slots: Slots, at: int) -> None:
    staying, going, coming = (said for said, _ in zip(clauses(at), range(3), strict=False))
    join(slots, 0, staying)
    join(slots, 1, going)
    for _ in range(at):
        slots.step([0, 1])
    slots.leave(1)
    assert slots.free == [1, 2, 3]
    slots.step([0, 1])  # it is not there any more
    join(slots, 1, coming)
    for _ in range(30):
        slots.step([0, 1])
    look(slots)
    assert torch.equal(slots.codes(0, 0, slots.whole(0)), alone(decoder, staying, at + 31))
    assert torch.equal(slots.codes(1, 0, slots.whole(1)), alone(decoder, coming, 30, slot=1))


def test_a_clause_that_rests_goes_on_where_it_was(decoder: Decoder, slots: Slots) -> None:
    resting, other = (said for said, _ in zip(clauses(5), range(2), strict=False))
    join(slots, 2, resting)
    join(slots, 3, other)
    for number in range(50):
        slots.step([3] if number % 3 else [2, 3])
    look(slots)
    assert torch.equal(slots.codes(2, 0, slots.whole(2)), alone(decoder, resting, 17, slot=2))


def test_a_long_clause_rests_through_steps_that_are_shorter_than_it(decoder: Decoder, slots: Slots) -> None:
    """It is beyond the 256 tokens that its neighbour's steps look at."""
    long, short = ([9] * 240, 4, 30), ([5, 6], 8, 9)
    join(slots, 0, long)
    join(slots, 1, short)
    for number in range(60):
        slots.step([0] if number % 2 else [1])
    look(slots)
    assert slots.whole(0) == slots.whole(1) == 22
    assert torch.equal(slots.codes(0, 0, 22), alone(decoder, long, 30))
    assert torch.equal(slots.codes(1, 0, 22), alone(decoder, short, 30, slot=1))


def test_the_same_seed_says_the_same_again_and_another_says_it_otherwise(decoder: Decoder) -> None:
    prompt, seed, tokens = next(clauses(7))
    once, again = (alone(decoder, (prompt, seed, tokens), 40) for _ in range(2))
    assert torch.equal(once, again)
    other = alone(decoder, (prompt, seed + 1, tokens), 40)
    many = min(once.shape[1], other.shape[1])
    assert (once[:, :many] != other[:, :many]).float().mean() > 0.5


def test_what_a_slot_held_before_is_not_heard_after(decoder: Decoder, slots: Slots) -> None:
    """A long clause with a long description, then a short one with a short one, in the same slot."""
    join(slots, 0, (list(range(4, 40)) * 4, 10, 60))
    for _ in range(100):
        slots.step([0])
    assert slots.whole(0) == 92  # its end was not drawn
    slots.leave(0)
    short = ([7, 8], 9, 3)
    join(slots, 0, short)
    for _ in range(30):
        slots.step([0])
    look(slots)
    assert torch.equal(slots.codes(0, 0, slots.whole(0)), alone(decoder, short, 30))


def test_a_clause_that_does_not_end_is_over_when_its_context_is_full(decoder: Decoder) -> None:
    slots = Slots(decoder, 2, 32)
    join(slots, 0, ([5] * 10, 3, 5))
    join(slots, 1, ([5] * 3, 3, 5))
    for _ in range(60):
        slots.step([0, 1])
    for slot, prompt in ((0, 10), (1, 3)):
        assert slots.over(slot)
        assert slots.whole(slot) == 32 - prompt - 8
        assert slots.codes(slot, 0, slots.whole(slot)).max() < decoder.configuration.codebook_size


def test_no_frame_before_the_last_codebook_has_it(slots: Slots) -> None:
    join(slots, 0, next(clauses(11)))
    for steps in range(1, 13):
        slots.step([0])
        assert slots.whole(0) == max(0, steps - 8)


def test_a_full_house_and_an_occupied_slot_are_said(decoder: Decoder, slots: Slots) -> None:
    said = next(clauses(13))
    for slot in range(ROWS):
        join(slots, slot, said)
    assert slots.free == []
    with pytest.raises(ValueError, match="slot 2 is not free"):
        join(slots, 2, said)
    with pytest.raises(ValueError, match="slot 4 is not free"):
        join(slots, 4, said)


@pytest.mark.parametrize(
    ("prompt", "described", "words"),
    [
        ([], 5, "a prompt of 0 tokens"),
        ([4] * (PROMPTS[-1] + 1), 5, "a prompt of 257 tokens"),
        ([4], 65, "a description of 65 tokens"),
    ],
)
def test_what_does_not_fit_is_refused_and_leaves_the_slot_free(
    slots: Slots, prompt: list[int], described: int, words: str
) -> None:
    with pytest.raises(NoRoom, match=words):
        join(slots, 0, (prompt, 1, described))
    assert slots.free == [0, 1, 2, 3]


def test_warming_up_leaves_no_trace(decoder: Decoder, slots: Slots) -> None:
    said = next(clauses(17))
    slots.warm_up()
    join(slots, 0, said)
    with pytest.raises(ValueError, match="in use"):
        slots.warm_up()
    for _ in range(20):
        slots.step([0])
    look(slots)
    assert torch.equal(slots.codes(0, 0, slots.whole(0)), alone(decoder, said, 20))


def test_no_step_looks_at_what_a_tensor_holds(decoder: Decoder) -> None:
    """On torch's device without memory that is impossible; so a CUDA graph can hold every step and every prefill."""
    with torch.device("meta"):
        hollow = Decoder(decoder.configuration)
    Slots(hollow, 3, 320).warm_up()


def test_nothing_ever_moves(slots: Slots) -> None:
    """A CUDA graph knows its tensors by their addresses."""

    def addresses() -> dict[str, int]:
        held = {**vars(slots), **{name: getattr(slots._cache, name) for name in ("own", "cross", "described")}}
        return {name: tensor.data_ptr() for name, tensor in held.items() if isinstance(tensor, torch.Tensor)}

    before = addresses()
    assert len(before) == 14
    for said, slot in zip(clauses(23), (0, 3), strict=False):
        join(slots, slot, said)
        slots.step([0, 3])
        slots.leave(0)
    assert addresses() == before


def test_nobody_active_is_no_step(slots: Slots) -> None:
    join(slots, 0, next(clauses(19)))
    slots.step([])
    slots.step([2])
    for _ in range(9):
        slots.step([0])
    assert slots.whole(0) == 1
