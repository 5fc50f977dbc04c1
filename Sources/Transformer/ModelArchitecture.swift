/// What a model is made of, by the names that `--architecture` takes: all of a model but its sizes.
public enum ModelArchitecture: String, Sendable, CaseIterable {
  /// GPT-2's with rotary positions, as in Starcoder2 (Lozhkov et al., arXiv 2402.19173): layer norm, linear maps with
  /// bias, GELU-tanh, a tied head.
  case gpt
  /// nanochat's (https://github.com/karpathy/nanochat): RMS norm, which learns nothing, also right after the embedding;
  /// linear maps without bias; queries and keys normalized after their rotation, which is the other way round; squared
  /// ReLU; a head of its own, and logits capped at ±15.
  case nanochat

  /// Whether its head shares its weights with the token embedding, unless a configuration says otherwise.
  var tiesHead: Bool { self == .gpt }

  /// The ε of its norms, unless a configuration says otherwise.
  var normEpsilon: Double {
    switch self {
    case .gpt: 1e-5
    case .nanochat: 1e-6
    }
  }

  /// c, where c·tanh(logit/c) stands for each logit; nil where logits are as they come.
  public var logitCap: Double? {
    switch self {
    case .gpt: nil
    case .nanochat: 15
    }
  }

  /// Whether rotary embedding turns positions by negative angles.
  var rotatesClockwise: Bool { self == .nanochat }
}
