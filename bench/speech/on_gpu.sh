#!/usr/bin/env bash
# Everything that wants a GPU, on a machine that has one: tests with CUDA, the bench, then 64 calls heard and spoken to at once.
#
#   bench/speech/on_gpu.sh [tests|bench|together]...        all three if none is named; about eight minutes
#
# Needs a python3 with torch for CUDA (PYTHON=… names another), and NeMo with what it needs: as wheels in .whl/ (made by
# bench/speech/wheels.sh, for a machine without a network), or installed. What comes of it lies in $OUT (default: bench/out/gpu).
set -uo pipefail
cd "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/../.."

python=${PYTHON:-python3}
out=${OUT:-bench/out/gpu}
parts=("${@:-}")
[[ -n ${parts[0]} ]] || parts=(tests bench together)
mkdir -p "$out"
export HAAZIR_HOME=${HAAZIR_HOME:-/tmp/haazir-gpu} PYTHONUNBUFFERED=1 HF_HUB_OFFLINE=1 OMP_WAIT_POLICY=PASSIVE

if compgen -G '.whl/*.whl' >/dev/null; then
  "$python" -m pip install -q --no-index --no-deps --no-compile --no-cache-dir --upgrade --target /tmp/site .whl/*.whl || exit
  PYTHONPATH=/tmp/site${PYTHONPATH:+:$PYTHONPATH}
fi
export PYTHONPATH=$PWD${PYTHONPATH:+:$PYTHONPATH}

failed=()
part() { # part NAME SECONDS COMMAND...: its output also in $out; one that fails does not keep the next from running
  local name=$1 most=$2
  shift 2
  printf '\n── %s\n' "$name"
  timeout --kill-after=5 "$most" "$@" 2>&1 | tee "$out/$name.log" || failed+=("$name")
}

nvidia-smi --query-gpu=name,driver_version,memory.total,compute_cap,clocks.max.sm,power.limit --format=csv | tee "$out/card.csv"
for name in "${parts[@]}"; do
  case $name in
  tests) # their own folder only: the other tests' conftest wants a database
    part tests 150 "$python" -m pytest -q -p no:cacheprovider --confcutdir tests/speech/cuda tests/speech/cuda
    ;;
  bench)
    part bench 330 "$python" -P -m bench.speech --device cuda --write --label gpu
    ;;
  together)
    part together 100 "$python" -P -m bench.speech --device cuda --engine speak --streams 1 \
      --together 64 --seconds 20 --label gpu-together
    ;;
  *)
    echo "there is no part $name: tests, bench, together" >&2
    exit 2
    ;;
  esac
done
cp "$HAAZIR_HOME/speech-budget.json" "$out/" 2>/dev/null
cp bench/out/*-speech-gpu*.json "$out/" 2>/dev/null
((${#failed[@]} == 0)) || { echo "failed: ${failed[*]}" >&2; exit 1; }
