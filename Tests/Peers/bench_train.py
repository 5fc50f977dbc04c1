"""Steps of training, ours and PyTorch's, in turn on this machine: prints the table that the README shows.

    python Tests/Peers/bench_train.py [--pairs 5] [--presets baby shakespeare gpt2] [--compile]
                                      [--precisions highest high medium] [--threads N] [--torch-threads N]
                                      [--minigpt PATH]

In each round every contestant takes some steps, one after the other, the order reversed from round to round.
A cell is the median of the rounds' medians, with the smallest and largest of them; memory is the process's.
"""

import argparse
import datetime
import json
import os
import platform
import resource
import statistics
import subprocess
import sys
from pathlib import Path

# The shape of each preset (as in nanogpt.py), and how many steps make a round.
PRESETS = {
    "baby": (dict(V=66, L=4, H=4, C=128, T=64, B=12), 40),
    "shakespeare": (dict(V=66, L=6, H=6, C=384, T=256, B=8), 5),
    "gpt2": (dict(V=50257, L=12, H=12, C=768, T=64, B=4), 3),
}
# Of ours, and whether bfloat16 of PyTorch's may be compared with it.
PRECISIONS = {"highest": False, "high": False, "medium": True}


def peak_mebibytes():
    """The most memory that this process has taken: Linux's VmHWM, as ru_maxrss there may be the parent's."""
    status = Path("/proc/self/status")
    if status.exists():
        line = next(line for line in status.read_text().splitlines() if line.startswith("VmHWM"))
        return int(line.split()[1]) / 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20


class Contestant:
    """Whoever takes steps: its name, the median milliseconds of each round, and its peak memory in MiB."""

    def __init__(self, name):
        self.name, self.rounds, self.peak = name, [], 0.0

    def add(self, median, peak):
        self.rounds.append(median)
        self.peak = max(self.peak, peak)

    @property
    def median(self):
        return statistics.median(self.rounds)


class Ours(Contestant):
    """`minigpt bench train`, a process a round; not `available` where this processor lacks the precision."""

    def __init__(self, program, preset, precision, threads):
        super().__init__(f"minigpt, {precision}")
        shape, self.steps = PRESETS[preset]
        self.may_meet_bfloat16 = PRECISIONS[precision]
        command = [str(program), "bench", "train", "--json", "--precision", precision]
        command += ["--threads", str(threads)]
        trial = subprocess.run(command + ["--steps", "1"], capture_output=True, text=True)
        self.available = trial.returncode == 0 and json.loads(trial.stdout)["precision"] == precision
        self.command = command + ["--preset", preset, "--steps", str(self.steps)]
        self.command += ["--batch-size", str(shape["B"]), "--block-size", str(shape["T"])]

    def run(self):
        done = subprocess.run(self.command, capture_output=True, text=True)
        if done.returncode != 0:
            sys.exit(f"{' '.join(self.command)}: {done.stderr}")
        result = json.loads(done.stdout)
        self.add(result["ms_per_step"]["median"], result["peak_mib"])

    def close(self):
        pass


class Torch(Contestant):
    """nanogpt.py, a process that waits between its rounds."""

    def __init__(self, preset, bfloat16, compiled, threads):
        numbers = "bfloat16 autocast" if bfloat16 else "float32"
        super().__init__(f"PyTorch, {numbers}{', compiled' * compiled}")
        shape, self.steps = PRESETS[preset]
        self.bfloat16 = bfloat16
        command = [sys.executable, str(Path(__file__).with_name("nanogpt.py")), "--threads", str(threads)]
        command += [word for letter, size in shape.items() for word in (f"-{letter}", str(size))]
        command += ["--bfloat16"] * bfloat16 + ["--compiled"] * compiled
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.ask(1)

    def ask(self, steps):
        self.process.stdin.write(f"{steps}\n")
        self.process.stdin.flush()
        return json.loads(self.process.stdout.readline())

    def run(self):
        result = self.ask(self.steps)
        self.add(statistics.median(result["ms"]), result["peak_mib"])

    def close(self):
        self.process.stdin.close()
        self.process.wait()


def race(preset, options):
    """The contestants of one preset after all their rounds: ours, and PyTorch's."""
    ours = [Ours(options.minigpt, preset, precision, options.threads) for precision in options.precisions]
    for contestant in ours:
        if not contestant.available:
            print(f"{contestant.name}: not on this processor", file=sys.stderr)
    ours = [contestant for contestant in ours if contestant.available]
    modes = [(bfloat16, compiled) for compiled in ([False, True] if options.compile else [False])
             for bfloat16 in (False, True)]
    theirs = [Torch(preset, bfloat16, compiled, options.torch_threads) for bfloat16, compiled in modes]
    order = ours + theirs
    for number in range(options.pairs):
        print(f"{preset}: round {number + 1} of {options.pairs}", file=sys.stderr)
        for contestant in order if number % 2 == 0 else reversed(order):
            contestant.run()
    for contestant in order:
        contestant.close()
    return ours, theirs


def table(results):
    """A column for each preset; rows of ms/step, of how many times faster, and of memory."""
    sizes = {name: f"{name}, B {PRESETS[name][0]['B']} T {PRESETS[name][0]['T']}" for name in results}
    rows = {"": list(sizes.values()), "---": ["---"] * len(sizes)}

    def cell(name, text):
        rows.setdefault(name, []).append(text)

    for ours, theirs in results.values():
        for contestant in theirs + ours:
            cell(f"{contestant.name}: ms/step", spread(contestant.rounds, "{:.1f}"))
        for contestant in ours:
            rivals = [rival for rival in theirs if contestant.may_meet_bfloat16 or not rival.bfloat16]
            rival = min(rivals, key=lambda rival: rival.median)
            quotients = [theirs / ours for theirs, ours in zip(rival.rounds, contestant.rounds)]
            best = "the best of PyTorch's" if len(rivals) > 1 else rival.name
            cell(f"{contestant.name}, against {best}: speedup", spread(quotients, "{:.2f}"))
        for contestant in theirs + ours:
            cell(f"{contestant.name}: peak MiB", f"{contestant.peak:,.0f}")
    return "\n".join(f"| {' | '.join([name, *cells])} |" for name, cells in rows.items())


def spread(values, form):
    return f"{form} ({form}–{form})".format(statistics.median(values), min(values), max(values))


def cores():
    """How many this process may run on."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()


def conditions(options, load):
    """What the numbers depend on, in a sentence each."""
    from importlib.metadata import version

    cpuinfo = Path("/proc/cpuinfo")
    lines = cpuinfo.read_text().splitlines() if cpuinfo.exists() else []
    models = [line.split(":")[1].strip() for line in lines if line.startswith("model name")]
    cpu = models[0] if models else platform.processor()
    program = subprocess.run([str(options.minigpt), "--version"], capture_output=True, text=True)
    return (
        f"{datetime.date.today()}, {cpu}, {cores()} cores, load {load:.1f} at the start; minigpt "
        f"{program.stdout.strip()} on {options.threads} threads, PyTorch {version('torch')} on "
        f"{options.torch_threads}, Python {platform.python_version()}. "
        f"Medians (min–max) of {options.pairs} interleaved rounds; a step is forward, "
        "backward, clipping and AdamW, at dropout 0."
    )


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--pairs", type=int, default=5)
    parser.add_argument("--presets", nargs="+", choices=PRESETS, default=list(PRESETS))
    parser.add_argument("--precisions", nargs="+", choices=PRECISIONS, default=list(PRECISIONS))
    parser.add_argument("--threads", type=int, default=cores(), help="of ours")
    parser.add_argument("--torch-threads", type=int, default=cores())
    parser.add_argument("--compile", action="store_true", help="time PyTorch's compiled forms too")
    root = Path(__file__).resolve().parents[2]
    parser.add_argument("--minigpt", type=Path, default=root / ".build/release/minigpt")
    options = parser.parse_args()
    if not options.minigpt.exists():
        parser.error(f"{options.minigpt} is not there: build it with swift build -c release")
    load = os.getloadavg()[0]
    results = {preset: race(preset, options) for preset in options.presets}
    print(f"{table(results)}\n\n{conditions(options, load)}")


if __name__ == "__main__":
    main()
