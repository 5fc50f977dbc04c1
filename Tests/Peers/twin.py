"""The models from their formulas, in torch, for any element type: the source of the fixtures' float64 numbers.

transformers computes rotary angles, norms and the softmax in float32 whatever the weights are, so its own float64 is
good to seven digits only. Starcoder2: Lozhkov et al., arXiv 2402.19173; nanochat: https://github.com/karpathy/nanochat.
Letters as everywhere: B batch, T time, C width, H heads, G key/value heads, D head width.
"""

import torch
import torch.nn.functional as F


def logits(config, weights, tokens):
    """[B, T] ids to [B, T, V] logits; weights are named as in transformers' state dict."""
    model = {"starcoder2": starcoder2, "nanochat": nanochat}[config.model_type]
    return model(config, weights, tokens)


def starcoder2(config, weights, tokens):
    """Layer norm, biases everywhere, GELU."""

    def linear(name, x):
        return F.linear(x, weights[name + ".weight"], weights[name + ".bias"])

    def norm(name, x):
        gain, bias = weights[name + ".weight"], weights[name + ".bias"]
        return F.layer_norm(x, gain.shape, gain, bias, config.norm_epsilon)

    embedding = weights["model.embed_tokens.weight"]
    x = embedding[tokens]
    for layer in range(config.num_hidden_layers):
        block = f"model.layers.{layer}"
        h = norm(f"{block}.input_layernorm", x)
        q, k, v = (linear(f"{block}.self_attn.{part}_proj", h) for part in "qkv")
        x = x + linear(f"{block}.self_attn.o_proj", attention(config, q, k, v, rotated))
        h = norm(f"{block}.post_attention_layernorm", x)
        x = x + linear(f"{block}.mlp.c_proj", F.gelu(linear(f"{block}.mlp.c_fc", h), approximate="tanh"))
    return F.linear(norm("model.norm", x), weights.get("lm_head.weight", embedding))


def nanochat(config, weights, tokens):
    """RMS norm without a gain, no biases, the square of ReLU; logits capped at c are c · tanh(logit / c)."""

    def linear(name, x):
        return F.linear(x, weights[name + ".weight"])

    def norm(x):
        return x * (x.square().mean(-1, keepdim=True) + config.rms_norm_eps).rsqrt()

    x = norm(weights["model.embed_tokens.weight"][tokens])
    for layer in range(config.num_hidden_layers):
        block = f"model.layers.{layer}"
        h = norm(x)
        q, k, v = (linear(f"{block}.self_attn.{part}_proj", h) for part in "qkv")
        mixed = attention(config, q, k, v, lambda x, theta: norm(rotated(x, theta, -1)))
        x = x + linear(f"{block}.self_attn.o_proj", mixed)
        x = x + linear(f"{block}.mlp.fc2", linear(f"{block}.mlp.fc1", norm(x)).relu().square())
    cap = config.final_logit_softcapping
    return cap * (linear("lm_head", norm(x)) / cap).tanh()


def attention(config, q, k, v, position):
    """[B, T, H·D] queries, [B, T, G·D] keys and values to [B, T, H·D]; head h reads key head h // (H / G).

    `position` puts positions into queries and keys, given them and θ.
    """
    T, D = q.shape[1], config.hidden_size // config.num_attention_heads
    q, k, v = (x.unflatten(-1, (-1, D)).transpose(1, 2) for x in (q, k, v))  # [B, H or G, T, D]
    theta = config.rope_parameters["rope_theta"]
    q, k = position(q, theta), position(k, theta)
    share = config.num_attention_heads // config.num_key_value_heads
    k, v = (x.repeat_interleave(share, dim=1) for x in (k, v))
    query, key = torch.arange(T)[:, None], torch.arange(T)[None, :]
    sees = (key <= query) & (key > query - (getattr(config, "sliding_window", None) or T))
    scores = (q @ k.transpose(-1, -2) / D**0.5).masked_fill(~sees, -torch.inf)
    return (scores.softmax(-1) @ v).transpose(1, 2).flatten(2)


def rotated(x, theta, sign=1):
    """Rotary embedding of [..., T, D]: elements d and d + D/2 are turned by the angle sign · t · theta^(-2d/D)."""
    T, D = x.shape[-2:]
    rate = sign * theta ** -(torch.arange(0, D, 2, dtype=x.dtype) / D)
    angle = torch.outer(torch.arange(T, dtype=x.dtype), rate)
    a, b = x.chunk(2, dim=-1)
    return torch.cat((a * angle.cos() - b * angle.sin(), b * angle.cos() + a * angle.sin()), dim=-1)
