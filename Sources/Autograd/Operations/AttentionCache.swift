/// The key/value cache of one layer, so that decoding a token computes that token alone.
///
/// It holds several sequences of independent lengths and is a handle: `cache[2..<3]` shares its storage, so that
/// a prompt can be prefilled into one sequence and all can then decode together. A layer that attends to a window keeps
/// about two windows of each. Memory is taken as the sequences grow. Operations on a cache are not recorded.
public struct AttentionCache {
  /// Which of the sequences this handle is of.
  public let sequences: Range<Int>
  private let store: Store

  /// An empty cache.
  ///
  /// - Parameters:
  ///   - sequences: how many sequences it holds.
  ///   - capacity: how many positions each may have.
  ///   - window: how many positions a query sees, its own included; nil for all.
  public init(
    sequences: Int = 1, capacity: Int, window: Int? = nil, _ heads: AttentionHeads, elementType: ElementType
  ) {
    // Room for the keys that are still seen, and as much again, so that rows are moved once in a window.
    let rows = window.map { min(capacity, max(2 * $0, Store.minimumRows)) } ?? capacity
    store = Store(sequences: sequences, mostRows: rows, window: window, heads, elementType)
    self.sequences = 0..<sequences
  }

  private init(_ store: Store, _ sequences: Range<Int>) { (self.store, self.sequences) = (store, sequences) }

  /// A view of some of the cache's sequences, numbered from 0 within this handle.
  public subscript(range: Range<Int>) -> AttentionCache {
    let part = (sequences.lowerBound + range.lowerBound)..<(sequences.lowerBound + range.upperBound)
    require(
      part.lowerBound >= sequences.lowerBound && part.upperBound <= sequences.upperBound, "AttentionCache: \(range)")
    return AttentionCache(store, part)
  }

  /// An independent copy.
  public func copy() -> AttentionCache { AttentionCache(store.copy(), sequences) }

  /// How many positions each sequence has.
  public var lengths: [Int] { sequences.map { store.lengths[$0] } }

  /// Truncates each sequence to its first `length` positions.
  /// Traps if a sequence has fewer, or if a window's keys before `length` are gone.
  public func truncate(to length: Int) {
    for sequence in sequences { store.truncate(sequence, to: length) }
  }
}

// MARK: - Attending

extension AttentionCache {
  /// Causal attention of packed rows [B, T, (H + 2G)·D], which continue the B sequences and are appended to them: the
  /// values as the heads mix them, [B, T, H, D]. Queries and keys are rotated by their positions if angles are given,
  /// and then normalized if an ε is; see `normalizedRotaryEmbedding`. Traps if they do not fit, or with an ε alone.
  public func attention(
    packed qkv: consuming Tensor, positions: RotaryTable?, normalizing epsilon: Double? = nil, mask: AttentionMask
  ) -> Tensor {
    let (batch, length, most) = (qkv.shape[0], qkv.shape[1], store.largestPiece)
    guard length > most else { return attentionOfPiece(qkv, positions, epsilon, mask) }
    // Longer than a window's rows: piece after piece, each with the keys that it still sees.
    let whole = consume qkv
    let pieces = stride(from: 0, to: length, by: most).map { start in
      attentionOfPiece(whole.slice(start..<min(start + most, length), axis: 1), positions, epsilon, mask)
    }
    return .concatenate(pieces, axis: 1).reshaped(to: [batch, length, store.heads.queries, store.heads.width])
  }

  private func attentionOfPiece(
    _ qkv: consuming Tensor, _ positions: RotaryTable?, _ epsilon: Double?, _ mask: AttentionMask
  ) -> Tensor {
    let rows = appending(qkv, positions, epsilon)
    let (batch, length) = (rows.shape[0], rows.shape[1])
    let out = Tensor(uninitialized: [batch, length, store.heads.queries, store.heads.width], rows.elementType)
    Kernels.attention(
      into: out, packed: rows, cached: store.keys, store.values, sequences: sequences,
      keyLengths: sequences.map { store.rowCounts[$0] }, store.heads, mask)
    return out
  }

  /// Appends packed rows, as `attention` does, and returns their queries [B, T, H, D] with the keys and values held,
  /// [B, Tk, G, D]. Traps if sequences differ in length, or if more rows come than a window's cache has room for.
  public func append(
    packed qkv: consuming Tensor, positions: RotaryTable?, normalizing epsilon: Double? = nil
  ) -> (queries: Tensor, keys: Tensor, values: Tensor) {
    require(qkv.shape[1] <= store.largestPiece, "AttentionCache: \(qkv.shape[1]) rows at once, a window has fewer")
    let queries = appending(qkv, positions, epsilon).split(into: store.heads).queries
    let counts = Set(sequences.map { store.rowCounts[$0] })
    guard counts.count == 1, let count = counts.first else { trap("AttentionCache: sequences of unlike lengths") }
    func held(_ rows: Tensor) -> Tensor {
      rows.rows(sequences).slice(0..<count, axis: 1)
        .reshaped(to: [sequences.count, count, store.heads.keysAndValues, store.heads.width])
    }
    return (queries, held(store.keys), held(store.values))
  }

  /// Moves keys and values of packed rows to where the cache holds them, and returns the rows, their queries rotated.
  private func appending(_ qkv: consuming Tensor, _ positions: RotaryTable?, _ epsilon: Double?) -> Tensor {
    let (heads, length) = (store.heads, qkv.shape[1])
    require(
      qkv.rank == 3 && qkv.shape[0] == sequences.count && qkv.shape[2] == heads.rowWidth
        && qkv.elementType == store.keys.elementType && !qkv.hasHistory,
      "AttentionCache: rows \(qkv.shape) for \(sequences.count) sequences of \(heads)")
    require(epsilon == nil || positions != nil, "AttentionCache: an ε without positions")
    for sequence in sequences { store.makeRoom(for: length, in: sequence) }
    var rows = consume qkv
    Kernels.appendToCache(
      &rows, keys: &store.keys, values: &store.values, sequences: sequences,
      firstPositions: sequences.map { store.lengths[$0] }, firstRows: sequences.map { store.rowCounts[$0] },
      heads, positions, normalizing: epsilon)
    for sequence in sequences {
      store.lengths[sequence] += length
      store.rowCounts[sequence] += length
    }
    return rows
  }
}

// MARK: - The rows

/// What the handles of one cache share.
private final class Store {
  let heads: AttentionHeads
  let window: Int?
  /// How many rows a sequence may have.
  let mostRows: Int
  /// [sequences, rows, G·D]; the rows double until they are as many as may be. Written as far as `rowCounts` says.
  var keys, values: Tensor
  /// Of each sequence: how many positions it has, and how many rows, which hold the last of them.
  var lengths, rowCounts: [Int]

  static let minimumRows = 64

  init(
    sequences: Int, mostRows: Int, rows: Int = minimumRows, window: Int?, _ heads: AttentionHeads,
    _ elementType: ElementType
  ) {
    let shape = [sequences, min(rows, mostRows), heads.keysAndValues * heads.width]
    (self.heads, self.window, self.mostRows) = (heads, window, mostRows)
    (keys, values) = (Tensor(uninitialized: shape, elementType), Tensor(uninitialized: shape, elementType))
    (lengths, rowCounts) = (Array(repeating: 0, count: sequences), Array(repeating: 0, count: sequences))
  }

  func copy() -> Store {
    let copy = Store(
      sequences: lengths.count, mostRows: mostRows, rows: keys.shape[1], window: window, heads, keys.elementType)
    (copy.lengths, copy.rowCounts) = (lengths, rowCounts)
    (copy.keys, copy.values) = (withRows(keys.shape[1], of: keys), withRows(keys.shape[1], of: values))
    return copy
  }

  /// A tensor of `count` rows a sequence that holds what `tensor`, the keys or the values, holds.
  private func withRows(_ count: Int, of tensor: Tensor) -> Tensor {
    var other = Tensor(uninitialized: [tensor.shape[0], count, tensor.shape[2]], tensor.elementType)
    for sequence in lengths.indices { other.copyRows(ofSequence: sequence, 0..<rowCounts[sequence], from: tensor) }
    return other
  }

  /// Keys before a piece that its first query still sees.
  private var keptRows: Int { window.map { $0 - 1 } ?? mostRows }

  /// How many rows may come at once.
  var largestPiece: Int { window == nil ? mostRows : max(1, mostRows - keptRows) }

  /// Makes room for `count` more rows of a sequence: takes memory, or drops keys that no query sees any longer.
  func makeRoom(for count: Int, in sequence: Int) {
    let held = rowCounts[sequence]
    guard held + count > mostRows else { return grow(to: held + count) }
    let kept = min(held, keptRows)
    require(kept + count <= mostRows, "AttentionCache: \(held + count) positions in room for \(mostRows)")
    keys.moveRows(ofSequence: sequence, (held - kept)..<held, to: 0)
    values.moveRows(ofSequence: sequence, (held - kept)..<held, to: 0)
    rowCounts[sequence] = kept
    grow(to: kept + count)
  }

  private func grow(to count: Int) {
    guard count > keys.shape[1] else { return }
    let rows = min(mostRows, max(count, 2 * keys.shape[1]))
    keys = withRows(rows, of: keys)
    values = withRows(rows, of: values)
  }

  func truncate(_ sequence: Int, to length: Int) {
    let first = lengths[sequence] - rowCounts[sequence]  // the position of the first row
    require(
      length >= 0 && length <= lengths[sequence] && (length == 0 || first <= max(0, length - keptRows)),
      "AttentionCache: positions from \(length) on of \(lengths[sequence]), those from \(first) on being held")
    rowCounts[sequence] = length == 0 ? 0 : length - first
    lengths[sequence] = length
  }
}

extension Tensor {
  /// Copies rows of one sequence of `source`, which may have another number of rows, to the same rows here.
  fileprivate mutating func copyRows(ofSequence sequence: Int, _ range: Range<Int>, from source: Tensor) {
    let (from, to) = (
      source.offset(ofSequence: sequence, row: range.lowerBound),
      offset(ofSequence: sequence, row: range.lowerBound)
    )
    let byteCount = byteCount(of: range)
    mutate { ($0 + to).copyMemory(from: source.address + from, byteCount: byteCount) }
  }

  /// Moves rows of one sequence to those from `row` on; the two ranges may overlap.
  fileprivate mutating func moveRows(ofSequence sequence: Int, _ range: Range<Int>, to row: Int) {
    let (from, to) = (offset(ofSequence: sequence, row: range.lowerBound), offset(ofSequence: sequence, row: row))
    let byteCount = byteCount(of: range)
    mutate { ($0 + to).copyMemory(from: $0 + from, byteCount: byteCount) }
  }

  /// Bytes before a row of [sequences, rows, width].
  private func offset(ofSequence sequence: Int, row: Int) -> Int {
    (sequence * shape[1] + row) * shape[2] * elementType.byteCount
  }

  private func byteCount(of rows: Range<Int>) -> Int { rows.count * shape[2] * elementType.byteCount }
}
