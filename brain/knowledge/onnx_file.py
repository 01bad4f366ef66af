"""Writes a network down as onnxruntime reads it: ONNX, as much of it as bert.py needs. ◆

    network([node("MatMul", ["x", "w"], ["y"])], {"w": weights}, {"x": (1, "tokens", 384)}, {"y": (1, "tokens", 384)}) -> bytes

The numbers are fields of https://github.com/onnx/onnx/blob/main/onnx/onnx.proto in protobuf's wire format; the package onnx
would bring 18 MB for the same.
"""

import struct
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from numpy.typing import NDArray

Shape = Sequence[int | str]
"""A name for a length that is known only when the network is run."""

IR_VERSION, OPSET = 10, 17
OURS, MICROSOFT = "", "com.microsoft"
"""ONNX's own operators, and onnxruntime's."""
_ELEMENTS = {"float32": 1, "int64": 7}
_FLOAT, _INT = 1, 2


def node(operator: str, inputs: Iterable[str], outputs: Iterable[str], domain: str = OURS, **attributes: int | float) -> bytes:
    """One step. An input that is left out is ""."""
    attached = (_bytes(5, _attribute(name, value)) for name, value in attributes.items())
    named = [*(_text(1, name) for name in inputs), *(_text(2, name) for name in outputs), _text(4, operator)]
    return b"".join([*named, *attached, _text(7, domain)])


def network(
    nodes: Iterable[bytes], weights: Mapping[str, NDArray[Any]], inputs: Mapping[str, Shape], outputs: Mapping[str, Shape]
) -> bytes:
    graph = [_bytes(1, each) for each in nodes] + [_text(2, "network")]
    graph += [_bytes(5, _tensor(name, values)) for name, values in weights.items()]
    graph += [_bytes(11, _value(name, shape)) for name, shape in inputs.items()]
    graph += [_bytes(12, _value(name, shape)) for name, shape in outputs.items()]
    opsets = _bytes(8, _text(1, OURS) + _number(2, OPSET)) + _bytes(8, _text(1, MICROSOFT) + _number(2, 1))
    return _number(1, IR_VERSION) + _bytes(7, b"".join(graph)) + opsets


def _attribute(name: str, value: int | float) -> bytes:
    if isinstance(value, float):
        return _text(1, name) + _varint(2 << 3 | 5) + struct.pack("<f", value) + _number(20, _FLOAT)
    return _text(1, name) + _number(3, value) + _number(20, _INT)


def _tensor(name: str, values: NDArray[Any]) -> bytes:
    sizes = b"".join(_number(1, size) for size in values.shape)
    return sizes + _number(2, _ELEMENTS[values.dtype.name]) + _text(8, name) + _bytes(9, values.tobytes())


def _value(name: str, shape: Shape) -> bytes:
    """An input or output: float32 of this shape."""
    sizes = (_bytes(1, _text(2, size) if isinstance(size, str) else _number(1, size)) for size in shape)
    return _text(1, name) + _bytes(2, _bytes(1, _number(1, _ELEMENTS["float32"]) + _bytes(2, b"".join(sizes))))


def _text(field: int, text: str) -> bytes:
    return _bytes(field, text.encode())


def _bytes(field: int, content: bytes) -> bytes:
    return _varint(field << 3 | 2) + _varint(len(content)) + content


def _number(field: int, number: int) -> bytes:
    return _varint(field << 3) + _varint(number)


def _varint(number: int) -> bytes:
    """Seven bits a byte, the lowest first; negative ones in 64 bits."""
    number &= (1 << 64) - 1
    written = bytearray()
    while number > 0x7F:
        written.append(number & 0x7F | 0x80)
        number >>= 7
    return bytes([*written, number])
