import Files
import Testing

@Suite("A text from outside is shown")
struct PrintableTests {
  @Test(
    "with escapes for what a terminal obeys or hides",
    arguments: [
      ("plain, ünï, 漢字", "plain, ünï, 漢字"), ("\u{1B}[2J", "\\u{1B}[2J"), ("a\r\nb", "a\\u{D}\\u{A}b"),
      ("\u{202E}txt.exe", "\\u{202E}txt.exe"), ("\u{9B}31m", "\\u{9B}31m"), ("👩\u{200D}🔬", "👩\u{200D}🔬"),
    ])
  func escapes(text: String, shown: String) {
    #expect(Array(printable(text).unicodeScalars) == Array(shown.unicodeScalars))
  }

  @Test("between quotes that are not in it, where there are such")
  func quotes() {
    #expect(inQuotes("fox") == "\"fox\"" && inQuotes("\"") == "'\"'" && inQuotes("it's") == "\"it's\"")
    #expect(inQuotes("it's", "'\"") == "\"it's\"" && inQuotes("fox", "'\"") == "'fox'")
    #expect(inQuotes("\"'") == "\"\"'\"" && inQuotes("\u{1B}") == "\"\\u{1B}\"")
  }

  @Test("up to a number of scalars, also where all of them are one grapheme")
  func cut() {
    #expect(printable("abcdef", limit: 6) == "abcdef")
    #expect(printable("abcdef", limit: 5) == "abcde…")
    #expect(printable("\u{1B}\u{1B}\u{1B}", limit: 7) == "\\u{1B}\\u{1B}…")  // an escape counts as what is shown
    let zalgo = "a" + String(repeating: "\u{301}", count: 100_000)
    #expect(printable(zalgo).unicodeScalars.count == 201)
  }
}
