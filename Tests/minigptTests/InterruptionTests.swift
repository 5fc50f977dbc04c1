import Foundation
import Testing
import minigpt

@Suite("Ctrl-C and SIGTERM")
struct InterruptionTests {
  @Test("the first signal asks for an end, the second ends the process by its default effect")
  func twice() async {
    await #expect(processExitsWith: .signal(SIGINT)) {
      Interruption.startListening()
      guard !Interruption.isRequested else { exit(1) }
      kill(getpid(), SIGTERM)
      guard await holds({ Interruption.isRequested }) else { exit(2) }
      kill(getpid(), SIGINT)
      _ = await holds { false }
      exit(3)
    }
  }

  @Test("before training, a signal ends the process by its usual effect, and it is said that nothing is lost")
  func beforeTraining() async throws {
    let result = await #expect(processExitsWith: .signal(SIGTERM), observing: [\.standardErrorContent]) {
      Interruption.sayThatNothingIsSaved()
      kill(getpid(), SIGTERM)
      _ = await holds { false }
      exit(1)
    }
    let messages = String(decoding: try #require(result).standardErrorContent, as: UTF8.self)
    #expect(messages.contains("\(Interruption.nothingSaved)"))
  }

  @Test("the process can end as the signal that asked for an end would have ended it")
  func endAsRequested() async {
    await #expect(processExitsWith: .signal(SIGHUP)) {
      Interruption.startListening()
      kill(getpid(), SIGHUP)
      guard await holds({ Interruption.isRequested }) else { exit(1) }
      Interruption.endAsRequested()
    }
    await #expect(processExitsWith: .signal(SIGPIPE)) {
      Interruption.startListening()
      guard Interruption.requestAsReaderLeft() else { exit(1) }
      Interruption.endAsRequested()
    }
  }

  @Test("after listening, a signal has its usual effect")
  func afterwards() async {
    await #expect(processExitsWith: .signal(SIGTERM)) {
      Interruption.startListening()
      Interruption.stopListening()
      kill(getpid(), SIGTERM)
      _ = await holds { false }
      exit(1)
    }
  }
}

/// Whether `condition` holds within ten seconds: a signal to a process is delivered when a thread takes it.
private func holds(_ condition: () -> Bool) async -> Bool {
  for _ in 0..<1000 {
    if condition() { return true }
    try? await Task.sleep(for: .milliseconds(10))
  }
  return false
}
