import Foundation
import Synchronization

/// Ctrl-C, SIGTERM, a closed terminal and a reader of the output that has left. While something listens, the first asks
/// for an end at the next good moment, and a second signal ends the process; else a signal ends it at once.
package enum Interruption {
  private static let isListening = Atomic(false)
  /// The signal that asked for an end; 0 while none has.
  private static let requested = Atomic<Int32>(0)

  /// Whether an end was asked for.
  package static var isRequested: Bool { requested.load(ordering: .relaxed) != 0 }

  /// Asks for an end since the reader of the output has left; false where nothing listens.
  package static func requestAsReaderLeft() -> Bool {
    guard isListening.load(ordering: .relaxed) else { return false }
    requested.store(SIGPIPE, ordering: .relaxed)
    return true
  }

  private static let signals = [SIGINT, SIGTERM, SIGHUP]

  /// What a person reads at once; the step under way may take a while.
  private static let acknowledgement: StaticString = "\nStopping after this step; Ctrl-C again quits at once.\n"

  /// What a person reads who ends training before it has begun.
  package static let nothingSaved: StaticString = "\nInterrupted before the first step: there was nothing to save.\n"

  /// Gives the process the signals' usual effects when it starts: Swift's runtime may have taken SIGQUIT for a crash, to
  /// show a backtrace, and a parent may have blocked signals, as Foundation's `Process` does on a dispatch thread.
  package static func useDefaultActions() {
    if !isIgnored(SIGQUIT) { signal(SIGQUIT, SIG_DFL) }
    unblock(signals + [SIGQUIT, SIGPIPE])
  }

  /// From now on these signals end the process as they usually do, and it is said that nothing was saved.
  package static func sayThatNothingIsSaved() {
    handle { number in
      Interruption.tell(Interruption.nothingSaved)
      // It is blocked as long as this function runs, and takes effect then.
      signal(number, SIG_DFL)
      raise(number)
    }
  }

  /// From now on the first of these signals only sets `isRequested`, and says so on standard error.
  package static func startListening() {
    requested.store(0, ordering: .relaxed)
    handle { number in
      signal(SIGINT, SIG_DFL)
      signal(SIGTERM, SIG_DFL)
      signal(SIGHUP, SIG_DFL)
      Interruption.requested.store(number, ordering: .relaxed)
      Interruption.tell(Interruption.acknowledgement)
    }
    // A reader that leaves shows as a failed write.
    signal(SIGPIPE, SIG_IGN)
    isListening.store(true, ordering: .relaxed)
  }

  /// Has `handler` called for a signal; it may call only what is safe there (man 7 signal-safety).
  private static func handle(with handler: @convention(c) (Int32) -> Void) {
    var action = sigaction()
    action.sa_flags = SA_RESTART
    #if canImport(Darwin)
      action.__sigaction_u.__sa_handler = handler
    #else
      action.__sigaction_handler.sa_handler = handler
    #endif
    for signal in signals where !isIgnoredHangUp(signal) { sigaction(signal, &action, nil) }
    unblock(signals)
  }

  private static func tell(_ text: StaticString) {
    _ = write(STDERR_FILENO, text.utf8Start, text.utf8CodeUnitCount)
  }

  /// Whether this is SIGHUP, and a parent had it ignored, as nohup does. A script's shell has SIGINT ignored in what
  /// it starts in the background; who sends that still means an end.
  private static func isIgnoredHangUp(_ number: Int32) -> Bool { number == SIGHUP && isIgnored(number) }

  private static func isIgnored(_ number: Int32) -> Bool {
    var action = sigaction()
    sigaction(number, nil, &action)
    #if canImport(Darwin)
      let handler = action.__sigaction_u.__sa_handler
    #else
      let handler = action.__sigaction_handler.sa_handler
    #endif
    return unsafeBitCast(handler, to: Int.self) == unsafeBitCast(SIG_IGN, to: Int.self)
  }

  private static func unblock(_ signals: [Int32]) {
    var set = sigset_t()
    sigemptyset(&set)
    for signal in signals { sigaddset(&set, signal) }
    pthread_sigmask(SIG_UNBLOCK, &set, nil)
  }

  /// Gives the signals their usual effect again.
  package static func stopListening() {
    isListening.store(false, ordering: .relaxed)
    for number in signals + [SIGPIPE] where !isIgnoredHangUp(number) { signal(number, SIG_DFL) }
  }

  /// Ends the process as the signal that asked for an end would have, so that a shell or a script sees which it was.
  package static func endAsRequested() -> Never { end(bySignal: requested.load(ordering: .relaxed)) }

  /// Ends the process by the usual effect of a signal, also where a parent had it ignored.
  package static func end(bySignal number: Int32) -> Never {
    signal(number, SIG_DFL)
    unblock([number])
    raise(number)
    _exit(128 + number)
  }
}
