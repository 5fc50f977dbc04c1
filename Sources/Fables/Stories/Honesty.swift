extension Story {
  /// Bram finds what Clara has lost; whether he says so decides the end.
  static let honesty = Story(
    titles: ["The Lost {Bell}", "The {Bear} Who Found a {Bell}"],
    [
      "By {the old mill} {Bram} the {bear} found {a brass bell}.",
      "{Bram} the {bear} was [fishing|walking] when {he} found {a brass bell}.",
    ],
    [
      "{Clara} the {crow} {cawed}, \"Have you seen my {bell}, {Bram}?\"",
      "{Clara} the {crow} asked {Bram} for the {bell}, and [sighed|wept].",
    ],
    endings: Ending(
      [
        "{Bram} opened {his} {paw} and gave it back.",
        "\"Is this the {bell}?\" {growled} {Bram}, and opened {his} {paw}.",
      ],
      morals: [
        "Moral: what you give back is never lost.",
        "Moral: an honest {paw} is never empty.",
      ]),
    Ending(
      [
        "\"I have seen no {bell},\" {growled} {Bram}, and closed {his} {paw}.",
        "{Bram} shook {his} head, and hid the {bell} in {his} {fur}.",
      ],
      morals: [
        "Moral: a lie is a poor pillow.",
        "Moral: nothing is as heavy as a hidden {bell}.",
      ]))
}
