extension Story {
  /// Bram is proud of his fur while the weather turns; Fern thinks of the roof.
  static let vanity = Story(
    titles: ["The Proud {Bear}", "The {Bear} and the {Crow}"],
    [
      "{Bram} the {bear} was so proud of {his} {fur} that {he} [talked|sang|dreamed] of nothing else.",
      "All day {Bram} the {bear} sat by {the old mill} and [brushed|combed|admired] {his} {fur}.",
      "{Bram} the {bear} would not have traded {his} {fur} for [gold|a crown].",
    ],
    [
      "\"{Rain} is coming,\" {cawed} {Fern} the {crow}; \"help me [mend the roof|gather wood].\"",
      "{Fern} the {crow} [heard|smelled] {rain} and asked {him} to [mend the roof|gather wood].",
    ],
    endings: Ending(
      [
        "\"And [spoil|muddy|ruin] my {fur}?\" [laughed|sniffed|asked] {Bram}.",
        "But {Bram} only [yawned|smiled|bowed] and looked in {his} mirror.",
      ],
      [
        "The {rain} came that night, and {he} sat cold in {his} [fine|splendid] {fur} while {Fern} slept.",
        "When the {rain} came, {he} begged for a [dry|warm] corner of {their} house.",
      ],
      morals: [
        "Moral: beauty is a poor [roof|blanket|umbrella].",
        "Moral: a mirror mends no roof.",
        "Moral: {rain} falls on the finest {fur} too.",
      ]),
    Ending(
      [
        "{Bram} put down {his} [comb|brush|mirror] and worked with {them} until [dusk|dark].",
        "\"Show me how,\" {growled} {Bram}, and lent {them} a {paw} until [dusk|dark].",
      ],
      [
        "The {rain} found them [dry|snug], and {Fern} swore that mud suited {his} {fur}.",
        "They slept dry, and {his} muddy {fur} had never been so [warm|dear to {him}].",
      ],
      morals: [
        "Moral: a little mud is the mark of a friend.",
        "Moral: the best ornament is a [busy|helping] {paw}.",
        "Moral: work is the finest mirror.",
      ]))
}
