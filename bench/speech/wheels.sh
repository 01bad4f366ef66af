#!/usr/bin/env bash
# Wheels for a GPU machine that has torch but no network: NeMo and what it needs there, in .whl/ (15 MB; git does not see it).
#
#   bench/speech/wheels.sh [3.12]        the Python version of that machine
#
# Versions are those of this environment. What such a machine has already (torch, transformers, numba, numpy and so on) is not in
# the list; if something is missing there, add its name.
set -euo pipefail
cd "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/../.."

version=${1:-3.12}
python=${HAAZIR_HOME:-.haazir}/venv/bin/python
names=(
  StrEnum annotated-types antlr4-python3-runtime audioread braceexpand cffi charset-normalizer cytoolz datasets decorator dill
  hydra-core intervaltree kaldialign lhotse librosa lightning msgspec multiprocess nemo-toolkit nv-one-logger-core
  nv-one-logger-pytorch-lightning-integration nv-one-logger-training-telemetry omegaconf overrides platformdirs pooch pycparser
  pydantic pydantic_core requests soundfile soxr toml toolz typing-inspection webdataset xxhash
)
platforms=()
for glibc in 1 2010 2014 _2_17 _2_24 _2_27 _2_28 _2_34; do platforms+=(--platform "manylinux${glibc}_x86_64"); done

grep -qx '/.whl/' .git/info/exclude || echo '/.whl/' >>.git/info/exclude
rm -rf .whl
mkdir .whl
for name in "${names[@]}"; do
  pinned=$("$python" -c "from importlib.metadata import version; print('==' + version('$name'))" 2>/dev/null || true)
  python3 -m pip download -q --disable-pip-version-check --no-deps --only-binary=:all: --python-version "$version" \
    --implementation cp "${platforms[@]}" -d .whl "$name$pinned" 2>/dev/null ||
    python3 -m pip wheel -q --disable-pip-version-check --no-deps -w .whl "$name$pinned" # pure Python, without a wheel of its own
done
du -sh .whl
