"""`python -m training.tiny_stt STEP`: makes media_server/stt/nemo/tiny.nemo again. Steps in order, or `all`."""

import argparse
import os
import sys
from pathlib import Path

os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")  # two threads that spin on two busy cores cost more than they do

STEPS = 4000


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m training.tiny_stt", description=__doc__)
    parser.add_argument("step", choices=("sentences", "synthesise", "train", "export", "evaluate", "all"))
    parser.add_argument("--work", type=Path, default=Path("/tmp/tiny-stt"), help="for corpus and checkpoints (/tmp/tiny-stt)")
    parser.add_argument("--steps", type=int, default=STEPS, help=f"of training, in all (default: {STEPS}, an hour on one core)")
    parser.add_argument("--model", type=Path, help="the .nemo file written and evaluated (default: the shipped one)")
    parser.add_argument("--people", type=Path, help="evaluate: folder of Asterisk's English prompts, for a person's digits")
    options = parser.parse_args()
    options.work.mkdir(parents=True, exist_ok=True)
    every = ("sentences", "synthesise", "train", "export", "evaluate")
    for step in every if options.step == "all" else (options.step,):
        _STEPS[step](options)
    return 0


def _sentences(options: argparse.Namespace) -> None:
    from training.tiny_stt.sentences import fixed, split, vocabulary

    train, kept = split()
    print(f"{len(train)} sentences to train with, {len(kept)} kept out, {len(vocabulary(fixed()))} words")
    for sentence in train:
        print(f"  {sentence.tongue}  {sentence.words}")
    for sentence in kept:
        print(f"  {sentence.tongue}  {sentence.words}   (kept out)")


def _synthesise(options: argparse.Namespace) -> None:
    from training.tiny_stt.corpus import make, training_utterances
    from training.tiny_stt.model import train_tokens

    corpus = make(options.work / "train.npz", training_utterances())
    train_tokens(corpus.words[: corpus.words.index("")], options.work / "tokens")  # up to the silences: no word salad
    print(f"{len(corpus)} utterances, {corpus.ends[-1] / 6000:.0f} min, {len(corpus.phones)} phones")


def _train(options: argparse.Namespace) -> None:
    import torch

    from training.tiny_stt.corpus import Corpus
    from training.tiny_stt.train import Trainer

    torch.set_num_threads(1)
    trainer = Trainer(Corpus.read(options.work / "train.npz"), options.work / "tokens", options.steps)
    checkpoint = options.work / "checkpoint.pt"
    if checkpoint.exists():
        trainer.resume(checkpoint)
        print(f"goes on from step {trainer.step}")
    trainer.run(checkpoint)


def _export(options: argparse.Namespace) -> None:
    from training.tiny_stt.export import SHIPPED, export

    print(export(options.work / "checkpoint.pt", options.work / "tokens", options.model or SHIPPED))


def _evaluate(options: argparse.Namespace) -> None:
    from training.tiny_stt.evaluate import evaluate
    from training.tiny_stt.export import SHIPPED

    evaluate(options.model or SHIPPED, options.people)


_STEPS = {"sentences": _sentences, "synthesise": _synthesise, "train": _train, "export": _export, "evaluate": _evaluate}

if __name__ == "__main__":
    sys.exit(main())
