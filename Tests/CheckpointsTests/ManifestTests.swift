import Checkpoints
import Files
import Foundation
import Testing

@Suite struct ManifestTests {
  /// A directory with files `a` and `b` and their manifest.
  private func withCheckpoint(_ body: (String) throws -> Void) throws {
    try withTemporaryDirectory { directory in
      let path = directory + "/checkpoint-1"
      try AtomicDirectory.writeWithManifest(to: path) { directory in
        try directory.write("b") { try $0.write("bytes") }
        try directory.write("a") { try $0.write("") }
      }
      try body(path)
    }
  }

  private func verify(_ path: String) throws { try Manifest(of: path).verify(path) }

  @Test("the manifest lists files by name with size and hash") func lists() throws {
    try withCheckpoint { path in
      let manifest = try contents(path + "/manifest.json")
      #expect(
        String(decoding: manifest, as: UTF8.self) == """
          {
            "format": "minigpt",
            "version": 1,
            "files": {
              "a": {
                "bytes": 0,
                "sha256": "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
              },
              "b": {
                "bytes": 5,
                "sha256": "277089d91c0bdf4f2e6862ba7e4a07605119431f5d13f726dd352b06f1b206a9"
              }
            }
          }

          """)
      #expect(throws: Never.self) { try verify(path) }
    }
  }

  @Test("a file that is truncated, altered, missing or no file is named with what is wrong")
  func names() throws {
    try withCheckpoint { path in
      let file = path + "/b"
      try write(Array("byte".utf8), to: file)
      #expect(
        try fileError { try verify(path) }
          == .damaged(file: file, reason: "truncated: 4 bytes, 5 in the manifest"))
      try write(Array("bytez".utf8), to: file)
      #expect(
        try fileError { try verify(path) }
          == .damaged(file: file, reason: "altered: its SHA-256 is not the one in the manifest"))
      try FileManager.default.removeItem(atPath: file)
      guard case .missing(file, _) = try fileError({ try verify(path) }) else {
        Issue.record("a missing file is not said to be missing")
        return
      }
      try FileManager.default.createDirectory(atPath: file, withIntermediateDirectories: false)
      #expect(try fileError { try verify(path) } == .malformed(file: file, reason: "not a file"))
    }
  }

  @Test(
    "a manifest that is none, or leads out of its directory, is refused",
    arguments: [
      "", "[]", #"{"format":"other","version":1,"files":{}}"#,
      #"{"format":"minigpt","version":2,"files":{}}"#,
      #"{"format":"minigpt","version":1,"files":{"../b":{"bytes":5,"sha256":""}}}"#,
      #"{"format":"minigpt","version":1,"files":{"/dev/zero":{"bytes":5,"sha256":""}}}"#,
      #"{"format":"minigpt","version":1,"files":{"..":{"bytes":5,"sha256":""}}}"#,
      #"{"format":"minigpt","version":1,"files":{"b\u0000":{"bytes":5,"sha256":""}}}"#,
      #"{"format":"minigpt","version":1,"files":{"b":{"bytes":-1,"sha256":""}}}"#,
      #"{"format":"minigpt","version":1,"files":{"b":5}}"#, #"{"format":"minigpt","version":1}"#,
    ])
  func refuses(manifest: String) throws {
    try withCheckpoint { path in
      try write(Array(manifest.utf8), to: path + "/manifest.json")
      #expect(throws: FileError.self) { try Manifest(of: path) }
    }
  }
}
