import Dispatch

/// Calls `body` with each of `0 ..< count`, on as many cores as there are, and returns when all calls have.
///
/// The caller sees to it that no call touches what another one changes.
func concurrently(_ count: Int, _ body: (Int) -> Void) {
  guard count > 1 else { return body(0) }
  withoutActuallyEscaping(body) { body in
    let calls = Calls(body: body)
    DispatchQueue.concurrentPerform(iterations: count) { calls.body($0) }
  }
}

/// What the caller of `concurrently` has seen to.
private struct Calls: @unchecked Sendable {
  let body: (Int) -> Void
}
