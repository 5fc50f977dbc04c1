import CKernels
import Randomness

// Kernels that move packed rows of queries, keys and values into a cache, and attend over what it holds.

extension Kernels {
  /// Rotates the queries of packed rows [B, T, (H + 2G)·D] where they are, and moves their keys, rotated, and their
  /// values to the cache's rows from `firstRows` on. A cache's tensors are [sequences, rows, G·D]. What is rotated is
  /// normalized too if there is an ε.
  static func appendToCache(
    _ packed: inout Tensor, keys: inout Tensor, values: inout Tensor, sequences: Range<Int>, firstPositions: [Int],
    firstRows: [Int], _ heads: AttentionHeads, _ positions: RotaryTable?, normalizing epsilon: Double?
  ) {
    let (batch, length, elementType) = (packed.shape[0], packed.shape[1], packed.elementType)
    let (rowWidth, keyWidth) = (heads.rowWidth, heads.keysAndValues * heads.width)
    let cacheStride = keys.shape[1] * keyWidth
    if let positions {
      let last = (firstPositions.max() ?? 0) + length
      require(
        positions.headWidth == heads.width && last <= positions.positionCount
          && positions.cosines.elementType == elementType,
        "AttentionCache: \(last) positions of heads \(heads.width) wide, the table has \(positions.positionCount)")
    }

    /// Rotates `count` heads from x into y, or copies them where there is nothing to rotate by.
    func move(
      _ y: UnsafeMutableRawPointer, _ x: UnsafeMutableRawPointer, heads count: Int, rotating: Bool, toCache: Bool
    ) {
      let rotated = rotating && positions != nil ? count : 0
      firstPositions.withUnsafeBufferPointer { firstPositions in
        firstRows.withUnsafeBufferPointer { firstRows in
          var call = ck_rotary(
            batch: batch, sequence_length: length, x_stride: rowWidth, x_batch_stride: length * rowWidth,
            y_stride: toCache ? keyWidth : rowWidth, y_batch_stride: toCache ? cacheStride : length * rowWidth,
            heads: rotated, head_width: heads.width, copied: (count - rotated) * heads.width,
            first_position: 0, first_positions: firstPositions.baseAddress,
            y_first_rows: toCache ? firstRows.baseAddress : nil, inverse: false)
          // With nothing to rotate, the kernel reads no angles.
          let angles = (positions?.cosines.address ?? x, positions?.sines.address ?? x)
          run(on: elementType) { kernels, pool in
            if rotated > 0, let epsilon {
              kernels.rotary_norm(pool, y, nil, x, angles.0, angles.1, epsilon, &call)
            } else {
              kernels.rotary(pool, y, x, angles.0, angles.1, &call)
            }
          }
        }
      }
    }

    let size = elementType.byteCount
    let sequence = sequences.lowerBound * cacheStride * size
    packed.mutate { packed in
      if positions != nil { move(packed, packed, heads: heads.queries, rotating: true, toCache: false) }
      let keysOfRow = packed + heads.queries * heads.width * size
      keys.mutate { move($0 + sequence, keysOfRow, heads: heads.keysAndValues, rotating: true, toCache: true) }
      values.mutate {
        move($0 + sequence, keysOfRow + keyWidth * size, heads: heads.keysAndValues, rotating: false, toCache: true)
      }
    }
  }

  /// Attention of the queries in packed rows over the first `keyLengths` rows of each sequence of a cache, into `out`,
  /// [B, T, H, D], which the caller owns alone. Each sequence's last query is at its last key.
  static func attention(
    into out: Tensor, packed: Tensor, cached keys: Tensor, _ values: Tensor, sequences: Range<Int>, keyLengths: [Int],
    _ heads: AttentionHeads, _ mask: AttentionMask
  ) {
    let (batch, length, elementType) = (packed.shape[0], packed.shape[1], packed.elementType)
    let (keyWidth, width) = (heads.keysAndValues * heads.width, heads.queries * heads.width)
    let cacheStride = keys.shape[1] * keyWidth
    let lse = Tensor(uninitialized: [batch, heads.queries, length], elementType)
    let sequence = sequences.lowerBound * cacheStride * elementType.byteCount
    keyLengths.withUnsafeBufferPointer { keyLengths in
      var call = ck_attention(
        batch: batch, heads: heads.queries, key_heads: heads.keysAndValues, head_width: heads.width,
        query_length: length, key_length: keyLengths.max() ?? 0,
        query_stride: heads.rowWidth, key_stride: keyWidth, value_stride: keyWidth, output_stride: width,
        query_batch_stride: length * heads.rowWidth, key_batch_stride: cacheStride, value_batch_stride: cacheStride,
        output_batch_stride: length * width, key_lengths: keyLengths.baseAddress,
        scale: 1 / Double(heads.width).squareRoot(), precision: Processor.current.precision.kernelPrecision,
        causal: mask.isCausal, window: mask.window, dropout: 0, key: RandomKey(seed: 0).kernelKey)
      run(on: elementType) {
        $0.attention(
          $1, out.address, lse.address, packed.address, keys.address + sequence, values.address + sequence, &call)
      }
    }
  }
}
