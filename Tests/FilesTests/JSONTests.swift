import Files
import Testing

@Suite struct JSONTests {
  @Test(
    "a document is read as the value it spells",
    arguments: [
      ("null", nil), (" true ", true), ("-0", 0), ("[1, 2.5,\n-3e2]", [1, 2.5, -300.0]),
      (#"{"a":{"b":[]},"c":{}}"#, ["a": ["b": []], "c": [:]]), ("1E+2", 100.0), ("10000.0", 10000.0),
      (#""\"\\\/\b\f\n\r\t\u0041\u00e9\ud83d\ude00é😀""#, "\"\\/\u{8}\u{c}\n\r\tAé😀é😀"),
      ("9223372036854775807", .integer(.max)), ("9223372036854775808", .number(0x1p63)),
      ("[\"\u{7f}\u{2028}\"]", ["\u{7f}\u{2028}"]),
    ] as [(String, JSON)])
  func reads(text: String, value: JSON) throws {
    #expect(try JSON(parsing: text, from: "text") == value)
  }

  @Test(
    "what is no JSON is refused with the place",
    arguments: [
      ("", "line 1, column 1 (byte 0): expected a value, found the end"),
      ("{\n \"a\" 1}", "line 2, column 6 (byte 7): expected ':', found '1'"),
      ("\"é\" x", "line 1, column 5 (byte 5): expected the end, found 'x'"),
      (#"{"a":1,"b":2,"a":3}"#, "column 14 (byte 13): the name \"a\" is there twice"),
      (#"["\ud800"]"#, "column 3 (byte 2): half a surrogate pair"),
      (#"["\ud800\u0041"]"#, "half a surrogate pair"),
      (#"["\udc00"]"#, "half a surrogate pair"),
      (#"["\u12g4"]"#, "expected four hexadecimal digits, found 'g'"),
      ("[1,]", "expected a value, found ']'"), ("[1 2]", "expected ',' or ']', found '2'"),
      ("{a:1}", "expected a name"),
      ("{\"a\":1,}", "expected a name in quotes, found '}'"), ("01", "expected the end, found '1'"),
      ("+1", "'+'"),
      ("1.", "expected a digit, found the end"), (".5", "expected a value"), ("1e", "expected a digit"),
      ("-", "expected a digit"),
      ("1e999", "past the range of a Double"), ("NaN", "expected a value, found 'N'"),
      ("Infinity", "found 'I'"),
      ("nul", "expected a value, found 'n'"), ("\"a", "has no end"), ("\"a\nb\"", "control character"),
      (#""\x""#, "'\\' must be"),
      ("\u{feff}1", "found byte 239"), ("// 1", "found '/'"), ("'a'", "found '''"),
      ("\"\\", "expected an escape, found the end"),
    ])
  func refuses(text: String, reason: String) throws {
    let error = try fileError { _ = try JSON(parsing: text, from: "text") }
    #expect(error.description.hasPrefix("text: line "))
    #expect(error.description.contains(reason))
  }

  @Test("names that only look alike are two names") func namesAreScalars() throws {
    let object = try JSON(parsing: "{\"\u{c5}\":1,\"\u{212b}\":2}", from: "text")
    #expect(object["\u{c5}"] == 1)
    #expect(object["\u{212b}"] == 2)
  }

  @Test(
    "invalid UTF-8 is refused", arguments: [[0xC3], [0xFF], [0xC0, 0x80], [0xED, 0xA0, 0x80]] as [[UInt8]])
  func refusesInvalidUTF8(bytes: [UInt8]) throws {
    let quote = UInt8(ascii: "\"")
    let error = try fileError { _ = try JSON(parsing: [quote] + bytes + [quote], from: "text") }
    #expect(error.description.contains("not UTF-8"))
  }

  @Test("64 levels are read and 65 refused") func boundsDepth() throws {
    func nested(_ depth: Int) -> String {
      String(repeating: "[", count: depth) + String(repeating: "]", count: depth)
    }
    #expect(throws: Never.self) { try JSON(parsing: nested(64), from: "text") }
    #expect(throws: FileError.self) { try JSON(parsing: nested(65), from: "text") }
    #expect(throws: FileError.self) {
      try JSON(parsing: String(repeating: "[", count: 1 << 20), from: "text")
    }
  }

  @Test("2¹⁸ values are read, and one more refused") func boundsValues() throws {
    let most = 1 << 18
    func array(_ count: Int) -> String { "[" + repeatElement("0", count: count - 1).joined(separator: ",") + "]" }
    #expect(throws: Never.self) { try JSON(parsing: array(most), from: "text") }
    let error = try fileError { _ = try JSON(parsing: array(most + 1), from: "text") }
    #expect(error.description.hasSuffix("more than 262144 values"))
  }

  @Test(
    "16 MiB of text in strings are read, and a byte more refused, with escapes or without", arguments: ["x", "\\n"])
  func boundsText(piece: String) throws {
    let half = String(repeating: piece, count: 8 << 20)
    #expect(throws: Never.self) { try JSON(parsing: "[\"\(half)\",\"\(half)\"]", from: "text") }
    for text in ["[\"\(half)\",\"\(half)\",\"\(piece)\"]", "\"\(half)\(half)\(piece)\"", "\"\(half)\(half)\(half)\""] {
      let error = try fileError { _ = try JSON(parsing: text, from: "text") }
      #expect(error.description.hasSuffix("more than 16 MiB of text in strings"))
    }
  }

  @Test("a number of a thousand digits is read, and a longer one refused") func boundsNumbers() throws {
    #expect(try JSON(parsing: "0." + String(repeating: "3", count: 1022), from: "text") == .number(1.0 / 3))
    #expect(throws: FileError.self) { try JSON(parsing: "0." + String(repeating: "3", count: 1023), from: "text") }
  }

  @Test("a name that is there twice is found among any number", arguments: [2, 15, 16, 17, 33, 1000])
  func findsDoubles(count: Int) throws {
    let names = (0..<count).map { "\"n\($0)\":0" }
    #expect(throws: Never.self) { try JSON(parsing: "{\(names.joined(separator: ","))}", from: "text") }
    for double in [0, count / 2, count - 1] {
      let text = "{\(names.joined(separator: ",")),\"n\(double)\":1}"
      let error = try fileError { _ = try JSON(parsing: text, from: "text") }
      #expect(error.description.hasSuffix("the name \"n\(double)\" is there twice"))
    }
  }

  @Test("values are equal if their scalars are") func equality() {
    #expect(JSON.string("K") != "\u{212A}" && JSON.string("\u{e9}") != "e\u{301}")
    #expect(JSON.object([.init(name: "K", value: 1)]) != ["\u{212A}": 1] && JSON.array([1, nil]) == [1, nil])
    #expect(JSON.integer(1) != 1.0 && JSON.null != false)
  }

  @Test("every prefix of a document is refused without a trap") func refusesPrefixes() throws {
    let document = Array(#"{"a": [1, -2.5e-3, "x\n\ud83d\ude00é"], "b": {"c": null, "d": true}}"#.utf8)
    for length in document.indices {
      #expect(throws: FileError.self) { try JSON(parsing: Array(document[..<length]), from: "text") }
    }
    #expect(throws: Never.self) { try JSON(parsing: document, from: "text") }
  }
}

@Suite struct JSONWriterTests {
  static let sample: JSON = [
    "b": 1, "a": [1.5, nil, true], "empty": [], "none": [:], "text": "\"\\\n\r\t\u{1}é/",
  ]

  @Test("one line without spaces, members in their order") func compact() {
    #expect(
      Self.sample.compact
        == #"{"b":1,"a":[1.5,null,true],"empty":[],"none":{},"text":"\"\\\n\r\t\u0001é/"}"#)
  }

  @Test("a member or element a line, indented by two spaces") func pretty() {
    let value: JSON = ["b": 1, "a": [1.5, [:]], "c": ["d": []]]
    #expect(
      value.pretty == """
        {
          "b": 1,
          "a": [
            1.5,
            {}
          ],
          "c": {
            "d": []
          }
        }
        """)
  }

  @Test(
    "a number stays one that is no integer, in the fewest digits",
    arguments: [
      (10000, "10000.0"), (1e-5, "1e-05"), (0.1, "0.1"), (1e22, "1e+22"), (-0.0, "-0.0"),
      (.leastNonzeroMagnitude, "5e-324"),
      (.nan, "null"), (.infinity, "null"),
    ] as [(Double, String)])
  func numbers(value: Double, text: String) {
    #expect(JSON.number(value).compact == text)
  }

  @Test("what is written is read back the same") func roundTrip() throws {
    #expect(try JSON(parsing: Self.sample.compact, from: "text") == Self.sample)
    #expect(try JSON(parsing: Self.sample.pretty, from: "text") == Self.sample)
    let everyASCII = JSON.string(
      String(String.UnicodeScalarView((0..<128).map { Unicode.Scalar(UInt8($0)) })))
    #expect(try JSON(parsing: everyASCII.compact, from: "text") == everyASCII)
    for power in -300...300 {
      let value = JSON.number(1.1 * Double(sign: .plus, exponent: power, significand: 1.7))
      #expect(try JSON(parsing: value.compact, from: "text") == value)
    }
  }
}

@Suite struct JSONFieldTests {
  let root = JSONField(
    ["model": ["vocab": ["a": 1, "b": "two"], "theta": 10, "window": nil], "shape": [1, -2]],
    in: "config.json")

  @Test("a value is had as its type") func values() throws {
    #expect(try root["model"]["vocab"]["a"].integer == 1)
    #expect(try root["model"]["theta"].number == 10)
    #expect(try root["shape"].elements.map { try $0.integer } == [1, -2])
    #expect(try root["model"]["vocab"].members.map(\.name) == ["a", "b"])
    #expect([root["model"]["window"], root["nothing"]["here"]].allSatisfy { $0.ifPresent == nil })
  }

  @Test("an error names document, place, what was expected and what was found") func errors() throws {
    #expect(
      try fileError { _ = try root["model"]["vocab"].members[1].field.integer }.description
        == #"config.json: model.vocab.b: expected an integer, found "two""#)
    #expect(
      try fileError { _ = try root["shape"].elements[1].integer(in: 0...9) }.description
        == "config.json: shape[1]: expected an integer from 0 to 9, found -2")
    #expect(
      try fileError { _ = try root["a"]["b"].string }.description
        == "config.json: a.b: expected a string, found nothing")
    #expect(
      try fileError { _ = try root["model"].bool }.description
        == #"config.json: model: expected true or false, found "#
        + #"{"vocab":{"a":1,"b":"two"},"theta":10,"window":null}"#)
  }

  @Test("an error shows the beginning of what it found, and nothing that a terminal obeys") func cut() throws {
    let field = JSONField(
      [String(repeating: "n", count: 1 << 20): .string("\u{9B}31m" + String(repeating: "v", count: 1 << 20))], in: "f")
    let error = try fileError { _ = try field.members[0].field.integer }
    let (name, value) = (String(repeating: "n", count: 60), String(repeating: "v", count: 50))  // 60 are shown
    #expect(error.description == "f: \(name)…: expected an integer, found \"\\u{9B}31m\(value)…")
  }
}
