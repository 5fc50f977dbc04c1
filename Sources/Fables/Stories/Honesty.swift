extension Story {
  /// Bram finds what Fern has lost; whether he says so decides the end.
  static let honesty = Story(
    titles: ["The Lost {Bell}", "The {Bear} and the {Crow}"],
    [
      "By {the old mill} {Bram} the {bear} found a {silver bell} in the [dust|grass|leaves].",
      "{Bram} the {bear} was [dozing|walking] by {the old mill} when {he} found a {silver bell}.",
      "Something [glittered|shone] by {the old mill}: {Bram} the {bear} had found a {silver bell}.",
    ],
    [
      "Soon {Fern} the {crow} came by, [sighing|weeping], for {they} had lost a {silver bell}.",
      "\"Have you seen my {silver bell}?\" {cawed} {Fern} the {crow}, [pale|close to tears].",
    ],
    endings: Ending(
      [
        "{Bram} [loved|wanted] it, and yet {he} opened {his} {paw} and gave it back.",
        "\"Is this the one?\" {growled} {Bram}, and opened {his} {paw}.",
      ],
      [
        "{Fern} [danced|laughed|wept] for joy and asked {him} to [supper|tea].",
        "From that day {Fern} [loved|trusted] {him} like family.",
      ],
      morals: [
        "Moral: what you give back is never lost.",
        "Moral: an honest {paw} is never empty.",
        "Moral: a friend is worth more than a {bell}.",
      ]),
    Ending(
      [
        "\"I have seen nothing,\" {growled} {Bram}, and closed {his} {paw}.",
        "{Bram} shook {his} head and hid the {bell} under {his} {fur}.",
      ],
      [
        "But {he} could never [enjoy|show] the {bell}, and it gathered dust.",
        "One day {Fern} saw the {bell}, and never spoke to {him} again.",
      ],
      morals: [
        "Moral: a stolen joy must live in the dark.",
        "Moral: a lie is a poor pillow.",
        "Moral: nothing is as heavy as a hidden {bell}.",
      ]))
}
