import CKernels
import Synchronization

/// A reference-counted buffer, 64-byte aligned, that returns to the allocator when its last tensor goes.
///
/// `@unchecked Sendable`: its bytes are written before the tensor that holds it is published; afterwards only by
/// `Tensor.mutate` and `Tensor.accumulate`, which have made sure that nobody else refers to it.
final class TensorStorage: @unchecked Sendable {
  let bytes: UnsafeMutableRawPointer
  private let capacity: Int

  init(byteCount: Int) {
    capacity = CachingAllocator.capacity(for: byteCount)
    bytes = CachingAllocator.shared.take(capacity)
  }

  deinit { CachingAllocator.shared.giveBack(bytes, capacity) }
}

/// Keeps freed buffers for the next tensor of about the same size: a training step repeats its shapes, so from
/// the second step on nothing is asked of the system.
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

  /// `byteCount` rounded up to one of eight steps to the next power of two, so that near sizes share buffers and
  /// at most an eighth is wasted.
  static func capacity(for byteCount: Int) -> Int {
    let needed = max(byteCount, 64)
    let step = max(64, 1 << (Int.bitWidth - needed.leadingZeroBitCount - 4))
    return (needed + step - 1) / step * step
  }

  func take(_ capacity: Int) -> UnsafeMutableRawPointer {
    let kept: UInt? = state.withLock { state in
      state.liveCount += 1
      if let address = state.free[capacity]?.popLast() { return address }
      state.systemBytes += capacity
      return nil
    }
    if let kept, let pointer = UnsafeMutableRawPointer(bitPattern: kept) { return pointer }
    return ck_allocate(capacity)
  }

  func giveBack(_ pointer: UnsafeMutableRawPointer, _ capacity: Int) {
    let address = UInt(bitPattern: pointer)
    state.withLock { state in
      state.liveCount -= 1
      state.free[capacity, default: []].append(address)
    }
  }
}
