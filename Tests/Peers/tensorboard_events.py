"""Opens a run's files for TensorBoard in TensorBoard and holds them against the run's metrics.jsonl.

    python Tests/Peers/tensorboard_events.py RUN [EVENTS]

RUN is a directory that `minigpt train --tensorboard` made, EVENTS the one that was given to --tensorboard, if another. Needs
pip install tensorboard. They are read twice: by TensorBoard's library, and by the server that its pages ask (1,000 points a
curve). Prints a row for each comparison; exits 1 unless all hold.
"""

import argparse
import json
import socket
import subprocess
import sys
import time
import urllib.parse
import urllib.request
from pathlib import Path

import numpy as np
import tensorboard
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

SERVER_PATIENCE = 60  # seconds


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("run", type=Path)
    parser.add_argument("events", type=Path, nargs="?")
    options = parser.parse_args()
    events = options.events or options.run
    scalars, samples = record(options.run / "metrics.jsonl")
    accumulator = EventAccumulator(str(events), size_guidance={"scalars": 0, "tensors": 0})
    accumulator.Reload()
    files = len(list(events.glob("*tfevents*")))
    print(f"{events}, {files} file{'s' * (files > 1)}; tensorboard {tensorboard.__version__}")
    rows = [compare_tags(accumulator, scalars)]
    rows += [compare_scalars(tag, accumulator.Scalars(tag), scalars[tag]) for tag in scalars]
    if samples:
        rows.append(compare_samples(accumulator, samples))
    rows.append(compare_server(events, scalars))
    for name, figure, holds in rows:
        print(f"  {name:<24} {figure:<70} {'ok' if holds else 'FAILS'}")
    sys.exit(0 if all(holds for _, _, holds in rows) else 1)


def record(path):
    """The values under each tag by step, and the samples by step; what a rollback undid is left out."""
    scalars, samples = {}, {}
    for line in path.read_text().splitlines():
        event = json.loads(line)
        kind, step = event["event"], event["step"]
        if kind == "rollback":
            for values in [*scalars.values(), samples]:
                for later in [s for s in values if s > step]:
                    del values[later]
        elif kind == "sample":
            samples[step] = event["text"]
        elif kind in ["step", "eval"]:
            for name, value in event.items():
                if isinstance(value, float) and name != "time":
                    scalars.setdefault(f"{kind}/{name}", {})[step] = value
    return scalars, samples


def compare_tags(accumulator, scalars):
    theirs = sorted(accumulator.Tags()["scalars"])
    return "tags", ", ".join(theirs), theirs == sorted(scalars)


def compare_scalars(tag, points, expected):
    """Each step once and in order, each value the nearest float32."""
    steps = [point.step for point in points]
    equal = steps == list(expected) and all(
        point.value == float(np.float32(value)) for point, value in zip(points, expected.values()))
    times = [point.wall_time for point in points]
    return tag, f"{len(points)} points, {len(expected)} in metrics.jsonl", equal and times == sorted(times)


def compare_samples(accumulator, samples):
    """As Markdown shows an indented block: as it is."""
    found = {point.step: point.tensor_proto.string_val[0].decode() for point in accumulator.Tensors("sample")}
    shown = {step: "\n".join(line[4:] for line in text.split("\n")) for step, text in found.items()}
    return "samples", f"{len(found)} texts, {len(samples)} in metrics.jsonl", shown == samples


def compare_server(events, scalars):
    """What the pages show: the server reads the files by a program of its own."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    words = [sys.executable, "-m", "tensorboard.main", "--logdir", str(events), "--port", str(port), "--load_fast", "true"]
    server = subprocess.Popen(words, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        tag, expected = max(scalars.items(), key=lambda item: len(item[1]))
        query = urllib.parse.urlencode({"run": ".", "tag": tag})
        points = fetch(f"http://127.0.0.1:{port}/data/plugin/scalars/scalars?{query}")
    finally:
        server.terminate()
        server.wait()
    if points is None:
        return "the server", f"no answer in {SERVER_PATIENCE} seconds", False
    values = {step: value for _, step, value in points}
    equal = all(step in expected and value == float(np.float32(expected[step])) for step, value in values.items())
    return "the server", f"{len(points)} points of {tag}", equal and len(points) == min(1000, len(expected))


def fetch(address):
    """The answer, once there is one; None if there is none in time."""
    end = time.monotonic() + SERVER_PATIENCE
    while time.monotonic() < end:
        try:
            with urllib.request.urlopen(address, timeout=10) as answer:
                if points := json.load(answer):
                    return points
        except (OSError, ValueError):
            pass
        time.sleep(0.5)
    return None


if __name__ == "__main__":
    main()
