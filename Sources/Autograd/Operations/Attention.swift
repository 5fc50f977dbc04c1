import Foundation

/// The keys that a query attends to. If there are more keys than queries, the last query is aligned with the last key.
public enum AttentionMask: Sendable, Hashable {
  /// All of them.
  case none
  /// Its own position and those before it.
  case causal
  /// The last `W` positions, its own included: `p − W < key ≤ p`.
  case window(Int)

  var isCausal: Bool { self != .none }

  var window: Int {
    if case .window(let width) = self { width } else { 0 }
  }
}

extension Tensor {
  /// Scaled dot-product attention, `softmax(scale · q·kᵀ + mask) · v`: Vaswani et al., arXiv 1706.03762.
  ///
  /// The T × T weights are never stored: backward recomputes them from each row's log-sum-exp (Dao et al.,
  /// arXiv 2205.14135). Query heads are grouped over key heads: query head h reads key head `h / (H / G)` (Ainslie et
  /// al., arXiv 2305.13245). Traps if the shapes do not fit.
  /// - Parameters:
  ///   - queries: [B, Tq, H, D]
  ///   - keys: [B, Tk, G, D]
  ///   - values: [B, Tk, G, D]
  ///   - scale: 1/√D by default.
  ///   - dropout: applied to the weights after the softmax.
  /// - Returns: [B, Tq, H, D]
  public static func attention(
    queries: Tensor, keys: Tensor, values: Tensor, mask: AttentionMask, scale: Double? = nil, dropout: Dropout? = nil
  ) -> Tensor {
    let call = AttentionCall(queries: queries, keys: keys, values: values, mask: mask, scale: scale, dropout: dropout)
    return record(.attention, [queries, keys, values]) { inputs in
      let parts = AttentionOperands(queries: inputs[0], keys: inputs[1], values: inputs[2])
      let (out, lse) = Kernels.attention(parts, call)
      return (
        out,
        { dout in
          let gradients = inputs.map { Tensor(uninitialized: $0.shape, $0.elementType) }
          let places = AttentionOperands(queries: gradients[0], keys: gradients[1], values: gradients[2])
          Kernels.attentionBackward(places, dout: dout, out: out, lse: lse, parts, call)
          return gradients
        }
      )
    }
  }

  /// The same for queries, keys and values packed by one projection, read in place.
  ///
  /// - Parameter qkv: [B, T, (H + 2G)·D]: all query heads, then all key heads, then all value heads.
  /// - Returns: [B, T, H·D]
  public static func attention(
    packed qkv: Tensor, headCount: Int, keyValueHeadCount: Int, mask: AttentionMask, dropout: Dropout? = nil
  ) -> Tensor {
    let call = AttentionCall(
      packed: qkv, headCount: headCount, keyValueHeadCount: keyValueHeadCount, mask: mask, dropout: dropout)
    return record(.attention, [qkv]) { inputs in
      let parts = AttentionOperands(packed: inputs[0], call)
      let (out, lse) = Kernels.attention(parts, call)
      return (
        out.viewed(as: [call.batch, call.queryLength, call.heads * call.headWidth]),
        { dout in
          let gradient = Tensor(uninitialized: inputs[0].shape, inputs[0].elementType)
          Kernels.attentionBackward(
            AttentionOperands(packed: gradient, call), dout: dout, out: out, lse: lse, parts, call)
          return [gradient]
        }
      )
    }
  }
}

/// The sizes of one call. Strides count elements between neighbouring positions of a sequence.
struct AttentionCall: Sendable {
  let batch, heads, keyHeads, headWidth, queryLength, keyLength: Int
  let queryStride, keyStride: Int
  let scale: Double
  let mask: AttentionMask
  let dropout: Dropout?

  var outputShape: [Int] { [batch, queryLength, heads, headWidth] }

  init(queries: Tensor, keys: Tensor, values: Tensor, mask: AttentionMask, scale: Double?, dropout: Dropout?) {
    let (q, k) = (queries.shape, keys.shape)
    require(
      q.count == 4 && k.count == 4 && k == values.shape && q[0] == k[0] && q[3] == k[3] && q[3] > 0,
      "attention: queries \(q), keys \(k), values \(values.shape)")
    require(k[2] > 0 && q[2] % k[2] == 0, "attention: \(q[2]) query heads do not group over \(k[2]) key heads")
    (batch, queryLength, heads, headWidth) = (q[0], q[1], q[2], q[3])
    (keyLength, keyHeads) = (k[1], k[2])
    (queryStride, keyStride) = (q[2] * q[3], k[2] * k[3])
    (self.scale, self.mask, self.dropout) = (scale ?? 1 / Foundation.sqrt(Double(q[3])), mask, dropout)
    require(mask.window >= 0 && mask != .window(0), "attention: a window of \(mask.window) positions")
  }

  init(packed qkv: Tensor, headCount: Int, keyValueHeadCount: Int, mask: AttentionMask, dropout: Dropout?) {
    let groups = headCount + 2 * keyValueHeadCount
    require(
      qkv.rank == 3 && keyValueHeadCount > 0 && headCount % keyValueHeadCount == 0 && qkv.shape[2] % groups == 0,
      "attention: packed \(qkv.shape) for \(headCount) query and \(keyValueHeadCount) key/value heads")
    (batch, queryLength, keyLength) = (qkv.shape[0], qkv.shape[1], qkv.shape[1])
    (heads, keyHeads, headWidth) = (headCount, keyValueHeadCount, qkv.shape[2] / groups)
    (queryStride, keyStride) = (qkv.shape[2], qkv.shape[2])
    (scale, self.mask, self.dropout) = (1 / Foundation.sqrt(Double(headWidth)), mask, dropout)
    require(mask.window >= 0 && mask != .window(0), "attention: a window of \(mask.window) positions")
  }
}

/// Queries, keys and values: three tensors, or three parts of each row of one.
struct AttentionOperands: Sendable {
  private let owners: (queries: Tensor, keys: Tensor, values: Tensor)
  private let firstElements: (queries: Int, keys: Int, values: Int)

  init(queries: Tensor, keys: Tensor, values: Tensor) {
    owners = (queries, keys, values)
    firstElements = (0, 0, 0)
  }

  init(packed qkv: Tensor, _ call: AttentionCall) {
    owners = (qkv, qkv, qkv)
    firstElements = (0, call.heads * call.headWidth, (call.heads + call.keyHeads) * call.headWidth)
  }

  var elementType: ElementType { owners.queries.elementType }
  var queries: UnsafeMutableRawPointer { owners.queries.address + firstElements.queries * elementType.byteCount }
  var keys: UnsafeMutableRawPointer { owners.keys.address + firstElements.keys * elementType.byteCount }
  var values: UnsafeMutableRawPointer { owners.values.address + firstElements.values * elementType.byteCount }
}
