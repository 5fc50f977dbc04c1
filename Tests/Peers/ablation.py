"""What each part of a recipe is worth: the preset with one thing changed at a time, for the same number of steps.

    python Tests/Peers/ablation.py TEXT [--preset small] [--seeds 1337 …] [--variants …] [--results FILE]

Prints the validation loss at the end (the whole validation split), its difference from the preset's own of the same seeds, and
the seconds of training. A change that is worth having lowers the loss by more than seeds differ, or the time at the same loss.
"""

import argparse
import json
import statistics
import sys
from pathlib import Path

import speedrun

# By what is changed in the preset: the flags that change it.
VARIANTS = {
    "the preset": [],
    "AdamW, at Muon's learning rate": ["--optimizer", "adamw", "--learning-rate", "0.03"],
    "AdamW, learning rate 0.004": ["--optimizer", "adamw", "--learning-rate", "0.004"],
    "no n-grams as teachers": ["--ngram-distillation", "0"],
    "n-grams alone as teachers": ["--ngram-distillation", "1"],
    "nanochat's architecture": ["--architecture", "nanochat", "--learning-rate", "0.015"],
    "warm-up of 100 steps": ["--warmup-iters", "100"],
    "a tenth of the peak as final learning rate": ["--min-lr", "0.003"],
    "weight decay 0.1": ["--weight-decay", "0.1"],
    "Muon's learning rate 0.02": ["--muon-lr", "0.02"],
    "Muon's learning rate 0.05": ["--muon-lr", "0.05"],
    "Muon's momentum 0.9": ["--muon-momentum", "0.9"],
    "AdamW's learning rate 0.01": ["--learning-rate", "0.01", "--min-lr", "1e-4"],
    "AdamW's beta2 0.97, a half-life of a sixtieth of the run": ["--beta2", "0.97"],
    "twice the batch, half the steps": ["--batch-size", "24", "--max-iters", "650"],
    "half the batch, twice the steps": ["--batch-size", "6", "--max-iters", "2600"],
    "dropout 0.1": ["--dropout", "0.1"],
}


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("text")
    parser.add_argument("--preset", choices=speedrun.RECIPES, default="small")
    parser.add_argument("--variants", nargs="+", choices=VARIANTS, default=list(VARIANTS))
    parser.add_argument("--seeds", nargs="+", type=int, default=[1337])
    parser.add_argument("--threads", type=int, default=speedrun.cores())
    root = Path(__file__).resolve().parents[2]
    parser.add_argument("--minigpt", type=Path, default=root / ".build/release/minigpt")
    parser.add_argument("--results", type=Path, help="JSON lines, one a run; added to")
    options = parser.parse_args()
    print("| changed | validation loss | difference | seconds |\n| --- | --- | --- | --- |")
    own = None
    for variant in options.variants:
        ends = []
        for seed in options.seeds:
            print(f"{variant}, seed {seed}", file=sys.stderr)
            ends.append(speedrun.run(options.preset, seed, options, VARIANTS[variant], evaluations=1)[-1])
            if options.results:
                with options.results.open("a") as file:
                    file.write(json.dumps({"variant": variant, "seed": seed, "end": ends[-1]}) + "\n")
        losses = [loss for _, loss in ends]
        own = own or losses
        difference = statistics.mean(losses) - statistics.mean(own)
        seconds = speedrun.spread([seconds for seconds, _ in ends], 1)
        print(f"| {variant} | {speedrun.spread(losses, 4)} | {difference:+.4f} | {seconds} |", flush=True)
    print(f"\n{options.preset}, {speedrun.RECIPES[options.preset]} steps. {speedrun.conditions(options)}")


if __name__ == "__main__":
    main()
