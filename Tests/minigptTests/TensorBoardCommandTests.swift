import Files
import Foundation
import Testing
import minigpt

@Suite("Training that TensorBoard shows")
struct TensorBoardCommandTests {
  /// A number or a text of an event, as protocol buffers have it.
  private struct Entry: Equatable {
    let step: Int
    let tag: String
    var number: Float?
    var text: String?
  }

  @Test("the numbers and samples are those of metrics.jsonl")
  func same() throws {
    let workspace = try Workspace()
    #expect(try workspace.train("--tensorboard", "--sample-every", "4").status == 0)
    let files = try eventFiles(in: workspace, "checkpoints/fox")
    #expect(files.count == 1)
    let shown = try files.flatMap { try entries(of: $0) }
    let expected = try record(of: workspace, "checkpoints/fox")
    #expect(expected.count == 8 * 5 + 2 * 2 + 2 && shown == expected)
  }

  @Test("a resumed run goes on in a file of its own")
  func resumed() throws {
    let workspace = try Workspace()
    let words = ["train", "fox.txt", "--out", "run", "--resume", "--tensorboard", "--lr-decay-iters", "8"]
    for steps in ["4", "8"] {
      #expect(try workspace.run(words + Workspace.small + ["--max-iters", steps]).status == 0)
    }
    let files = try eventFiles(in: workspace, "run")
    #expect(files.count == 2)
    #expect(try Set(entries(of: files[1]).map(\.step)) == Set(5...8))
    // From where on earlier files are void: a session's start.
    #expect(try files.map { try events(of: $0).filter { !$0[7].isEmpty }.map { $0.integers[2] } } == [[1], [5]])
    #expect(try files.flatMap { try entries(of: $0) } == record(of: workspace, "run"))
  }

  @Test("training does not notice it, and --overwrite removes it with the run")
  func exactness() throws {
    let workspace = try Workspace()
    #expect(try workspace.train("--out", "plain").status == 0)
    #expect(try workspace.train("--out", "run", "--tensorboard").status == 0)
    let bytes = ["plain", "run"].map { workspace.bytes($0 + "/last/model.safetensors") }
    #expect(bytes[0] != nil && bytes[0] == bytes[1])
    #expect(try workspace.run("verify", "run").status == 0)
    #expect(try workspace.train("--out", "run", "--overwrite").status == 0)
    #expect(try eventFiles(in: workspace, "run").isEmpty)
  }

  @Test("another directory may be given; one that cannot be made is named, as other files are")
  func elsewhere() throws {
    let workspace = try Workspace()
    #expect(try workspace.train("--out", "run", "--tensorboard=logs/a").status == 0)
    #expect(try eventFiles(in: workspace, "run").isEmpty && eventFiles(in: workspace, "logs/a").count == 1)
    let outcome = try workspace.train("--out", "other", "--tensorboard=fox.txt/a")
    #expect(outcome.status == ExitCode.ioFailure.rawValue && outcome.error.contains("fox.txt/a: cannot create"))
    #expect(try workspace.train("--tensorboard=").status == ExitCode.usage.rawValue)
  }

  // MARK: - Reading

  private func eventFiles(in workspace: Workspace, _ directory: String) throws -> [URL] {
    try FileManager.default.contentsOfDirectory(
      at: workspace.folder.appending(path: directory), includingPropertiesForKeys: nil
    ).filter { $0.lastPathComponent.contains("tfevents") }.sorted { $0.path < $1.path }
  }

  /// What `metrics.jsonl` has to plot.
  private func record(of workspace: Workspace, _ run: String) throws -> [Entry] {
    let text = String(decoding: try #require(workspace.bytes(run + "/metrics.jsonl")), as: UTF8.self)
    return try text.split(separator: "\n").flatMap { line -> [Entry] in
      let event = try JSON(parsing: String(line), from: "metrics.jsonl")
      guard case .object(let members) = event, case .string(let kind) = event["event"],
        case .integer(let step) = event["step"], ["step", "eval", "sample"].contains(kind)
      else { return [] }
      return members.compactMap { member in
        switch member.value {
        // TensorBoard has a time of its own for each event.
        case .number(let value) where member.name != "time":
          Entry(step: step, tag: "\(kind)/\(member.name)", number: Float(value))
        case .string(let text) where member.name == "text":
          Entry(step: step, tag: kind, text: "    " + text.replacing("\n", with: "\n    "))
        default: nil
        }
      }
    }
  }

  private func entries(of file: URL) throws -> [Entry] {
    var entries: [Entry] = []
    for event in try events(of: file) {
      for summary in event[5] {
        for value in try Message(summary)[1] {
          let value = try Message(value)
          let tag = String(decoding: try #require(value[1].first), as: UTF8.self)
          let number = value[2].first.map { Float(bitPattern: $0.reversed().reduce(0) { $0 << 8 | UInt32($1) }) }
          let text = try value[8].first.map { String(decoding: try #require(try Message($0)[8].first), as: UTF8.self) }
          entries.append(Entry(step: event.integers[2] ?? 0, tag: tag, number: number, text: text))
        }
      }
    }
    return entries
  }

  private func events(of file: URL) throws -> [Message] {
    var rest = Array(try Data(contentsOf: file))[...]
    var events: [Message] = []
    while !rest.isEmpty {
      let length = rest.prefix(4).reversed().reduce(0) { $0 << 8 | Int($1) }
      events.append(try Message(rest.dropFirst(12).prefix(length)))
      rest = rest.dropFirst(16 + length)
    }
    return events
  }

  /// The fields of a protocol-buffer message.
  private struct Message {
    private var fields: [Int: [ArraySlice<UInt8>]] = [:]
    private(set) var integers: [Int: Int] = [:]

    init(_ bytes: ArraySlice<UInt8>) throws {
      var rest = bytes
      func integer() throws -> Int {
        var (value, shift) = (0, 0)
        while true {
          let next = rest.popFirst()
          let byte = try #require(next)
          value |= Int(byte & 0x7F) << shift
          if byte < 0x80 { return value }
          shift += 7
        }
      }
      while !rest.isEmpty {
        let key = try integer()
        let length: Int
        switch key & 7 {
        case 0:
          integers[key >> 3] = try integer()
          continue
        case 1: length = 8
        case 2: length = try integer()
        default: length = 4
        }
        fields[key >> 3, default: []].append(rest.prefix(length))
        rest = rest.dropFirst(length)
      }
    }

    subscript(field: Int) -> [ArraySlice<UInt8>] { fields[field] ?? [] }
  }
}
