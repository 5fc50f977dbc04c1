import CKernels
import Foundation
import Testing

/// What the bodies below write to: chunk i adds one to element i.
private final class Counts: @unchecked Sendable {
  let elements: UnsafeMutablePointer<Int>
  let count: Int
  let pool: OpaquePointer

  init(_ count: Int, pool: OpaquePointer) {
    self.count = count
    self.pool = pool
    elements = .allocate(capacity: max(count, 1))
    elements.initialize(repeating: 0, count: max(count, 1))
  }

  deinit { elements.deallocate() }

  var all: [Int] { (0..<count).map { elements[$0] } }

  func run() {
    ck_pool_run(
      pool, count, { context, chunk in context.assumingMemoryBound(to: Int.self)[chunk] += 1 }, elements)
  }
}

private struct SharedPool: @unchecked Sendable {
  let pointer: OpaquePointer
}

@Suite struct PoolTests {
  static let threads: [Int32] = [1, 2, 3, 8, 16]

  @Test("every chunk runs once, however many there are", arguments: threads)
  func everyChunkOnce(threads: Int32) {
    withPool(threads: threads) { pool in
      #expect(ck_pool_threads(pool) == threads)
      for chunks in [0, 1, 2, 3, 7, 16, 17, 1000, 50_000] {
        let counts = Counts(chunks, pool: pool)
        counts.run()
        #expect(counts.all == [Int](repeating: 1, count: chunks))
      }
    }
  }

  @Test("thousands of short jobs, one after the other", arguments: threads)
  func manyJobs(threads: Int32) {
    withPool(threads: threads) { pool in
      let jobs = 3000
      let counts = Counts(5, pool: pool)
      for _ in 0..<jobs { counts.run() }
      #expect(counts.all == [Int](repeating: jobs, count: 5))
    }
  }

  @Test("workers that fell asleep wake up")
  func sleepingWorkers() {
    withPool(threads: 3) { pool in
      let counts = Counts(64, pool: pool)
      for _ in 0..<5 {
        Thread.sleep(forTimeInterval: 0.005)
        counts.run()
      }
      #expect(counts.all == [Int](repeating: 5, count: 64))
    }
  }

  @Test("a body may run jobs of its own on the same pool", arguments: threads)
  func nested(threads: Int32) {
    withPool(threads: threads) { pool in
      let inner = (0..<20).map { _ in Counts(30, pool: pool) }
      withExtendedLifetime(inner) {
        var references = inner.map { Unmanaged.passUnretained($0) }
        ck_pool_run(
          pool, inner.count,
          { context, chunk in
            context.assumingMemoryBound(to: Unmanaged<Counts>.self)[chunk].takeUnretainedValue().run()
          }, &references)
      }
      for counts in inner { #expect(counts.all == [Int](repeating: 1, count: 30)) }
    }
  }

  @Test("several callers share a pool", arguments: threads)
  func concurrentCallers(threads: Int32) {
    withPool(threads: threads) { pool in
      let shared = SharedPool(pointer: pool)
      let callers = (0..<6).map { _ in Counts(40, pool: shared.pointer) }
      DispatchQueue.concurrentPerform(iterations: callers.count) { caller in
        for _ in 0..<500 { callers[caller].run() }
      }
      for counts in callers { #expect(counts.all == [Int](repeating: 500, count: 40)) }
    }
  }

  @Test("pools come and go, used or not")
  func lifetimes() {
    for round in 0..<50 {
      withPool(threads: 4) { pool in
        let counts = Counts(round % 3 * 10, pool: pool)
        counts.run()
        #expect(counts.all.allSatisfy { $0 == 1 })
      }
    }
  }

  @Test("a pool of fewer threads than one has one")
  func atLeastOneThread() {
    withPool(threads: 0) { #expect(ck_pool_threads($0) == 1) }
    #expect(ck_physical_cores() >= 1)
    #expect(Int(ck_physical_cores()) <= ProcessInfo.processInfo.activeProcessorCount)
  }
}
