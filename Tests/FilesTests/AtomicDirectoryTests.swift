import Files
import Foundation
import Testing

@Suite struct AtomicDirectoryTests {
  @Test("what the body throws is thrown, and nothing is left of the directory") func discards() throws {
    struct Refusal: Error {}
    try withTemporaryDirectory { directory in
      #expect(throws: Refusal.self) {
        try AtomicDirectory.write(to: directory + "/d") { directory in
          try directory.write("a") { try $0.write("half") }
          throw Refusal()
        }
      }
      #expect(throws: Refusal.self) {
        try DurableFile.replace(directory + "/file") { file in
          try file.write("half")
          throw Refusal()
        }
      }
      let left = try FileManager.default.contentsOfDirectory(atPath: directory)
      #expect(left.isEmpty)
    }
  }
}
