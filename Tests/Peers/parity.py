"""Opens a checkpoint in transformers and holds it against this package on a text.

    python Tests/Peers/parity.py CHECKPOINT TEXT [--minigpt .build/release/minigpt] [--resave]
    python Tests/Peers/parity.py --unusual [--architecture gpt] [--minigpt .build/release/minigpt] [--resave]

CHECKPOINT is a run's directory (its best checkpoint, else its last) or one checkpoint. With --unusual, a tiny model is
trained on a text of what tokenizers stumble over: the characters "<unk>", NULs, emoji, combining marks, line ends of
all kinds. With --resave, transformers saves the checkpoint again, in float32, float16 and bfloat16, in several files and
with its tied head, and what either makes of that is compared. Prints a row for each comparison; exits 1 unless all hold.
Logits are the library's own: Logits/main.swift, built into .build/peers.
"""

import argparse
import json
import os
import random
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import torch
import torch.nn.functional as F
import transformers
from safetensors.torch import load_file, save_file
from tokenizers import Tokenizer
from transformers import AutoModelForCausalLM, AutoTokenizer

ROOT = Path(__file__).resolve().parents[2]
MODELS = {"starcoder2": "Starcoder2ForCausalLM", "nanochat": "NanoChatForCausalLM"}
UNKNOWN = 0  # the id of <unk>, which minigpt never samples
WINDOWS = 8  # whose logits are compared
LOGIT_BOUND = 1e-5  # relative to the largest logit, as in Tests/PeerTests/Agreement.swift
LOSS_BOUND = 1e-4
# Between logits closer than this, float32 does not say which is larger.
TIE = 1e-4
# Reserved tokens of tokenizers, control characters, line ends, sequences of several code points, look-alikes of other
# normal forms, noncharacters, and what a clean-up of spaces or a regular expression would change.
UNUSUAL = [
    "<unk>", "<unk><unk>", " <unk> ", "<|endoftext|>", "<s>", "[UNK]", "\0", "\0\0", "\x1b[1m", "\x7f", "\x85", "\ufeff",
    "\n", "\r\n", "\r", "\n\n", "\t", "\u2028", "\u00a0", "  ", " .", " ,", " 's", " n't", "\u200b", "\u202e",
    "\U0001f469\u200d\U0001f469\u200d\U0001f467", "\U0001f1e9\U0001f1ea", "\U0001f44d\U0001f3fd", "\u2764\ufe0f",
    "e\u0301", "\u00e9", "\u212b", "\u00c5", "\ufb01", "\u1112\u1161\u11ab", "\ud55c", "\ufffd", "\uffff", "\U0010ffff",
    "the fox", "an old crow", "\u72d0", "\u0644\u0627",
]


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("checkpoint", type=Path, nargs="?")
    parser.add_argument("text", type=Path, nargs="?")
    parser.add_argument("--unusual", action="store_true", help="with a model of an unusual text, trained here")
    parser.add_argument("--architecture", default="gpt", help="of the model that --unusual trains")
    parser.add_argument("--minigpt", default=".build/release/minigpt", help="the built program")
    parser.add_argument("--resave", action="store_true", help="compare what transformers saves again, too")
    options = parser.parse_args()
    if options.unusual != (options.text is None):
        parser.error("give CHECKPOINT and TEXT, or --unusual")
    if options.unusual:
        options.checkpoint, options.text = train_on_unusual_text(options.minigpt, options.architecture)

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
        *compare_tokenizer(peer, text[:10_000]),
        compare_logits(peer, library_logits(directory, options.text), text),
        *compare_loss(peer, minigpt, text, options.text),
        compare_greedy(peer, minigpt, text),
    ]
    if options.resave:
        comparisons += compare_resaved(directory, options.text, text)
    for name, figure, holds in comparisons:
        print(f"  {name:<22} {figure:<70} {'ok' if holds else 'FAILS'}")
    sys.exit(0 if all(holds for _, _, holds in comparisons) else 1)


def checkpoint_directory(path):
    """The checkpoint itself, as minigpt would choose it."""
    candidates = [path, path / "best", path / "last"]
    found = next((c for c in candidates if (c / "config.json").exists()), None)
    return found or sys.exit(f"{path}: no checkpoint")


def train_on_unusual_text(program, architecture):
    """A run of a tiny model, and its text."""
    text, run = (ROOT / ".build" / "peers" / name for name in ["unusual.txt", "unusual"])
    text.parent.mkdir(parents=True, exist_ok=True)
    pieces = random.Random(1).choices(UNUSUAL, k=12_000)
    text.write_bytes(("a b <unk> c\n" * 8 + "".join(UNUSUAL + pieces)).encode())
    shutil.rmtree(run, ignore_errors=True)
    words = [program, "train", str(text), "--out", str(run), "--n-layer", "2", "--n-head", "2", "--n-embd", "32"]
    words += ["--max-iters", "300", "--eval-interval", "300", "--architecture", architecture]
    if subprocess.run(words, stdout=subprocess.DEVNULL).returncode != 0:
        sys.exit("minigpt train: failed")
    return run, text


class Peer:
    """The checkpoint as transformers opens it."""

    def __init__(self, directory):
        self.model, self.report = AutoModelForCausalLM.from_pretrained(
            directory, output_loading_info=True, dtype=torch.float32, attn_implementation="eager")
        self.model.eval()
        self.tokenizer = AutoTokenizer.from_pretrained(directory)
        self.library_tokenizer = Tokenizer.from_file(str(directory / "tokenizer.json"))
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
        model == MODELS[peer.model.config.model_type] and not problems)


def compare_tokenizer(peer, text):
    """A token a character and back, in transformers and in the library below it; and what <unk> means there."""
    ids = peer.encode(text)
    wrong = sum(a != b for a, b in zip(peer.tokenizer.decode(ids), text)) + abs(len(ids) - len(text))
    apart = sum(a != b for a, b in zip(peer.library_tokenizer.encode(text).ids, ids.tolist()))
    special = peer.tokenizer.all_special_ids
    return [
        ("tokenizer round trip", f"{len(text):,} characters, {len(ids):,} tokens, {wrong} wrong", wrong == 0),
        ("tokenizers library", f"{apart} ids are others", apart == 0),
        ("special tokens", f"{special}, {peer.tokenizer.unk_token} is {peer.tokenizer.unk_token_id}",
         special == [UNKNOWN] and peer.tokenizer.unk_token_id == UNKNOWN),
    ]


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
    prompt = text[:max(1, peer.block_size // 4)].split("\0")[0]  # which no argument of a program can hold
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


# What save_pretrained makes of a checkpoint: what it is called, the elements' type, in how many files it is, and whether
# the head that is tied to the embedding is stored besides.
RESAVED = [
    ("float32", torch.float32, 1, False), ("float16", torch.float16, 1, False), ("bfloat16", torch.bfloat16, 1, False),
    ("in files", torch.float32, 3, False), ("tied head", torch.float16, 1, True),
]


def compare_resaved(directory, path, text):
    """A row for each: the logits of either program for the saved weights, in float32."""
    tokenizer = AutoTokenizer.from_pretrained(directory)
    rows = []
    for name, dtype, files, stores_head in RESAVED:
        model = AutoModelForCausalLM.from_pretrained(directory, dtype=dtype)
        if stores_head and not model.config.tie_word_embeddings:
            continue
        size = sum(p.numel() * p.element_size() for p in model.parameters())
        with tempfile.TemporaryDirectory() as folder:
            folder = Path(folder)
            model.save_pretrained(folder, max_shard_size=size // files + 1)
            tokenizer.save_pretrained(folder)
            if stores_head:
                store_tied_head(folder / "model.safetensors")
            count = len(list(folder.glob("*.safetensors")))
            _, figure, holds = compare_logits(Peer(folder), library_logits(folder, path), text)
        figure = f"{count} file{'s' * (count > 1)}: {figure}"
        rows.append((f"resaved, {name}", figure, holds and (count > 1) == (files > 1)))
    return rows


def store_tied_head(path):
    """Adds lm_head.weight, which transformers leaves out of what it saves."""
    tensors = load_file(path)
    tensors["lm_head.weight"] = tensors["model.embed_tokens.weight"].clone()
    save_file(tensors, path, metadata={"format": "pt"})


if __name__ == "__main__":
    main()
