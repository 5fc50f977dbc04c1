/// A kind of file that is no plain text, known by its first bytes.
public struct FileFormat: Sendable, Equatable {
  /// What it is, after "is": "compressed by gzip".
  let description: String
  /// The words that write the text in it to standard output, without the file's name; nil where none do.
  let extraction: [String]?
  /// What there is to know or to do besides.
  let hint: String?
  /// What its name ends in, which a text's does not.
  let suffix: String

  private init(_ description: String, _ suffix: String, by extraction: [String]? = nil, hint: String? = nil) {
    (self.description, self.suffix, self.extraction, self.hint) = (description, suffix, extraction, hint)
  }

  /// Of the kind that begins with `head`; nil where that is none of these.
  init?(of head: [UInt8]) {
    let found = Self.known.first { format in
      head.count >= format.offset + format.magic.count && head.dropFirst(format.offset).starts(with: format.magic)
    }
    guard let found else { return nil }
    self = found.format
  }

  /// Whether a text that begins like this is a document of another kind, though all of it can be read; its name.
  package static func markup(of beginning: String) -> String? {
    if beginning.hasPrefix("%PDF-") { return "PDF" }
    if beginning.hasPrefix("{\\rtf") { return "RTF" }
    return nil
  }

  private static let archive =
    "unzip -l lists what is in it; .docx, .odt and .epub files are such archives: save them as plain text in UTF-8"
  private static let picture = "a picture holds no text"

  private static let known: [(magic: [UInt8], offset: Int, format: FileFormat)] = [
    ([0x1F, 0x8B], 0, FileFormat("compressed by gzip", ".gz", by: ["gzip", "-dc"])),
    ([0x1F, 0x9D], 0, FileFormat("compressed by compress", ".Z", by: ["gzip", "-dc"])),
    ([0xFD, 0x37, 0x7A, 0x58, 0x5A, 0x00], 0, FileFormat("compressed by xz", ".xz", by: ["xz", "-dc"])),
    (Array("BZh".utf8), 0, FileFormat("compressed by bzip2", ".bz2", by: ["bzip2", "-dc"])),
    ([0x28, 0xB5, 0x2F, 0xFD], 0, FileFormat("compressed by zstd", ".zst", by: ["zstd", "-dc"])),
    ([0x04, 0x22, 0x4D, 0x18], 0, FileFormat("compressed by lz4", ".lz4", by: ["lz4", "-dc"])),
    (Array("PK\u{3}\u{4}".utf8), 0, FileFormat("a zip archive", ".zip", by: ["unzip", "-p"], hint: archive)),
    (Array("ustar".utf8), 257, FileFormat("a tar archive", ".tar", by: ["tar", "-xOf"])),
    ([0x37, 0x7A, 0xBC, 0xAF, 0x27, 0x1C], 0, FileFormat("a 7z archive", ".7z", by: ["7z", "x", "-so"])),
    (Array("Rar!\u{1A}\u{7}".utf8), 0, FileFormat("a RAR archive", ".rar", hint: "unpack it first")),
    (
      Array("%PDF-".utf8), 0,
      FileFormat("a PDF document", ".pdf", hint: "take its text out, for example with pdftotext")
    ),
    (
      [0xD0, 0xCF, 0x11, 0xE0], 0, FileFormat("an old Office document", ".doc", hint: "save it as plain text in UTF-8")
    ),
    ([0x89, 0x50, 0x4E, 0x47], 0, FileFormat("a PNG picture", ".png", hint: picture)),
    ([0xFF, 0xD8, 0xFF], 0, FileFormat("a JPEG picture", ".jpg", hint: picture)),
    (Array("GIF8".utf8), 0, FileFormat("a GIF picture", ".gif", hint: picture)),
    (Array("SQLite format 3\0".utf8), 0, FileFormat("an SQLite database", ".db", hint: "export its text")),
    (Array("PAR1".utf8), 0, FileFormat("a Parquet table", ".parquet", hint: "export the column with the text")),
    ([0x7F, 0x45, 0x4C, 0x46], 0, FileFormat("a program", "", hint: "give a text")),
  ]
}
