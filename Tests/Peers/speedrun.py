"""Seconds of training until a validation loss is reached: nanoGPT's recipe in PyTorch, and recipes of ours, in turn.

    python Tests/Peers/speedrun.py TEXT [--recipes nanogpt baby tiny …] [--seeds 1337 1338 1339] [--svg FILE]
                                   [--threads N] [--minigpt PATH] [--results FILE]

The loss is that of the whole validation split, the last tenth of the text, every character but the first scored once; it is
measured on the way, outside of the clock, which counts the steps alone. A recipe whose learning rate falls until its end
reaches its loss there, so there is one for each aim. Each result is written to --results as it ends, and those that
stand there are not run again.
"""

import argparse
import json
import math
import os
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

from bench_train import cores

TARGETS = [2.0, 1.88, 1.7, 1.6, 1.5, 1.4697]

# Presets of ours: how many steps each takes.
RECIPES = {"baby": 2000, "tiny": 300, "small": 1300, "medium": 1680, "large": 2800}
# How often a run is evaluated.
EVALUATIONS = 20


def nanogpt(text, seed, threads):
    """nanoGPT's published CPU recipe; prints the events that `minigpt train --json` prints."""
    import time

    import torch

    from nanogpt import NanoGPT

    torch.manual_seed(seed)
    torch.set_num_threads(threads)
    steps, B, T, peak, least, warmup = 2000, 12, 64, 1e-3, 1e-4, 100
    characters = Path(text).read_bytes().decode()
    ids = {character: index for index, character in enumerate(sorted(set(characters)))}
    tokens = torch.tensor([ids[character] for character in characters])
    training, validation = tokens[: int(0.9 * len(tokens))], tokens[int(0.9 * len(tokens)) :]
    model = NanoGPT(len(ids), L=4, H=4, C=128, T=T)
    for name, parameter in model.named_parameters():  # the projections into the residual stream
        if name.endswith(("output.weight", "contract.weight")):
            torch.nn.init.normal_(parameter, std=0.02 / math.sqrt(2 * 4))
    groups = [
        {"params": [p for p in model.parameters() if p.dim() > 1], "weight_decay": 0.1},
        {"params": [p for p in model.parameters() if p.dim() < 2], "weight_decay": 0.0},
    ]
    optimizer = torch.optim.AdamW(groups, lr=peak, betas=(0.9, 0.99), fused=True)

    def validation_loss():
        total = 0.0
        with torch.no_grad():
            for start in range(0, len(validation) - 1, 64 * T):
                rows = validation[start : start + 64 * T + 1]
                whole = (len(rows) - 1) // T * T
                for inputs, targets in ((rows[:whole], rows[1 : whole + 1]), (rows[whole:-1], rows[whole + 1 :])):
                    if len(inputs) > 0:
                        shape = (-1, min(T, len(inputs)))
                        total += model(inputs.view(shape), targets.view(shape)).item() * len(inputs)
        return total / (len(validation) - 1)

    for step in range(steps):
        start = time.perf_counter()
        share = (step - warmup) / (steps - warmup)
        cosine = least + 0.5 * (1 + math.cos(math.pi * share)) * (peak - least)
        for group in optimizer.param_groups:
            group["lr"] = peak * (step + 1) / (warmup + 1) if step < warmup else cosine
        starts = torch.randint(len(training) - T, (B,))
        loss = model(
            torch.stack([training[s : s + T] for s in starts]),
            torch.stack([training[s + 1 : s + T + 1] for s in starts]))
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        optimizer.zero_grad(set_to_none=True)
        milliseconds = 1e3 * (time.perf_counter() - start)
        print(json.dumps({"event": "step", "step": step + 1, "ms_per_step": milliseconds}))
        if (step + 1) % (steps // EVALUATIONS) == 0:
            print(json.dumps({"event": "eval", "step": step + 1, "val_loss": validation_loss()}), flush=True)


def run(recipe, seed, options, flags=(), evaluations=EVALUATIONS):
    """The curve of one run: [seconds of training, validation loss] of each evaluation."""
    with tempfile.TemporaryDirectory() as directory:
        if recipe == "nanogpt":
            command = [sys.executable, __file__, options.text, "--as-nanogpt", str(seed)]
            command += ["--threads", str(options.threads)]
        else:
            interval = RECIPES[recipe] // evaluations
            command = [str(options.minigpt), "train", options.text, "--preset", recipe, "--json", "--seed", str(seed)]
            command += ["--eval-iters", "full", "--eval-interval", str(interval), "--threads", str(options.threads)]
            command += ["--out", str(Path(directory) / "run"), *flags]
        process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        seconds, curve = 0.0, []
        for line in process.stdout:
            event = json.loads(line)
            if event["event"] == "step":
                seconds += event["ms_per_step"] / 1e3
            elif event["event"] == "eval":
                curve.append([round(seconds, 3), event["val_loss"]])
        if process.wait() != 0:
            sys.exit(f"{' '.join(command)}: {process.stderr.read()}")
        return curve


def seconds_to(target, curve):
    """When a curve first has a loss of `target` or less; None if it never has."""
    return next((seconds for seconds, loss in curve if loss <= target), None)


def spread(values, digits):
    """The mean, with the smallest and the largest."""
    text = f"{statistics.mean(values):.{digits}f}"
    return text if len(values) == 1 else f"{text} ({min(values):.{digits}f}–{max(values):.{digits}f})"


def table(results):
    """A row for each recipe: seconds to each loss, the last loss, and how long the run was."""
    header = ["recipe", *(f"to {target}" for target in TARGETS), "lowest", "seconds", "seeds"]
    lines = [f"| {' | '.join(header)} |", f"| {' | '.join('---' for _ in header)} |"]
    for recipe, curves in results.items():
        cells = [recipe]
        for target in TARGETS:
            times = [seconds_to(target, curve) for curve in curves]
            cells.append("" if None in times else spread(times, 1))
        cells.append(spread([min(loss for _, loss in curve) for curve in curves], 4))
        cells += [spread([curve[-1][0] for curve in curves], 1), str(len(curves))]
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines)


def svg(results):
    """The curves of each recipe's first seed: validation loss over seconds of training, on a logarithmic axis."""
    width, height, left, bottom = 720, 420, 56, 40
    colors = ["#1b6ca8", "#c8553d", "#2a9d5c", "#8a4fbf", "#b8860b", "#444444", "#d1477a", "#0f8b8d"]
    first, last, low, high = math.log10(0.5), math.log10(1000), 1.4, 2.6

    def x(seconds):
        return left + (math.log10(max(seconds, 0.5)) - first) / (last - first) * (width - left - 130)

    def y(loss):
        return (high - min(loss, high)) / (high - low) * (height - bottom - 20) + 20

    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" font-family="sans-serif" font-size="12">',
        "<title>Validation loss over seconds of training</title>",
        f'<rect width="{width}" height="{height}" fill="white"/>',
    ]
    for loss in [1.4, 1.5, 1.6, 1.8, 2.0, 2.2, 2.4, 2.6]:
        parts.append(f'<path d="M{left} {y(loss):.1f}H{width - 130}" stroke="#ddd"/>')
        parts.append(f'<text x="{left - 8}" y="{y(loss) + 4:.1f}" text-anchor="end">{loss}</text>')
    for seconds in [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000]:
        parts.append(f'<path d="M{x(seconds):.1f} 20V{height - bottom}" stroke="#eee"/>')
        parts.append(f'<text x="{x(seconds):.1f}" y="{height - bottom + 16}" text-anchor="middle">{seconds}</text>')
    parts.append(f'<text x="{(left + width - 130) / 2}" y="{height - 6}" text-anchor="middle">seconds of training</text>')
    for index, (recipe, curves) in enumerate(results.items()):
        color, points = colors[index % len(colors)], " ".join(f"{x(s):.1f},{y(loss):.1f}" for s, loss in curves[0])
        parts.append(f'<polyline points="{points}" fill="none" stroke="{color}" stroke-width="2"/>')
        parts.append(f'<text x="{width - 122}" y="{34 + 18 * index}" fill="{color}">{recipe}</text>')
    return "\n".join([*parts, "</svg>", ""])


def conditions(options):
    """What the numbers depend on."""
    cpuinfo = Path("/proc/cpuinfo")
    lines = cpuinfo.read_text().splitlines() if cpuinfo.exists() else []
    model = next((line.split(":")[1].strip() for line in lines if line.startswith("model name")), "unknown processor")
    flags = next((line for line in lines if line.startswith("flags")), "")
    best = next((name for name in ("amx_bf16", "avx512_bf16", "avx512f", "avx2") if name in flags), "")
    return f"{model} ({best}), {options.threads} threads, load {os.getloadavg()[0]:.1f} at the end; mean (min–max) of seeds."


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("text")
    parser.add_argument("--recipes", nargs="+", choices=["nanogpt", *RECIPES], default=["nanogpt", *RECIPES])
    parser.add_argument("--seeds", nargs="+", type=int, default=[1337])
    parser.add_argument("--threads", type=int, default=cores())
    root = Path(__file__).resolve().parents[2]
    parser.add_argument("--minigpt", type=Path, default=root / ".build/release/minigpt")
    parser.add_argument("--results", type=Path, help="JSON lines, one a run; added to")
    parser.add_argument("--svg", type=Path, help="where to draw the curves")
    parser.add_argument("--as-nanogpt", type=int, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.as_nanogpt is not None:
        return nanogpt(options.text, options.as_nanogpt, options.threads)
    known = {}
    if options.results and options.results.exists():
        for line in options.results.read_text().splitlines():
            result = json.loads(line)
            known[result["recipe"], result["seed"]] = result["curve"]
    results = {}
    for recipe in options.recipes:
        for seed in options.seeds:
            if (recipe, seed) not in known:
                print(f"{recipe}, seed {seed}", file=sys.stderr)
                known[recipe, seed] = run(recipe, seed, options)
                if options.results:
                    with options.results.open("a") as file:
                        file.write(json.dumps({"recipe": recipe, "seed": seed, "curve": known[recipe, seed]}) + "\n")
            results.setdefault(recipe, []).append(known[recipe, seed])
    if options.svg:
        options.svg.write_text(svg(results))
    print(f"{table(results)}\n\n{conditions(options)}")


if __name__ == "__main__":
    main()
