extension Story {
  /// Bram is proud of his fur while the weather turns; Clara thinks of the roof.
  static let vanity = Story(
    titles: ["The Proud {Bear}", "The {Bear} and the Mirror"],
    [
      "All day {Bram} the {bear} [admired|brushed|combed] {his} {fur}.",
      "{Bram} the {bear} [dreamed|talked] of nothing but {his} {fur}.",
    ],
    [
      "{Clara} the {crow} {cawed}, \"{Rain} is coming, {Bram}.\"",
      "{Clara} the {crow} smelled {rain}, and asked {Bram} to mend the roof.",
    ],
    endings: Ending(
      [
        "{Bram} only [bowed|yawned], and the {rain} [ruined|spoiled] {his} {fur}.",
        "\"And [muddy|spoil] my {fur}?\" laughed {Bram}, and slept in the {rain}.",
      ],
      morals: [
        "Moral: beauty is a poor [roof|umbrella].",
        "Moral: {rain} falls on the finest {fur} too.",
      ]),
    Ending(
      [
        "{Bram} lent a {paw}, and the roof kept them [dry|warm].",
        "\"Show me how,\" {growled} {Bram}, and put {his} {paw} to work.",
      ],
      morals: [
        "Moral: a little mud is the mark of a friend.",
        "Moral: the best ornament is a busy {paw}.",
      ]))
}
