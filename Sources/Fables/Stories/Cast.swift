extension Role {
  /// Who and what the templates mention. The names on the left are the example they are about.
  static let all = [
    Role(["bear", "growled", "fur", "paw"], from: "animals", animals),
    Role(["crow", "cawed", "feathers", "wing"], from: "animals", animals),
    Role(["Bram", "he", "him", "his"], from: "names", names),
    Role(["Fern", "they", "them", "their"], from: "names", names),
    Role(["plums", "plum", "a plum"], from: "fruits", fruits),
    Role(["the old mill"], from: "places", places),
    Role(["rain"], from: "weather", weather),
    Role(["run", "runs", "ran", "running"], from: "feats", feats),
    Role(["silver bell", "bell"], from: "treasures", treasures),
    Role(["rope"], from: "tools", tools),
    Role(["busy"], from: "excuses", excuses),
  ]
}

// The animal, how it speaks, what it is proud of, and what it works with.
private let animals = WordList([
  ["bear", "growled", "fur", "paw"],
  ["crow", "cawed", "feathers", "wing"],
  ["donkey", "brayed", "coat", "hoof"],
  ["fox", "barked", "tail", "paw"],
  ["goat", "bleated", "beard", "hoof"],
  ["hedgehog", "snuffled", "prickles", "paw"],
  ["mouse", "squeaked", "whiskers", "paw"],
  ["owl", "hooted", "feathers", "wing"],
])

// A name and the pronouns that go with it.
private let names = WordList(
  ["Bram", "Hugo", "Jasper", "Otto", "Rufus"].map { [$0, "he", "him", "his"] }
    + ["Ada", "Fern", "Mabel", "Nell", "Poppy"].map { [$0, "she", "her", "her"] })

private let fruits = WordList([
  ["acorns", "acorn", "an acorn"], ["cherries", "cherry", "a cherry"], ["figs", "fig", "a fig"],
  ["pears", "pear", "a pear"], ["plums", "plum", "a plum"], ["walnuts", "walnut", "a walnut"],
])

private let places = WordList([
  ["the garden wall"], ["the mossy well"], ["the old mill"], ["the river bend"], ["the stone bridge"],
  ["the tall oak"],
])

private let weather = WordList([["hail"], ["rain"], ["snow"]])

private let feats = WordList([
  ["climb", "climbs", "climbed", "climbing"], ["dance", "dances", "danced", "dancing"],
  ["run", "runs", "ran", "running"], ["sing", "sings", "sang", "singing"],
  ["whistle", "whistles", "whistled", "whistling"],
])

private let treasures = WordList([
  ["blue button", "button"], ["copper key", "key"], ["gold ring", "ring"], ["silver bell", "bell"],
  ["tin whistle", "whistle"],
])

private let tools = WordList([["chain"], ["ladder"], ["net"], ["rope"]])

private let excuses = WordList([["busy"], ["late"], ["tired"]])
