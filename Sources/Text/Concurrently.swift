import Foundation

/// Calls `body` with each of `0 ..< count`, on threads of their own, and returns when all calls have.
///
/// The caller sees to it that no call touches what another one changes. Where the system has no thread to give, a call
/// waits for the one before. (Dispatch, which needs file descriptors for its threads, ends the process without them.)
package func concurrently(_ count: Int, _ body: (Int) -> Void) {
  withoutActuallyEscaping(body) { body in
    let calls = (1..<max(count, 1)).map { Call(body: body, index: $0) }
    let threads = calls.map { $0.start() }
    body(0)
    for (call, thread) in zip(calls, threads) {
      if let thread { pthread_join(thread, nil) } else { call.run() }
    }
  }
}

/// One of the calls; that it can be made on another thread, the caller of `concurrently` has seen to.
private final class Call: @unchecked Sendable {
  private let body: (Int) -> Void
  private let index: Int

  init(body: @escaping (Int) -> Void, index: Int) { (self.body, self.index) = (body, index) }

  func run() { body(index) }

  /// Runs on a thread of its own, which is to be joined; nil where there is none.
  func start() -> pthread_t? {
    #if canImport(Darwin)
      var thread: pthread_t?
    #else
      var thread = pthread_t()
    #endif
    let context = Unmanaged.passRetained(self)
    let code = pthread_create(&thread, nil, { Call.run($0) }, context.toOpaque())
    if code == 0 { return thread }
    context.release()
    return nil
  }

  private static func run(_ context: UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? {
    if let context { Unmanaged<Call>.fromOpaque(context).takeRetainedValue().run() }
    return nil
  }
}
