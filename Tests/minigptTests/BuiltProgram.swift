import Foundation
import minigpt

/// The built `minigpt`, run as a person or a script runs it.
enum BuiltProgram {
  /// What a run left, without a debug build's warning.
  struct Outcome {
    let output: String
    let error: String
    let status: Int32
    /// The signal that ended it, if one did; `status` is its number then.
    var signal: Int32?
  }

  /// SwiftPM puts the program and the bundle of tests into one folder.
  static let path: URL = {
    let bundle = ProcessInfo.processInfo.arguments.first { $0.hasSuffix(".xctest") } ?? Bundle.main.bundlePath
    var folder = URL(fileURLWithPath: bundle).deletingLastPathComponent()
    while folder.path != "/" {
      let candidate = folder.appendingPathComponent("minigpt")
      if FileManager.default.isExecutableFile(atPath: candidate.path) { return candidate }
      folder.deleteLastPathComponent()
    }
    return folder
  }()

  /// Runs `minigpt` with `arguments` and waits for its end.
  static func run(_ arguments: String...) throws -> Outcome { try run(arguments, in: nil) }

  /// Runs `minigpt` with `arguments` in `folder` and waits for its end.
  static func run(_ arguments: [String], in folder: URL?) throws -> Outcome {
    try Running(path, arguments, in: folder).outcome()
  }

  /// Runs a line of the shell in which `$MINIGPT` is the program.
  static func shell(_ line: String) throws -> Outcome {
    try Running(URL(fileURLWithPath: "/bin/sh"), ["-c", line], in: nil).outcome()
  }

  /// A program under way.
  final class Running {
    private let process = Process()
    private let output = Pipe()
    private let error = Pipe()
    private var firstOutput = Data()

    /// Starts `executable`.
    init(_ executable: URL, _ arguments: [String], in folder: URL?) throws {
      process.executableURL = executable
      process.arguments = arguments
      process.environment = ["MINIGPT": path.path, "PATH": "/usr/bin:/bin"]
      process.currentDirectoryURL = folder
      process.standardInput = FileHandle.nullDevice
      process.standardOutput = output
      process.standardError = error
      try process.run()
    }

    /// Waits until something with `text` in it is on standard output. What the pipe does not hold keeps the program
    /// waiting.
    func waitForOutput(with text: String = "\n") {
      repeat {
        let more = output.fileHandleForReading.availableData
        if more.isEmpty { return }
        firstOutput += more
      } while !String(decoding: firstOutput, as: UTF8.self).contains(text)
    }

    /// Sends a signal.
    func signal(_ number: Int32) { kill(process.processIdentifier, number) }

    private func withoutWarning(_ messages: Data) -> String {
      let text = String(decoding: messages, as: UTF8.self)
      return Minigpt.debugBuildWarning.map { text.replacing($0 + "\n", with: "") } ?? text
    }

    /// Waits for the end. What goes to standard error meanwhile has to fit into a pipe.
    func outcome() -> Outcome {
      let text = firstOutput + output.fileHandleForReading.readDataToEndOfFile()
      let messages = error.fileHandleForReading.readDataToEndOfFile()
      process.waitUntilExit()
      return Outcome(
        output: String(decoding: text, as: UTF8.self), error: withoutWarning(messages),
        status: process.terminationStatus,
        signal: process.terminationReason == .uncaughtSignal ? process.terminationStatus : nil)
    }
  }
}
