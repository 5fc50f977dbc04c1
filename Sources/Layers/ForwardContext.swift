import Autograd

/// The optional inputs of a forward pass besides x. Those left out cost nothing.
public struct ForwardContext {
  /// The angles of rotary embedding; nil for none.
  public var positions: RotaryTable?
  /// The layer's key/value cache, which the input continues; nil to compute whole sequences.
  public var cache: AttentionCache?
  /// Dropout; nil for none. Each layer and each site in it uses a key derived from this one's.
  public var dropout: Dropout?
  /// Reads or replaces activations; nil for no probe.
  public var probe: Probe?
  /// The layer's index, from 0, which identifies it to a probe.
  public var layer = 0

  /// A context with the given values.
  public init(
    positions: RotaryTable? = nil, cache: AttentionCache? = nil, dropout: Dropout? = nil, probe: Probe? = nil,
    layer: Int = 0
  ) {
    (self.positions, self.cache, self.dropout, self.probe) = (positions, cache, dropout, probe)
    self.layer = layer
  }

  /// The context of layer `layer`, with dropout independent of other layers.
  public func forLayer(_ layer: Int, cache: AttentionCache? = nil) -> ForwardContext {
    ForwardContext(
      positions: positions, cache: cache, dropout: dropout?.at(.block, layer), probe: probe, layer: layer)
  }

  /// The dropout at `site`; nil for none.
  public func dropout(at site: DropoutSite) -> Dropout? { dropout?.at(site) }

  /// x after the dropout at `site`.
  public func drop(_ x: Tensor, at site: DropoutSite) -> Tensor { dropout(at: site).map(x.dropout) ?? x }

  /// Whether the probe observes `site`.
  public func observes(_ site: Probe.Site) -> Bool { probe?.sites.contains(site) ?? false }

  /// The probe's result for the activation x at `site`: x itself if no probe observes it.
  public func observe(_ x: Tensor, at site: Probe.Site) -> Tensor {
    guard let probe, observes(site) else { return x }
    return probe.see(x, at: site)
  }
}

/// Where a forward pass applies dropout: after the embedding, and at three places in each block.
public enum DropoutSite: UInt64, Sendable {
  /// The raw value determines the site's random numbers, so it must not change.
  case embedding, block, attentionWeights, attentionOutput, mlpOutput
}

extension Dropout {
  /// The draw of one site, which is independent of that of every other.
  func at(_ site: DropoutSite, _ index: Int = 0) -> Dropout {
    Dropout(probability: probability, key: key.derived(by: site.rawValue, UInt64(index)))
  }
}
