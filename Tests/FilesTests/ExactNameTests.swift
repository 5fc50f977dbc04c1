import Files
import Testing

@Suite struct ExactNameTests {
  @Test("names are equal if their scalars are, and then hash alike") func equality() {
    #expect(ExactName("K") != ExactName("\u{212A}") && ExactName("\u{e9}") != ExactName("e\u{301}"))
    #expect(Set(["K", "\u{212A}", "K"].map(ExactName.init)).count == 2)
    #expect("a".isIdentical(to: "a") && !"a".isIdentical(to: "ab"))
  }

  @Test(
    "a name that leads out of a directory is no file's in it, whatever its characters are joined with",
    arguments: ["", ".", "..", "/", "a/b", "../x", "../\u{301}secret", "/\u{301}", "a\0", "a\0\u{301}"])
  func leadsOut(name: String) {
    #expect(!name.isPlainFileName)
  }

  @Test("any other name is", arguments: ["model.safetensors", "...", "a b", "\u{301}", "a\\b"])
  func plain(name: String) {
    #expect(name.isPlainFileName)
  }
}
