import Autograd

/// What a forward pass takes besides its input. All of it may be left out, and then costs nothing.
public struct ForwardContext {
  /// The angles of rotary embedding; nil for none.
  public var positions: RotaryTable?
  /// The keys and values of the layer so far, which the input continues; nil to compute whole sequences.
  public var cache: AttentionCache?
  /// The draw of dropout; nil for none. Each layer and each site in it draws by a key derived from this one.
  public var dropout: Dropout?
  /// Who reads or changes what passes; nil for nobody.
  public var probe: Probe?
  /// The number of the layer, from 0, by which a probe tells layers apart.
  public var layer = 0

  /// A context of these.
  public init(
    positions: RotaryTable? = nil, cache: AttentionCache? = nil, dropout: Dropout? = nil, probe: Probe? = nil,
    layer: Int = 0
  ) {
    (self.positions, self.cache, self.dropout, self.probe) = (positions, cache, dropout, probe)
    self.layer = layer
  }

  /// The context of layer number `layer`, whose dropout draws are its own.
  public func inLayer(_ layer: Int, cache: AttentionCache? = nil) -> ForwardContext {
    ForwardContext(
      positions: positions, cache: cache, dropout: dropout?.at(.block, layer), probe: probe, layer: layer)
  }

  /// The draw of dropout at `site`; nil for none.
  public func dropout(at site: DropoutSite) -> Dropout? { dropout?.at(site) }

  /// x with the dropout of `site`.
  public func drop(_ x: Tensor, at site: DropoutSite) -> Tensor { dropout(at: site).map(x.dropout) ?? x }

  /// Whether the probe looks at `site`.
  public func observes(_ site: Probe.Site) -> Bool { probe?.sites.contains(site) ?? false }

  /// What the probe makes of x, which passes at `site`: x itself where nobody looks.
  public func observe(_ x: Tensor, at site: Probe.Site) -> Tensor {
    guard let probe, observes(site) else { return x }
    return probe.see(x, at: site)
  }
}

/// Where a forward pass draws dropout: in the embedding, and in each block in three places.
public enum DropoutSite: UInt64, Sendable {
  /// The number names the site's draws, so it stays.
  case embedding, block, attentionWeights, attentionOutput, mlpOutput
}

extension Dropout {
  /// The draw of one site, which is independent of that of every other.
  func at(_ site: DropoutSite, _ index: Int = 0) -> Dropout {
    Dropout(probability: probability, key: key.derived(by: site.rawValue, UInt64(index)))
  }
}
