"""Opens a checkpoint in transformers and holds it against this package on a text.

    python Tests/Peers/parity.py CHECKPOINT TEXT [--minigpt .build/release/minigpt]

CHECKPOINT is a run's directory (its best checkpoint, else its last) or one checkpoint. Prints a row for each
comparison; exits 1 unless all hold. Logits are the library's own: Logits/main.swift, built into .build/peers.
"""

import argparse
import json
import os
import subprocess
import sys
from pathlib import Path

import torch
import torch.nn.functional as F
import transformers
from transformers import AutoModelForCausalLM, AutoTokenizer

ROOT = Path(__file__).resolve().parents[2]
UNKNOWN = 0  # the id of <unk>, which minigpt never samples
WINDOWS = 8  # whose logits are compared
LOGIT_BOUND = 1e-5  # relative to the largest logit, as in Tests/PeerTests/Agreement.swift
LOSS_BOUND = 1e-4
# Between logits closer than this, float32 does not say which is larger.
TIE = 1e-4


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("checkpoint", type=Path)
    parser.add_argument("text", type=Path)
    parser.add_argument("--minigpt", default=".build/release/minigpt", help="the built program")
    options = parser.parse_args()

    transformers.logging.set_verbosity_error()
    transformers.logging.disable_progress_bar()
    directory = checkpoint_directory(options.checkpoint)
    text = options.text.read_bytes().decode()  # read as text, "\r\n" would become "\n"
    peer = Peer(directory)
    minigpt = Minigpt(options.minigpt, directory)
    versions = f"transformers {transformers.__version__}, torch {torch.__version__}"
    print(f"{directory} on {options.text}; {versions}")
    comparisons = [
        compare_weights(peer),
        compare_tokenizer(peer, text[:10_000]),
        compare_logits(peer, library_logits(directory, options.text), text),
        *compare_loss(peer, minigpt, text, options.text),
        compare_greedy(peer, minigpt, text),
    ]
    for name, figure, holds in comparisons:
        print(f"  {name:<22} {figure:<70} {'ok' if holds else 'FAILS'}")
    sys.exit(0 if all(holds for _, _, holds in comparisons) else 1)


def checkpoint_directory(path):
    """The checkpoint itself, as minigpt would choose it."""
    candidates = [path, path / "best", path / "last"]
    found = next((c for c in candidates if (c / "config.json").exists()), None)
    return found or sys.exit(f"{path}: no checkpoint")


class Peer:
    """The checkpoint as transformers opens it."""

    def __init__(self, directory):
        self.model, self.report = AutoModelForCausalLM.from_pretrained(
            directory, output_loading_info=True, dtype=torch.float32, attn_implementation="eager")
        self.model.eval()
        self.tokenizer = AutoTokenizer.from_pretrained(directory)
        self.block_size = self.model.config.max_position_embeddings

    def encode(self, text):
        return torch.tensor(self.tokenizer(text)["input_ids"])

    @torch.no_grad()
    def logits(self, ids, most_windows):
        """The logits [windows, T, V] of the first windows of `ids`."""
        length = min(self.block_size, len(ids))
        windows = min(most_windows, len(ids) // length)
        return self.model(ids[:windows * length].view(windows, length)).logits

    @torch.no_grad()
    def loss(self, ids, batch_size=64):
        """The mean loss and the number of tokens scored: all but the first, in windows of the block size."""
        length = self.block_size
        whole = (len(ids) - 1) // length * length
        inputs, targets = (x.view(-1, length).split(batch_size) for x in (ids[:whole], ids[1:whole + 1]))
        rest = (ids[None, whole:-1], ids[None, whole + 1:])
        total = 0.0
        for inputs, targets in [*zip(inputs, targets), rest]:
            if inputs.numel() > 0:
                logits = self.model(inputs).logits.flatten(0, 1).double()
                total += F.cross_entropy(logits, targets.flatten(), reduction="sum").item()
        return total / (len(ids) - 1), len(ids) - 1

    def continuation(self, ids, count):
        """The greedy continuation, and how far the best logit is above the second at each token."""
        result = self.model.generate(
            ids[None], attention_mask=torch.ones_like(ids)[None], max_new_tokens=count, min_new_tokens=count,
            do_sample=False, suppress_tokens=[UNKNOWN], output_logits=True, return_dict_in_generate=True)
        logits = torch.cat(result.logits)
        logits[:, UNKNOWN] = -torch.inf
        best, second = logits.topk(2).values.T
        return result.sequences[0, len(ids):], best - second


class Minigpt:
    """The same checkpoint by the program under test."""

    def __init__(self, program, directory):
        self.program, self.directory = program, directory
        if not Path(program).exists():
            sys.exit(f"{program}: not found; build it first: swift build -c release")

    def run(self, command, *arguments):
        words = [self.program, command, str(self.directory), *arguments, "--json"]
        run = subprocess.run(words, capture_output=True, encoding="utf-8")
        if run.returncode != 0:
            sys.exit(f"minigpt {command}: exit code {run.returncode}\n{run.stderr}")
        return json.loads(run.stdout)


def library_logits(checkpoint, text):
    """What Logits/main.swift, a program of a package of its own, says of the checkpoint."""
    package = ROOT / ".build" / "peers"
    sources = package / "Sources" / "Logits"
    sources.mkdir(parents=True, exist_ok=True)
    (sources / "main.swift").write_bytes((Path(__file__).parent / "Logits" / "main.swift").read_bytes())
    modules = ["Autograd", "Checkpoints", "Text", "Transformer"]
    products = ", ".join(f'.product(name: "{name}", package: "{ROOT.name}")' for name in modules)
    (package / "Package.swift").write_text(
        "// swift-tools-version: 6.2\nimport PackageDescription\n\nlet package = Package(\n"
        '  name: "Peers", platforms: [.macOS(.v15)],\n'
        f'  dependencies: [.package(path: "{os.path.relpath(ROOT, package)}")],\n'
        f'  targets: [.executableTarget(name: "Logits", dependencies: [{products}])])\n')
    words = ["swift", "run", "--package-path", str(package), "-c", "release", "Logits"]
    words += [str(checkpoint.absolute()), str(text.absolute()), str(WINDOWS)]
    run = subprocess.run(words, capture_output=True)
    if run.returncode != 0:
        sys.exit(f"the program of Logits/main.swift: exit code {run.returncode}\n{run.stderr.decode()}")
    return torch.frombuffer(bytearray(run.stdout), dtype=torch.float32)


def compare_weights(peer):
    """transformers must know the architecture and find every weight, and none too many."""
    model = type(peer.model).__name__
    problems = {kind: sorted(map(str, names)) for kind, names in peer.report.items() if names}
    return "model", f"{model}, {problems or 'no missing or unexpected weights'}", (
        model == "Starcoder2ForCausalLM" and not problems)


def compare_tokenizer(peer, text):
    ids = peer.encode(text)
    wrong = sum(a != b for a, b in zip(peer.tokenizer.decode(ids), text)) + abs(len(ids) - len(text))
    return "tokenizer round trip", f"{len(text):,} characters, {len(ids):,} tokens, {wrong} wrong", wrong == 0


def compare_logits(peer, ours, text):
    theirs = peer.logits(peer.encode(text), WINDOWS)
    if ours.numel() != theirs.numel():
        return "logits", f"{ours.numel():,} here, {theirs.numel():,} there", False
    apart = ((ours.view(theirs.shape) - theirs).abs().max() / theirs.abs().max()).item()
    figure = f"{theirs.numel():,}, apart by {apart:.1e} of the largest or less"
    return "logits", figure, apart <= LOGIT_BOUND


def compare_loss(peer, minigpt, text, path):
    ours = minigpt.run("eval", str(path), "--precision", "highest")
    theirs, count = peer.loss(peer.encode(text))
    apart = abs(ours["loss"] - theirs)
    return [
        ("loss", f"{ours['loss']:.6f} here, {theirs:.6f} there: {apart:.1e} apart", apart <= LOSS_BOUND),
        ("tokens scored", f"{ours['tokens']:,} here, {count:,} there", ours["tokens"] == count),
    ]


def compare_greedy(peer, minigpt, text):
    """The prompt and what follows fill the context, beyond which the two go on differently."""
    prompt = text[:max(1, peer.block_size // 4)]
    count = peer.block_size - len(prompt)
    ours = minigpt.run("sample", f"--prompt={prompt}", "--max-new-tokens", str(count), "--temperature", "0")
    ids, margins = peer.continuation(peer.encode(prompt), count)
    theirs = peer.tokenizer.decode(ids)
    if ours["text"] == theirs:
        figure = f"{count} tokens, all equal; best logit ahead by {margins.min():.1e} or more"
        return "greedy continuation", figure, True
    first = next(i for i in range(count) if ours["text"][i:i + 1] != theirs[i:i + 1])
    figure = f"differs at token {first}, where the best logit is ahead by {margins[first]:.1e}"
    return "greedy continuation", figure, margins[first].item() < TIE


if __name__ == "__main__":
    main()
