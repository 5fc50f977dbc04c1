import Autograd

/// Reads, or changes, what passes at some sites of a forward pass.
///
///     let probe = Probe(at: [.attentionWeights(layer: 0)]) { weights, _ in print(weights); return weights }
///     let logits = model.logits(tokens, probe: probe)
///
/// Where nobody looks, nothing is computed that would not be computed anyway.
public struct Probe {
  /// A place in a forward pass, with the shape of what passes there.
  public enum Site: Hashable, Sendable {
    /// The residual stream before the first layer: [B, T, C].
    case embedding
    /// The weights of attention after the softmax: [B, H, Tq, Tk].
    case attentionWeights(layer: Int)
    /// What each head has mixed of the values, before the output projection: [B, T, H, D].
    case headOutputs(layer: Int)
    /// What attention adds to the residual stream: [B, T, C].
    case attentionOutput(layer: Int)
    /// What the MLP adds to the residual stream: [B, T, C].
    case mlpOutput(layer: Int)
    /// The residual stream after a layer: [B, T, C].
    case residual(layer: Int)
  }

  /// Where it looks.
  public let sites: Set<Site>
  private let body: (_ x: Tensor, _ site: Site) -> Tensor

  /// A probe that is called with what passes at each of `sites`, and returns what goes on instead: x itself to read only.
  public init(at sites: Set<Site>, _ body: @escaping (_ x: Tensor, _ site: Site) -> Tensor) {
    (self.sites, self.body) = (sites, body)
  }

  /// Traps where what comes back has another shape.
  func see(_ x: Tensor, at site: Site) -> Tensor {
    let y = body(x, site)
    require(y.shape == x.shape, "Probe: \(site) has shape \(x.shape), the replacement \(y.shape)")
    return y
  }
}
