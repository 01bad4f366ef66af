"""A folder like indic-conformer's: the same files, graphs, names and settings, with two languages of eight tokens. It knows eight
tones: the encoder is every eighth mel frame, the heads are fitted to the tones by least squares."""

import functools
import json
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import onnx
from onnx import TensorProto, helper, numpy_helper

from core.audio import RATE, Pcm
from media_server.stt.chunked.mel import BANDS, log_mel

Floats = npt.NDArray[np.float32]
TOKENS = {
    "hi": ["<unk>", "▁हाँ", "▁न", "हीं", "▁जी", "▁क", "▁ख", "▁ग"],
    "pa": ["<unk>", "▁ਹਾਂ", "▁ਨ", "ਹੀਂ", "▁ਜੀ", "▁ਕ", "▁ਖ", "▁ਗ"],
}
BLANK = len(TOKENS["hi"])
COLUMNS = 2 * BLANK + 1
"""Of the CTC head: Hindi's, Punjabi's, the blank."""
TONES = {
    ("hi", 1): 250,
    ("hi", 2): 400,
    ("hi", 3): 600,
    ("hi", 4): 850,
    ("pa", 1): 1200,
    ("pa", 2): 1700,
    ("pa", 3): 2400,
    ("pa", 4): 3300,
}
"""Language and token -> hertz."""
LAYERS = 2


def said(*tokens: tuple[str, int], seconds: float = 0.4) -> Pcm:
    """Tones with pauses around them."""
    times = np.arange(int(seconds * RATE)) / RATE
    pieces = [np.zeros(RATE // 5)]
    for token in tokens:
        pieces += [8000 * np.sin(2 * np.pi * TONES[token] * times), np.zeros(RATE // 5)]
    return np.concatenate(pieces).astype(np.int16)


@functools.cache
def fitted() -> Floats:
    """(BANDS + 1, 2 * BLANK): evened-out features, and one, -> 1 for the token that sounds, 0 for the others."""
    features, targets = [], []
    chance = np.random.default_rng(2)
    every = list(TONES)
    for _ in range(80):
        tokens = [every[place] for place in chance.choice(len(every), chance.integers(1, 5), replace=False)]
        mel = log_mel(said(*tokens)).T[::8]
        target = np.zeros((len(mel), 2 * BLANK), np.float32)
        for number, (language, token) in enumerate(tokens):
            begin, end = (0.2 + 0.6 * number) * 12.5, (0.6 + 0.6 * number) * 12.5
            target[int(begin) + 1 : int(end), token + (BLANK if language == "pa" else 0)] = 1
        features.append(np.concatenate((mel, np.ones((len(mel), 1))), 1))
        targets.append(target)
    x, y = np.concatenate(features), np.concatenate(targets)
    return np.linalg.solve(x.T @ x + 30 * np.eye(BANDS + 1), x.T @ y).astype(np.float32)


def write_tiny(folder: Path, *, single: bool = False) -> None:
    """`single`: the small graphs are exported for one row at a time."""
    assets = folder / "assets"
    assets.mkdir(parents=True)
    rows: Any = 1 if single else "B"
    weights = fitted()
    settings = {"model_type": "iasr", "BLANK_ID": BLANK, "SOS": COLUMNS - 1, "RNNT_MAX_SYMBOLS": 4,
                "PRED_RNN_LAYERS": LAYERS, "PRED_RNN_HIDDEN_DIM": 2 * BLANK}  # fmt: skip
    (folder / "config.json").write_text(json.dumps(settings))
    (assets / "vocab.json").write_text(json.dumps({tag: [*tokens, "|"] for tag, tokens in TOKENS.items()}))
    masks = {tag: [at // BLANK == number or at == COLUMNS - 1 for at in range(COLUMNS)] for number, tag in enumerate(TOKENS)}
    (assets / "language_masks.json").write_text(json.dumps(masks))
    save(assets / "encoder.onnx", *encoder())
    save(assets / "ctc_decoder.onnx", *ctc_head(weights))
    save(assets / "joint_enc.onnx", *linear("B", "T", weights[:-1], 10 * weights[-1], 10))
    save(
        assets / "joint_pred.onnx",
        *linear(rows, 1, -100 * np.eye(2 * BLANK, dtype=np.float32), np.zeros(2 * BLANK, np.float32), 1),
    )
    save(assets / "joint_pre_net.onnx", *relu(rows))
    for number, tag in enumerate(TOKENS):
        ends = np.zeros((2 * BLANK, BLANK + 1), np.float32)
        ends[number * BLANK : (number + 1) * BLANK, :BLANK] = np.eye(BLANK)
        bias = np.zeros(BLANK + 1, np.float32)
        bias[-1] = 3.5
        save(assets / f"joint_post_net_{tag}.onnx", *linear(rows, 1, ends, bias, 1))
    save(assets / "rnnt_decoder.onnx", *predictor(rows))


Parts = tuple[list[Any], list[Any], list[Any], list[Any]]
"""Nodes, inputs, outputs, constants."""


def save(file: Path, nodes: list[Any], inputs: list[Any], outputs: list[Any], constants: list[Any]) -> None:
    graph = helper.make_graph(nodes, "tiny", inputs, outputs, constants)
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=9)
    onnx.checker.check_model(model)
    onnx.save(model, str(file))


def floats(name: str, *shape: Any) -> Any:
    return helper.make_tensor_value_info(name, TensorProto.FLOAT, shape)


def constant(name: str, value: npt.NDArray[Any]) -> Any:
    return numpy_helper.from_array(value, name)


def encoder() -> Parts:
    whole = helper.make_tensor_value_info
    numbers = {"starts": [0], "ends": [2**31 - 1], "axes": [2], "steps": [8]}
    constants = [constant(name, np.array(value, np.int64)) for name, value in numbers.items()]
    constants += [constant("seven", np.array([7], np.int64)), constant("eight", np.array([8], np.int64))]
    nodes = [
        helper.make_node("Slice", ["audio_signal", "starts", "ends", "axes", "steps"], ["outputs"]),
        helper.make_node("Add", ["length", "seven"], ["more"]),
        helper.make_node("Div", ["more", "eight"], ["encoded_lengths"]),
    ]
    inputs = [floats("audio_signal", "B", BANDS, "T"), whole("length", TensorProto.INT64, ["B"])]
    return nodes, inputs, [floats("outputs", "B", BANDS, "U"), whole("encoded_lengths", TensorProto.INT64, ["B"])], constants


def ctc_head(weights: Floats) -> Parts:
    """The blank is likeliest where no token reaches a third."""
    with_blank = np.concatenate((20 * weights, np.zeros((BANDS + 1, 1), np.float32)), 1)
    with_blank[-1, -1] = 7.0
    nodes = [
        helper.make_node("Transpose", ["encoder_output"], ["frames"], perm=[0, 2, 1]),
        helper.make_node("MatMul", ["frames", "w"], ["scores"]),
        helper.make_node("Add", ["scores", "b"], ["logprobs"]),
    ]
    constants = [constant("w", with_blank[:-1]), constant("b", with_blank[-1])]
    return nodes, [floats("encoder_output", "B", BANDS, "T")], [floats("logprobs", "B", "T", COLUMNS)], constants


def linear(rows: Any, frames: Any, weights: Floats, bias: Floats, scale: float) -> Parts:
    nodes = [helper.make_node("MatMul", ["input", "w"], ["scores"]), helper.make_node("Add", ["scores", "b"], ["output"])]
    constants = [constant("w", (scale * weights).astype(np.float32)), constant("b", bias)]
    return nodes, [floats("input", rows, frames, len(weights))], [floats("output", rows, frames, len(bias))], constants


def relu(rows: Any) -> Parts:
    shape = (rows, 1, 2 * BLANK)
    return [helper.make_node("Relu", ["input"], ["output"])], [floats("input", *shape)], [floats("output", *shape)], []


def predictor(rows: Any) -> Parts:
    """Says which token came last, so that the joint does not say it again; its states count the tokens."""
    whole = helper.make_tensor_value_info
    table = np.zeros((COLUMNS, 2 * BLANK), np.float32)
    for token in range(BLANK):
        table[token, [token, token + BLANK]] = 1
    nodes = [
        helper.make_node("Gather", ["table", "targets"], ["embedded"]),
        helper.make_node("Transpose", ["embedded"], ["outputs"], perm=[0, 2, 1]),
        helper.make_node("Identity", ["target_length"], ["prednet_lengths"]),
        helper.make_node("Add", ["states.1", "one"], ["states"]),
        helper.make_node("Add", ["onnx::Slice_3", "one"], ["162"]),
    ]
    state = (LAYERS, rows, 2 * BLANK)
    inputs = [whole("targets", TensorProto.INT32, [rows, 1]), whole("target_length", TensorProto.INT32, [rows]),
              floats("states.1", *state), floats("onnx::Slice_3", *state)]  # fmt: skip
    outputs = [floats("outputs", rows, 2 * BLANK, 1), whole("prednet_lengths", TensorProto.INT32, [rows]),
               floats("states", *state), floats("162", *state)]  # fmt: skip
    return nodes, inputs, outputs, [constant("table", table), constant("one", np.ones(1, np.float32))]
