"""Exports a checkpoint as GGUF, opens it in llama.cpp and holds it against this package on a text.

    python Tests/Peers/llama_cpp.py CHECKPOINT TEXT [--dtype float32] [--minigpt .build/release/minigpt]

CHECKPOINT is a run's directory (its best checkpoint, else its last) or one checkpoint. llama.cpp comes in cyllama's wheel:
pip install cyllama. It computes in float32 and keeps keys and values in float32; its GELU is a table of float16 numbers, so
logits agree to some thousandths. The logits to compare with are transformers', which parity.py holds against ours; the greedy
text is our own. Prints a row for each comparison; exits 1 unless all hold.
"""

import argparse
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np
import torch
import transformers
from cyllama.llama import llama_cpp as llama

from parity import Minigpt, Peer, UNKNOWN, checkpoint_directory

MOST_CHARACTERS = 200
MARGIN = 0.05  # in logit: closer than that, a table of float16 numbers may say which is larger
# The largest difference of logits, by the type of the weights: that of float32 is the GELU's.
LOGIT_BOUND = {"float32": 2e-2, "float16": 5e-2, "bfloat16": 5e-1}
F32 = 0  # ggml's number of the type


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("checkpoint", type=Path)
    parser.add_argument("text", type=Path)
    parser.add_argument("--dtype", default="float32", choices=LOGIT_BOUND)
    parser.add_argument("--minigpt", default=".build/release/minigpt", help="the built program")
    options = parser.parse_args()
    transformers.logging.set_verbosity_error()
    transformers.logging.disable_progress_bar()
    llama.disable_logging()
    directory = checkpoint_directory(options.checkpoint)
    peer = Peer(directory)
    text = options.text.read_bytes().decode()[:min(MOST_CHARACTERS, peer.block_size)]
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "model.gguf"
        export(options.minigpt, directory, path, options.dtype)
        model = Llama(path)
        print(f"{directory} on {options.text}, {options.dtype}; llama.cpp by cyllama, ggml {llama.ggml_version()}")
        rows = [
            compare_tokenizer(model, peer, text),
            compare_end_of_text(model),
            *compare_logits(model, peer, text, LOGIT_BOUND[options.dtype]),
            compare_greedy(model, peer, Minigpt(options.minigpt, directory), text, options.dtype),
        ]
    for name, figure, holds in rows:
        print(f"  {name:<22} {figure:<74} {'ok' if holds else 'FAILS'}")
    sys.exit(0 if all(holds for _, _, holds in rows) else 1)


def export(program, directory, path, dtype):
    words = [program, "export", str(directory), "--format", "gguf", "--dtype", dtype, "--output", str(path)]
    run = subprocess.run(words, capture_output=True, encoding="utf-8")
    if run.returncode != 0:
        sys.exit(f"minigpt export: exit code {run.returncode}\n{run.stderr}")


class Model(llama.LlamaModel):
    """LlamaContext.get_logits_ith of cyllama 0.2 asks the model for what its vocabulary has."""

    @property
    def n_vocab(self):
        return self.get_vocab().n_vocab


class Llama:
    """A GGUF file as llama.cpp opens it."""

    def __init__(self, path):
        self.model = Model(str(path), llama.LlamaModelParams())
        self.vocab = self.model.get_vocab()

    def encode(self, text):
        return self.vocab.tokenize(text, add_special=True, parse_special=False)

    def decode(self, ids):
        return "".join(self.vocab.token_to_piece(i, special=False) for i in ids)

    def logits(self, ids):
        """The logits [T, V] of all positions, in one pass."""
        params = llama.LlamaContextParams()
        params.n_ctx = params.n_batch = params.n_ubatch = max(32, len(ids))
        params.type_k = params.type_v = F32
        params.flash_attn_type = 0
        context = llama.LlamaContext(self.model, params)
        batch = llama.LlamaBatch(n_tokens=len(ids), embd=0, n_seq_max=1)
        for position, token in enumerate(ids):
            batch.add(token, position, [0], True)
        context.decode(batch)
        return np.array([context.get_logits_ith(i) for i in range(len(ids))], dtype=np.float32)

    def continuation(self, ids, count):
        """The greedy continuation, every token from a pass over all before it."""
        ids = list(ids)
        for _ in range(count):
            logits = self.logits(ids)[-1]
            logits[UNKNOWN] = -np.inf
            ids.append(int(logits.argmax()))
        return ids[-count:]


def compare_tokenizer(model, peer, text):
    ids, expected = model.encode(text), peer.encode(text).tolist()
    back = model.decode(ids)
    figure = f"{len(text)} characters, {len(ids)} tokens, {len(set(ids))} different; back as they were: {back == text}"
    return "tokenizer", figure, ids == expected and back == text


def compare_end_of_text(model):
    """A character that ended a text would end it too early."""
    vocab = model.vocab
    ends = [i for i in range(vocab.n_vocab) if vocab.is_eog(i)]
    return "ends of a text", f"{ends}, of {vocab.n_vocab} tokens", ends == [UNKNOWN]


def compare_logits(model, peer, text, bound):
    ids = peer.encode(text)
    ours, theirs = peer.logits(ids, 1)[0].numpy(), model.logits(ids.tolist())
    apart = float(np.abs(ours - theirs).max())
    second, first = np.sort(ours)[:, -2:].T
    clear = first - second > MARGIN
    equal = ours.argmax(1) == theirs.argmax(1)
    figure = f"{equal.sum()} of {len(equal)}; {(clear & ~equal).sum()} wrong of the {clear.sum()} ahead by {MARGIN} or more"
    return [
        ("logits", f"{ours.size:,}, apart by {apart:.1e} or less, of {np.abs(ours).max():.1f} at most", apart <= bound),
        ("most likely next", figure, not (clear & ~equal).any()),
    ]


def compare_greedy(model, peer, minigpt, text, dtype):
    """The prompt and what follows fill the context."""
    prompt = text[:max(1, len(text) // 4)].split("\0")[0]
    count = len(text) - len(prompt)
    ours = minigpt.run("sample", f"--prompt={prompt}", "--max-new-tokens", str(count), "--temperature", "0",
                       "--without-ngrams")["text"]
    ids, margins = peer.continuation(peer.encode(prompt), count)
    theirs = model.decode(model.continuation(model.encode(prompt), count))
    if ours == theirs:
        return "greedy continuation", f"{count} tokens, all equal; best logit ahead by {margins.min():.1e} or more", True
    first = next(i for i in range(count) if ours[i:i + 1] != theirs[i:i + 1])
    figure = f"differs at token {first}, where the best logit is ahead by {margins[first]:.1e}"
    return "greedy continuation", figure, margins[first].item() < MARGIN or dtype != "float32"


if __name__ == "__main__":
    main()
