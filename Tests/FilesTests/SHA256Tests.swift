import Files
import Testing

@Suite struct SHA256Tests {
  static func hash(_ bytes: [UInt8], inPiecesOf size: Int = .max, usingInstructions: Bool = true) -> String {
    var hash = SHA256(usingInstructions: usingInstructions)
    var rest = bytes[...]
    while !rest.isEmpty {
      rest.prefix(size).withUnsafeBytes { hash.update($0) }
      rest = rest.dropFirst(size)
    }
    return hash.hexadecimal
  }

  // NIST's examples for FIPS 180-4.
  @Test(
    "the standard's examples",
    arguments: [
      ("", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
      ("abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
      (
        "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
        "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"
      ),
    ])
  func examples(text: String, expected: String) {
    for usesInstructions in [false, true] {
      #expect(Self.hash(Array(text.utf8), usingInstructions: usesInstructions) == expected)
    }
  }

  @Test("a million letters a", arguments: [false, true]) func million(usesInstructions: Bool) {
    let letters = [UInt8](repeating: UInt8(ascii: "a"), count: 1_000_000)
    #expect(
      Self.hash(letters, usingInstructions: usesInstructions)
        == "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0")
  }

  @Test(
    "pieces hash as the whole, at every length around a block", arguments: [1, 3, 55, 56, 63, 64, 65, 128])
  func pieces(size: Int) {
    for count in 0..<200 {
      let bytes = (0..<count).map { UInt8($0) }
      let whole = Self.hash(bytes, usingInstructions: false)
      #expect(Self.hash(bytes, inPiecesOf: size) == whole)
      #expect(Self.hash(bytes, inPiecesOf: size, usingInstructions: false) == whole)
    }
  }
}
