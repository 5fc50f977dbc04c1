import Autograd

/// Reads or replaces activations at some sites of a forward pass, like a PyTorch forward hook.
///
///     let probe = Probe(at: [.attentionWeights(layer: 0)]) { weights, _ in print(weights); return weights }
///     let logits = model.logits(tokens, probe: probe)
///
/// Sites that are not observed cost nothing.
public struct Probe {
  /// A place in a forward pass, with the shape of the activation there.
  public enum Site: Hashable, Sendable {
    /// The residual stream before the first layer: [B, T, C].
    case embedding
    /// The attention weights, after the softmax: [B, H, Tq, Tk].
    case attentionWeights(layer: Int)
    /// The output of each head, before the output projection: [B, T, H, D].
    case headOutputs(layer: Int)
    /// What attention adds to the residual stream: [B, T, C].
    case attentionOutput(layer: Int)
    /// What the MLP adds to the residual stream: [B, T, C].
    case mlpOutput(layer: Int)
    /// The residual stream after a layer: [B, T, C].
    case residual(layer: Int)
  }

  /// The observed sites.
  public let sites: Set<Site>
  private let body: (_ x: Tensor, _ site: Site) -> Tensor

  /// Calls `body` with the activation x at each of `sites`; its result replaces x (return x to read only).
  public init(at sites: Set<Site>, _ body: @escaping (_ x: Tensor, _ site: Site) -> Tensor) {
    (self.sites, self.body) = (sites, body)
  }

  /// Traps if the result has another shape.
  func see(_ x: Tensor, at site: Site) -> Tensor {
    let y = body(x, site)
    require(y.shape == x.shape, "Probe: \(site) has shape \(x.shape), the replacement \(y.shape)")
    return y
  }
}
