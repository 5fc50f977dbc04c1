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

/// The error that `body` must throw.
func fileError(
  _ body: () throws -> Void, sourceLocation: SourceLocation = #_sourceLocation
) throws -> FileError {
  try #require(throws: FileError.self, sourceLocation: sourceLocation, performing: body)
}
