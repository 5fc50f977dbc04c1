"""Writes the fixtures that Tests/PeerTests holds this package against.

    python Tests/Peers/make_fixtures.py [DIRECTORY]

<shape>.safetensors: weights and tokens; by each peer the logits, the loss and every parameter's gradient.
trajectory.safetensors: 50 steps of AdamW from one start on the same batches; by each peer the loss and the
gradients' norm at each step; by the twin the weights at the end.
muon.safetensors: the gradients of ten steps, and where Muon takes the weights and its momentum by them: as published,
written out below, in float64 and in float32; and torch.optim.Muon, which orthogonalizes in bfloat16.
The other peers are transformers' Starcoder2ForCausalLM and NanoChatForCausalLM in float32 and twin.py in float64. The
metadata hold the configuration and the versions.
"""

import json
import math
import platform
import sys
from pathlib import Path

import torch
import torch.nn.functional as F
import transformers
import twin
from safetensors.torch import save_file

# No size is a multiple of a vector or a tile but where the architecture makes it one.
COMMON = dict(
    vocab_size=11, num_hidden_layers=1, intermediate_size=24, max_position_embeddings=13, sliding_window=None,
    tie_word_embeddings=True, hidden_act="gelu_pytorch_tanh", use_bias=True, norm_epsilon=1e-5,
    rope_parameters=dict(rope_type="default", rope_theta=10000.0), bos_token_id=None, eos_token_id=None,
)
SHAPES = {
    "multi-head": dict(hidden_size=32, num_attention_heads=2, num_key_value_heads=2),
    "grouped-query": dict(hidden_size=32, num_attention_heads=4, num_key_value_heads=2),
    "sliding-window": dict(
        hidden_size=16, num_attention_heads=1, num_key_value_heads=1, sliding_window=5, num_hidden_layers=2),
    "untied-head": dict(
        hidden_size=32, num_attention_heads=1, num_key_value_heads=1, tie_word_embeddings=False),
    "wide-head": dict(
        hidden_size=64, num_attention_heads=1, num_key_value_heads=1, intermediate_size=10),
}
NANOCHAT = dict(
    vocab_size=11, hidden_size=32, num_hidden_layers=2, num_attention_heads=4,
    num_key_value_heads=2, intermediate_size=24, max_position_embeddings=13, hidden_act="relu2", rms_norm_eps=1e-6,
    rope_parameters=dict(rope_type="default", rope_theta=10000.0), final_logit_softcapping=15.0,
    bos_token_id=None, eos_token_id=None, pad_token_id=None,
)
TRAJECTORY = "sliding-window"  # the fewest parameters, and two blocks
RECIPE = dict(
    steps=50, learning_rate=6e-3, min_lr=6e-4, warmup_iters=5, lr_decay_iters=40, beta1=0.9, beta2=0.99,
    weight_decay=0.1, grad_clip=1.0,
)
BATCH_SIZE = 2
# Queries, keys and values apart are square and wide, the MLP's maps tall and wide.
MUON_SHAPE = dict(hidden_size=16, num_attention_heads=4, num_key_value_heads=2)
MUON_RECIPE = dict(
    steps=10, learning_rate=1e-2, min_lr=1e-3, warmup_iters=2, lr_decay_iters=8, muon_lr=0.02, muon_momentum=0.95,
    beta1=0.9, beta2=0.99, weight_decay=0.1, gradient_scales=[1.0, 0.5, 1.0, 0.25, 1.0, 1.0, 0.1, 1.0, 0.5, 1.0],
)
COEFFICIENTS = (3.4445, -4.7750, 2.0315)  # https://kellerjordan.github.io/posts/muon


def random_weights(model, random):
    """Large enough that attention is far from uniform and every term of a gradient counts."""

    def draw(name, parameter):
        noise = torch.randn(parameter.shape, generator=random)
        if parameter.dim() == 1:
            return 0.1 * noise + (1 if "norm" in name and name.endswith("weight") else 0)
        # Of rows whose norm is one, so that a cap of 15 bends these logits.
        scale = 8 if name == "lm_head.weight" and model.config.model_type == "nanochat" else 1
        return scale * noise * parameter.shape[1] ** -0.5

    return {name: draw(name, parameter) for name, parameter in model.named_parameters()}


def loss_and_logits(logits, weights, tokens):
    """The mean cross-entropy of each token but the first of a row, and the logits it is of."""
    y = logits(weights, tokens[:, :-1])
    return F.cross_entropy(y.flatten(0, 1), tokens[:, 1:].flatten()), y


def results(logits, weights, tokens):
    """Logits, loss and gradients as tensors to store."""
    variables = {name: weight.clone().requires_grad_() for name, weight in weights.items()}
    loss, y = loss_and_logits(logits, variables, tokens)
    gradients = torch.autograd.grad(loss, list(variables.values()))
    found = {f"gradient.{name}": gradient for name, gradient in zip(variables, gradients)}
    return {"logits": y.detach(), "loss": loss.detach(), **found}


def learning_rate(step, recipe):
    """nanoGPT's schedule; steps count from 0."""
    peak, low = recipe["learning_rate"], recipe["min_lr"]
    warmup, decay = recipe["warmup_iters"], recipe["lr_decay_iters"]
    if step < warmup:
        return peak * (step + 1) / (warmup + 1)
    if step > decay:
        return low
    return low + 0.5 * (1 + math.cos(math.pi * (step - warmup) / (decay - warmup))) * (peak - low)


def trajectory(logits, weights, batches, recipe):
    """The loss and the norm of each step of torch.optim.AdamW, and the weights after the last."""
    variables = {name: weight.clone().requires_grad_() for name, weight in weights.items()}
    matrices = [p for p in variables.values() if p.dim() >= 2]
    vectors = [p for p in variables.values() if p.dim() < 2]
    decays = dict(params=matrices, weight_decay=recipe["weight_decay"])
    stays = dict(params=vectors, weight_decay=0.0)
    optimizer = torch.optim.AdamW([decays, stays], betas=(recipe["beta1"], recipe["beta2"]))
    losses, norms = [], []
    for step in range(recipe["steps"]):
        for group in optimizer.param_groups:
            group["lr"] = learning_rate(step, recipe)
        optimizer.zero_grad()
        loss, _ = loss_and_logits(logits, variables, batches[step])
        loss.backward()
        norms.append(torch.nn.utils.clip_grad_norm_(variables.values(), recipe["grad_clip"]))
        optimizer.step()
        losses.append(loss.detach())
    final = {f"final.{name}": weight.detach() for name, weight in variables.items()}
    return {"loss": torch.stack(losses), "norm": torch.stack(norms), **final}


def orthogonalized(gradient):
    """Muon's Newton-Schulz iteration, on the short side."""
    a, b, c = COEFFICIENTS
    is_tall = gradient.shape[0] > gradient.shape[1]
    x = gradient.T if is_tall else gradient
    x = x / (x.norm() + 1e-7)
    for _ in range(5):
        square = x @ x.T
        x = a * x + (b * square + c * square @ square) @ x
    return x.T if is_tall else x


class Muon:
    """Muon as published, of matrices."""

    def __init__(self, matrices, recipe):
        self.matrices, self.recipe = matrices, recipe
        self.momentum = [torch.zeros_like(matrix) for matrix in matrices]

    def step(self, rate):
        mu = self.recipe["muon_momentum"]
        for matrix, momentum in zip(self.matrices, self.momentum):
            momentum.lerp_(matrix.grad, 1 - mu)
            direction = orthogonalized(matrix.grad.lerp(momentum, mu))
            matrix.data.mul_(1 - rate * self.recipe["weight_decay"])
            matrix.data.sub_(rate * max(1, matrix.shape[0] / matrix.shape[1]) ** 0.5 * direction)


class TorchMuon:
    """PyTorch's."""

    def __init__(self, matrices, recipe):
        self.optimizer = torch.optim.Muon(
            matrices, momentum=recipe["muon_momentum"], weight_decay=recipe["weight_decay"],
            ns_coefficients=COEFFICIENTS)

    def step(self, rate):
        self.optimizer.param_groups[0]["lr"] = rate
        self.optimizer.step()

    @property
    def momentum(self):
        return [self.optimizer.state[p]["momentum_buffer"] for p in self.optimizer.param_groups[0]["params"]]


def muon_steps(kind, weights, gradients, recipe):
    """The weights and the momentum after steps by the given gradients; AdamW has what is no matrix in a block."""
    variables = {name: weight.clone().requires_grad_() for name, weight in weights.items()}
    matrices = {name: p for name, p in variables.items() if p.dim() == 2 and ".layers." in name}
    rest = {name: p for name, p in variables.items() if name not in matrices}
    decays = dict(params=[p for p in rest.values() if p.dim() >= 2], weight_decay=recipe["weight_decay"])
    stays = dict(params=[p for p in rest.values() if p.dim() < 2], weight_decay=0.0)
    adamw = torch.optim.AdamW([decays, stays], betas=(recipe["beta1"], recipe["beta2"]))
    muon = kind(list(matrices.values()), recipe)
    for step in range(recipe["steps"]):
        rate = learning_rate(step, recipe)
        for group in adamw.param_groups:
            group["lr"] = rate
        for name, variable in variables.items():
            variable.grad = gradients[name][step].to(variable.dtype) * recipe["gradient_scales"][step]
        adamw.step()
        muon.step(rate * recipe["muon_lr"] / recipe["learning_rate"])
    final = {f"final.{name}": variable.detach() for name, variable in variables.items()}
    return final | {f"momentum.{name}": momentum for name, momentum in zip(matrices, muon.momentum)}


class Case:
    """A shape with its weights, and the two peers as functions of weights and tokens."""

    def __init__(self, model_type, fields, seed):
        self.fields = fields | dict(model_type=model_type)
        self.config = transformers.AutoConfig.for_model(**self.fields)
        self.random = torch.Generator().manual_seed(seed)
        model = transformers.AutoModelForCausalLM.from_config(self.config, attn_implementation="eager")
        model.float().eval()
        self.weights = random_weights(model, self.random)
        self.double = {name: weight.double() for name, weight in self.weights.items()}
        self.transformers = lambda weights, tokens: torch.func.functional_call(
            model, weights, (), dict(input_ids=tokens, use_cache=False)).logits
        self.twin = lambda weights, tokens: twin.logits(self.config, weights, tokens)

    def tokens(self):
        shape = (BATCH_SIZE, self.config.max_position_embeddings + 1)
        return torch.randint(self.config.vocab_size, shape, generator=self.random)

    def batches(self, count):
        """Rows of a short sequence that repeats, so that there is something to learn."""
        period = torch.randint(self.config.vocab_size, (17,), generator=self.random)
        length = self.config.max_position_embeddings + 1
        starts = torch.randint(len(period), (count, BATCH_SIZE, 1), generator=self.random)
        return period[(starts + torch.arange(length)) % len(period)]

    def metadata(self, **more):
        """One document, since safetensors writes several in any order."""
        versions = dict(
            python=platform.python_version(), torch=torch.__version__, transformers=transformers.__version__)
        return dict(fixture=json.dumps(dict(made_by=versions, config=self.fields) | more))


def difference(single, double):
    """The largest difference between the peers, relative to the largest magnitude of its tensor."""
    return max(((single[n].double() - x).abs().max() / x.abs().max()).item() for n, x in double.items())


def prefixed(prefix, tensors):
    return {f"{prefix}.{name}": tensor.contiguous() for name, tensor in tensors.items()}


def write(path, tensors, metadata):
    save_file(tensors, path, metadata)
    print(f"  {path.name}: {path.stat().st_size:,} bytes")


def write_shape(name, case, directory):
    tokens = case.tokens()
    single = results(case.transformers, case.weights, tokens)
    double = results(case.twin, case.double, tokens)
    apart = difference(single, double)
    print(f"{name}: the peers differ by {apart:.1e}, loss {double['loss']:.4f}")
    if apart > 5e-6:
        raise SystemExit("twin.py and transformers are not the same model")
    stored = prefixed("weight", case.weights) | prefixed("float32", single) | prefixed("float64", double)
    stored["tokens"] = tokens.float()
    write(directory / f"{name}.safetensors", stored, case.metadata())


def write_trajectory(case, directory):
    batches = case.batches(RECIPE["steps"])
    single = trajectory(case.transformers, case.weights, batches, RECIPE)
    double = trajectory(case.twin, case.double, batches, RECIPE)
    losses, norms = double["loss"], double["norm"]
    apart = (single["loss"].double() - losses).abs().max()
    clipped = int((norms > RECIPE["grad_clip"]).sum())
    curve = f"loss {losses[0]:.4f} to {losses[-1]:.4f}, clipped {clipped} times"
    print(f"trajectory: the peers differ by {apart:.1e}, {curve}")
    if not 5 < clipped < RECIPE["steps"] - 5:
        raise SystemExit("clipping must hold in some steps and not in others")
    # Final weights in float32 are no reference: AdamW divides a gradient that is rounding noise by its size.
    single = {name: tensor for name, tensor in single.items() if not name.startswith("final.")}
    stored = prefixed("weight", case.weights) | prefixed("float32", single) | prefixed("float64", double)
    stored["tokens"] = batches.float()
    write(directory / "trajectory.safetensors", stored, case.metadata(recipe=RECIPE))


def muon_gradients(case, recipe):
    """Gradients for each step, of matrices whose rows differ a hundredfold in size, so that singular values do."""

    def draw(weight):
        noise = torch.randn((recipe["steps"], *weight.shape), generator=case.random)
        if weight.dim() < 2:
            return noise
        return noise * torch.logspace(0, -2, weight.shape[0])[:, None]

    return {name: draw(weight) for name, weight in case.weights.items()}


def write_muon(case, directory):
    gradients = muon_gradients(case, MUON_RECIPE)
    double = muon_steps(Muon, case.double, gradients, MUON_RECIPE)
    single = muon_steps(Muon, case.weights, gradients, MUON_RECIPE)
    rounded = muon_steps(TorchMuon, case.weights, gradients, MUON_RECIPE)
    rounded = {name: tensor for name, tensor in rounded.items() if "momentum." + name[6:] in double}
    moved = {n: x - case.double[n[6:]] for n, x in double.items() if n.startswith("final.")}
    apart = max(((rounded[n].double() - double[n]).norm() / moved[n].norm()).item() for n in rounded)
    print(f"muon: float32 differs by {difference(single, double):.1e}, PyTorch's moves by {apart:.1e} of each")
    stored = prefixed("weight", case.weights) | prefixed("gradient", gradients) | prefixed("torch", rounded)
    stored |= prefixed("float32", single) | prefixed("float64", double)
    write(directory / "muon.safetensors", stored, case.metadata(recipe=MUON_RECIPE))


def main():
    default = Path(__file__).parent.parent / "PeerTests" / "Fixtures"
    directory = Path(sys.argv[1]) if len(sys.argv) > 1 else default
    directory.mkdir(parents=True, exist_ok=True)
    torch.set_num_threads(1)  # sums in one order
    cases = {name: Case("starcoder2", COMMON | fields, seed) for seed, (name, fields) in enumerate(SHAPES.items())}
    for name, case in cases.items():
        write_shape(name, case, directory)
    write_trajectory(cases[TRAJECTORY], directory)
    write_muon(Case("starcoder2", COMMON | MUON_SHAPE, len(cases)), directory)
    write_shape("nanochat", Case("nanochat", NANOCHAT, len(cases) + 1), directory)


if __name__ == "__main__":
    main()
