extension InputFile {
  /// The file at `path`; nil where nothing is there.
  ///
  /// - Throws: `FileError` where something is there that cannot be opened or is no file.
  package static func ifPresent(_ path: String, calls: any SystemCalls = POSIX()) throws -> InputFile? {
    do {
      return try InputFile(path, ifMissing: "", calls: calls)
    } catch FileError.missing {
      return nil
    }
  }

  /// How long a configuration, a manifest or a state may be: documents of a few dozen fields.
  package static let smallDocument = 1 << 20

  /// How long any document may be; a tokenizer's vocabulary may fill it.
  package static let largestDocument = 64 << 20

  /// The file as a JSON document.
  ///
  /// - Throws: `FileError.malformed` if it is none, or is longer than `limit` bytes, before memory is taken for it.
  package func json(atMost limit: Int = smallDocument) throws -> JSONField {
    guard byteCount <= limit else {
      throw FileError.malformed(
        file: path, reason: "\(byteCount) bytes, too long for such a document; at most \(limit) are read")
    }
    return JSONField(try JSON(parsing: try bytes(in: 0..<byteCount), from: path), in: path)
  }
}
