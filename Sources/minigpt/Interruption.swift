import Foundation
import Synchronization

/// Ctrl-C, SIGTERM, a closed terminal and a reader of the output that has left: the first asks for an end at the next
/// good moment, a second signal ends the process.
package enum Interruption {
  private static let isListening = Atomic(false)
  private static let wasRequested = Atomic(false)

  /// Whether an end was asked for.
  package static var isRequested: Bool { wasRequested.load(ordering: .relaxed) }

  /// Asks for an end; false where nothing listens.
  package static func request() -> Bool {
    guard isListening.load(ordering: .relaxed) else { return false }
    wasRequested.store(true, ordering: .relaxed)
    return true
  }

  private static let signals = [SIGINT, SIGTERM, SIGHUP]

  /// What a person reads at once; the step under way may take a while.
  private static let acknowledgement: StaticString = "\nFinishing this step and saving; Ctrl-C again quits at once.\n"

  /// From now on the first of these signals only sets `isRequested`, and says so on standard error.
  package static func startListening() {
    wasRequested.store(false, ordering: .relaxed)
    var action = sigaction()
    action.sa_flags = SA_RESTART
    let handler: @convention(c) (Int32) -> Void = { _ in
      // Only calls that are safe in a signal handler.
      signal(SIGINT, SIG_DFL)
      signal(SIGTERM, SIG_DFL)
      signal(SIGHUP, SIG_DFL)
      Interruption.wasRequested.store(true, ordering: .relaxed)
      let text = Interruption.acknowledgement
      _ = write(STDERR_FILENO, text.utf8Start, text.utf8CodeUnitCount)
    }
    #if canImport(Darwin)
      action.__sigaction_u.__sa_handler = handler
    #else
      action.__sigaction_handler.sa_handler = handler
    #endif
    for signal in signals where !isIgnoredHangUp(signal) { sigaction(signal, &action, nil) }
    // A reader that leaves shows as a failed write.
    signal(SIGPIPE, SIG_IGN)
    isListening.store(true, ordering: .relaxed)
    unblock()
  }

  /// Whether this is SIGHUP, and a parent had it ignored, as nohup does. A script's shell has SIGINT ignored in what
  /// it starts in the background; who sends that still means an end.
  private static func isIgnoredHangUp(_ number: Int32) -> Bool {
    guard number == SIGHUP else { return false }
    var action = sigaction()
    sigaction(number, nil, &action)
    #if canImport(Darwin)
      let handler = action.__sigaction_u.__sa_handler
    #else
      let handler = action.__sigaction_handler.sa_handler
    #endif
    return unsafeBitCast(handler, to: Int.self) == unsafeBitCast(SIG_IGN, to: Int.self)
  }

  /// A parent may have started the process with these signals blocked, as Foundation's `Process` does on a
  /// dispatch thread.
  private static func unblock() {
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
}
