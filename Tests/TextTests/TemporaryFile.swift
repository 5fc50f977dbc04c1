import Foundation

/// Calls `body` with the path of a file of `bytes`, alone in a directory that is removed afterwards.
@discardableResult
func withFile<Result>(
  _ bytes: some Sequence<UInt8>, _ body: (_ path: String) throws -> Result
) throws -> Result {
  let directory = FileManager.default.temporaryDirectory
    .appendingPathComponent("minigpt-\(UUID().uuidString)")
  try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
  defer { try? FileManager.default.removeItem(at: directory) }
  let file = directory.appendingPathComponent("corpus.txt")
  try Data(bytes).write(to: file)
  return try body(file.path)
}
