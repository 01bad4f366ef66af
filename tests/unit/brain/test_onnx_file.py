"""What we write down is what onnxruntime runs."""

import numpy as np
import onnxruntime

from brain.knowledge.onnx_file import network, node


def test_a_network_is_run_as_it_was_written_down() -> None:
    doubled = np.diag(np.full(200, 2, np.float32))  # longer than one byte can count
    nodes = [node("MatMul", ["x", "double"], ["y"]), node("Softmax", ["y"], ["z"], axis=-1)]
    written = network(nodes, {"double": doubled}, {"x": ("rows", 200)}, {"y": ("rows", 200), "z": ("rows", 200)})
    session = onnxruntime.InferenceSession(written, providers=["CPUExecutionProvider"])
    x = np.arange(600, dtype=np.float32).reshape(3, 200)
    y, z = session.run(None, {"x": x})
    assert (y == 2 * x).all()
    assert np.allclose(z.sum(-1), 1)
