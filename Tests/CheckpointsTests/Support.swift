import Files
import Foundation
import Testing

/// Runs `body` with the path of an empty directory, which is removed afterwards.
func withTemporaryDirectory<Result>(_ body: (String) throws -> Result) throws -> Result {
  let url = FileManager.default.temporaryDirectory.appendingPathComponent("minigpt-\(UUID().uuidString)")
  try FileManager.default.createDirectory(at: url, withIntermediateDirectories: false)
  defer { try? FileManager.default.removeItem(at: url) }
  return try body(url.path)
}

func contents(_ path: String) throws -> [UInt8] { Array(try Data(contentsOf: URL(fileURLWithPath: path))) }

/// Makes a file without waiting for the disk, as Foundation does, and ext4 where a file is written over.
func write(_ bytes: [UInt8], to path: String) throws {
  unlink(path)
  let file = try #require(fopen(path, "w"), "\(path)")
  defer { fclose(file) }
  try #require(fwrite(bytes, 1, bytes.count, file) == bytes.count, "\(path)")
}

func names(in directory: String) throws -> [String] {
  try FileManager.default.contentsOfDirectory(atPath: directory).sorted()
}

/// The error that `body` must throw.
func fileError(
  _ body: () throws -> Void, sourceLocation: SourceLocation = #_sourceLocation
) throws -> FileError {
  try #require(throws: FileError.self, sourceLocation: sourceLocation, performing: body)
}
