import Autograd
import Foundation
import Testing

@Suite("Where no memory is left")
struct OutOfMemoryTests {
  @Test("a program ends with code 71, whoever wanted the memory")
  func exits() async {
    await #expect(processExitsWith: .exitCode(71)) {
      limitMemory()
      _ = Tensor(repeating: 0, shape: [1 << 40], elementType: .float32)
    }
    await #expect(processExitsWith: .exitCode(71)) {
      limitMemory()
      print([UInt8](repeating: 1, count: 1 << 40).count)
    }
  }

  @Test("a tensor's want is said in one line")
  func says() async throws {
    let result = try await #require(
      processExitsWith: .exitCode(71), observing: [\.standardErrorContent],
      performing: {
        limitMemory()
        _ = Tensor(repeating: 0, shape: [1 << 40], elementType: .float32)
      })
    let lines = String(decoding: result.standardErrorContent, as: UTF8.self).split(separator: "\n")
    #expect(lines.count { $0.hasPrefix("Error: Out of memory: the system gave no 4194304.0 MiB more.") } == 1)
  }

  @Test("a defect still ends it as one")
  func defects() async {
    let result = await #expect(processExitsWith: .failure) {
      limitMemory()
      require([1, 2].isEmpty, "a defect")
    }
    #expect(result?.exitStatus != .exitCode(71))
  }
}

/// As `minigpt` does at its start, in a process that may have 64 GiB of addresses: far less than what is asked for.
private func limitMemory() {
  var limit = rlimit(rlim_cur: 1 << 36, rlim_max: 1 << 36)
  #if canImport(Darwin)
    setrlimit(RLIMIT_AS, &limit)
  #else
    setrlimit(__rlimit_resource_t(RLIMIT_AS.rawValue), &limit)
  #endif
  exitWhenOutOfMemory()
}
