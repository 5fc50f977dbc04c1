import Files
import Foundation
import TensorBoard
import Testing

@Suite("Files of events for TensorBoard")
struct EventFileTests {
  @Test("a record without bytes, as TensorFlow writes one")
  func emptyRecord() {
    let length: [UInt8] = [0, 0, 0, 0, 0, 0, 0, 0, 0x29, 0x03, 0x98, 0x07]
    #expect(EventFile.record(of: []) == length + [0xD8, 0xEA, 0x82, 0xA2])
  }

  // Each byte from the numbers of fields in event.proto, summary.proto and tensor.proto.
  @Test("a number, as protocol buffers have it")
  func scalar() {
    let event = LoggedEvent(step: 300, .scalars([(tag: "a/b", value: 1.5)]))
    #expect(
      event.encoded(at: 1) == [
        0x09, 0, 0, 0, 0, 0, 0, 0xF0, 0x3F,  // wall_time 1.0
        0x10, 0xAC, 0x02,  // step 300
        0x2A, 0x0C,  // summary, 12 bytes
        0x0A, 0x0A,  // value, 10 bytes
        0x0A, 0x03, 0x61, 0x2F, 0x62,  // tag
        0x15, 0, 0, 0xC0, 0x3F,  // simple_value 1.5
      ])
  }

  @Test("a text, indented line by line so that its Markdown means nothing")
  func text() {
    let text: [UInt8] = Array("    *x*\n    y".utf8)
    let event = LoggedEvent(step: 1, .text(tag: "t", "*x*\ny"))
    let tensor: [UInt8] = [0x08, 0x07, 0x12, 0x00, 0x42, UInt8(text.count)] + text
    let metadata: [UInt8] = [0x0A, 0x06, 0x0A, 0x04] + Array("text".utf8) + [0x20, 0x02]
    let value = [0x0A, 0x01, 0x74, 0x4A, UInt8(metadata.count)] + metadata + [0x42, UInt8(tensor.count)] + tensor
    let summary = [0x0A, UInt8(value.count)] + value
    #expect(event.encoded(at: 1).suffix(2 + summary.count) == [0x2A, UInt8(summary.count)] + summary)
  }

  @Test("a file begins with its version and the step it goes on from; the next one's name comes after it")
  func files() throws {
    let folder = FileManager.default.temporaryDirectory.appending(path: "minigpt-\(UUID().uuidString)")
    defer { try? FileManager.default.removeItem(at: folder) }
    let first = try EventFile(in: folder.path + "/a/b", from: 1)
    let second = try EventFile(in: folder.path + "/a/b", from: 5)
    #expect(first.path < second.path)
    #expect([first, second].allSatisfy { EventFile.owns(($0.path as NSString).lastPathComponent) })
    try second.append(LoggedEvent(step: 5, .scalars([(tag: "loss", value: 2)])))
    let records = try records(of: second.path)
    let version: [UInt8] = [0x1A, 0x0D] + Array("brain.Event:2".utf8)
    #expect(records.count == 3)
    #expect(records[0].suffix(version.count) == version)
    #expect(records[1].suffix(6) == [0x10, 0x05, 0x3A, 0x02, 0x08, 0x01])
  }

  /// The records of a file, each held against its checks.
  private func records(of path: String) throws -> [[UInt8]] {
    var rest = Array(try Data(contentsOf: URL(filePath: path)))[...]
    var records: [[UInt8]] = []
    while !rest.isEmpty {
      let length = Int(rest[rest.startIndex]) + Int(rest[rest.startIndex + 1]) << 8
      let record = Array(rest.dropFirst(12).prefix(length))
      #expect(Array(rest.prefix(16 + length)) == EventFile.record(of: record))
      records.append(record)
      rest = rest.dropFirst(16 + length)
    }
    return records
  }

  @Test("a folder in which nothing can be made is named")
  func refused() {
    #expect(throws: FileError.self) { try EventFile(in: "/dev/null/events", from: 1) }
  }

  @Test("other names are not its own", arguments: ["events.out.tfevents.1.host", "events.out.tfevents.x.minigpt", "a"])
  func foreign(name: String) {
    #expect(!EventFile.owns(name))
  }
}
