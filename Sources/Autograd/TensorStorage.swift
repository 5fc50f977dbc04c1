import CKernels
import Synchronization

/// A reference-counted buffer, 64-byte aligned, that returns to the allocator when its last tensor goes.
///
/// `@unchecked Sendable`: its bytes are written before the tensor that holds it is published; afterwards only by
/// `Tensor.mutate`, `Tensor.combine` and `Tensor.rescale`, which have made sure that nobody else refers to it.
final class TensorStorage: @unchecked Sendable {
  let bytes: UnsafeMutableRawPointer
  private let capacity: Int

  init(byteCount: Int) {
    (bytes, capacity) = CachingAllocator.shared.take(byteCount)
  }

  /// What a placeholder has instead of elements; lives as long as the process.
  static let none = TensorStorage()

  private init() {
    (bytes, capacity) = (.allocate(byteCount: 1, alignment: 1), 0)
  }

  deinit { CachingAllocator.shared.giveBack(bytes, capacity) }
}

/// Keeps freed buffers for the next tensor of about the same size: a training step repeats its shapes, so that after
/// the first few nothing is asked of the system.
package final class CachingAllocator: Sendable {
  package static let shared = CachingAllocator()

  private struct State {
    var free: [Int: [UInt]] = [:]  // addresses by capacity
    var liveCount = 0
    var systemBytes = 0
  }

  private let state = Mutex(State())

  /// Buffers in use: how many tensors are alive, those that share a buffer counted once.
  package var liveCount: Int { state.withLock { $0.liveCount } }

  /// Bytes asked of the system so far, in use or kept.
  package var systemBytes: Int { state.withLock { $0.systemBytes } }

  /// `byteCount` rounded up to one of eight steps to the next power of two, so that near sizes share buffers.
  static func capacity(for byteCount: Int) -> Int {
    let needed = max(byteCount, 64)
    let step = max(64, 1 << (Int.bitWidth - needed.leadingZeroBitCount - 4))
    return (needed + step - 1) / step * step
  }

  /// A buffer for `byteCount` bytes, and how large it is: one that was freed, at most twice as large as it has to be so
  /// that what backward frees serves the gradients of weights, or else a new one.
  func take(_ byteCount: Int) -> (UnsafeMutableRawPointer, capacity: Int) {
    let capacity = Self.capacity(for: byteCount)
    let kept: (address: UInt, capacity: Int)? = state.withLock { state in
      state.liveCount += 1
      if let address = state.free[capacity]?.popLast() { return (address, capacity) }
      let larger = state.free.lazy.filter { !$0.value.isEmpty && (capacity...2 * capacity).contains($0.key) }.map(\.key)
      if let size = larger.min(), let address = state.free[size]?.popLast() { return (address, size) }
      state.systemBytes += capacity
      return nil
    }
    if let kept, let pointer = UnsafeMutableRawPointer(bitPattern: kept.address) { return (pointer, kept.capacity) }
    return (ck_allocate(capacity), capacity)
  }

  func giveBack(_ pointer: UnsafeMutableRawPointer, _ capacity: Int) {
    let address = UInt(bitPattern: pointer)
    state.withLock { state in
      state.liveCount -= 1
      state.free[capacity, default: []].append(address)
    }
  }
}
