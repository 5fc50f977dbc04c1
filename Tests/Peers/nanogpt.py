"""nanoGPT's model and training step in PyTorch, to be timed beside ours: learned positions, no dropout.

As a program it takes a model's shape and answers each line N on standard input with a line of JSON: the
milliseconds of N steps, and the most memory that the process has taken. Letters as everywhere: B batch,
T time, C width, H heads, D head width, L layers, V vocabulary.
"""

import argparse
import contextlib
import json
import sys
import time

import torch
import torch.nn as nn
import torch.nn.functional as F

from bench_train import peak_mebibytes


class Block(nn.Module):
    def __init__(self, C, H):
        super().__init__()
        self.H = H
        self.attention_norm, self.mlp_norm = nn.LayerNorm(C), nn.LayerNorm(C)
        self.qkv, self.output = nn.Linear(C, 3 * C), nn.Linear(C, C)
        self.expand, self.contract = nn.Linear(C, 4 * C), nn.Linear(4 * C, C)

    def forward(self, x):
        B, T, C = x.shape
        qkv = self.qkv(self.attention_norm(x)).chunk(3, dim=-1)
        q, k, v = (part.view(B, T, self.H, -1).transpose(1, 2) for part in qkv)  # [B, H, T, D]
        mixed = F.scaled_dot_product_attention(q, k, v, is_causal=True)
        x = x + self.output(mixed.transpose(1, 2).reshape(B, T, C))
        return x + self.contract(F.gelu(self.expand(self.mlp_norm(x)), approximate="tanh"))


class NanoGPT(nn.Module):
    def __init__(self, V, L, H, C, T):
        super().__init__()
        self.tokens, self.positions = nn.Embedding(V, C), nn.Embedding(T, C)
        self.blocks = nn.ModuleList(Block(C, H) for _ in range(L))
        self.norm = nn.LayerNorm(C)
        for parameter in self.parameters():
            if parameter.dim() > 1:
                nn.init.normal_(parameter, std=0.02)

    def forward(self, inputs, targets):
        x = self.tokens(inputs) + self.positions.weight[: inputs.shape[1]]  # [B, T, C]
        for block in self.blocks:
            x = block(x)
        logits = F.linear(self.norm(x), self.tokens.weight)  # [B, T, V]
        return F.cross_entropy(logits.flatten(0, 1).float(), targets.flatten())


class Training:
    """Steps of nanoGPT's training loop on random tokens."""

    def __init__(self, V, L, H, C, T, B, bfloat16, compiled):
        torch.manual_seed(1)
        self.B, self.T, self.bfloat16 = B, T, bfloat16
        self.data = torch.randint(V, (1 << 18,))
        self.model = NanoGPT(V, L, H, C, T)
        self.loss = torch.compile(self.model) if compiled else self.model
        matrices = [p for p in self.model.parameters() if p.dim() > 1]
        vectors = [p for p in self.model.parameters() if p.dim() < 2]
        groups = [{"params": matrices, "weight_decay": 0.1}, {"params": vectors, "weight_decay": 0.0}]
        self.optimizer = torch.optim.AdamW(groups, lr=1e-3, betas=(0.9, 0.99), fused=True)

    def step(self):
        starts = torch.randint(len(self.data) - self.T - 1, (self.B,))
        inputs = torch.stack([self.data[s : s + self.T] for s in starts])
        targets = torch.stack([self.data[s + 1 : s + 1 + self.T] for s in starts])
        with torch.autocast("cpu", torch.bfloat16) if self.bfloat16 else contextlib.nullcontext():
            loss = self.loss(inputs, targets)
        loss.backward()
        nn.utils.clip_grad_norm_(self.model.parameters(), 1.0)
        self.optimizer.step()
        self.optimizer.zero_grad(set_to_none=True)
        return loss.item()


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    for letter in "VLHCTB":
        parser.add_argument(f"-{letter}", type=int, required=True)
    parser.add_argument("--threads", type=int, required=True)
    parser.add_argument("--bfloat16", action="store_true")
    parser.add_argument("--compiled", action="store_true")
    options = vars(parser.parse_args())
    torch.set_num_threads(options.pop("threads"))
    training = Training(**options)
    for _ in range(3):
        training.step()
    for line in sys.stdin:
        milliseconds = []
        for _ in range(int(line)):
            start = time.perf_counter()
            training.step()
            milliseconds.append((time.perf_counter() - start) * 1e3)
        print(json.dumps({"ms": milliseconds, "peak_mib": peak_mebibytes()}), flush=True)


if __name__ == "__main__":
    main()
