extension Story {
  /// Bram is in a hurry and Clara knows the road; whether he listens decides the end.
  static let listening = Story(
    titles: ["The Short Road", "The {Bear} in a Hurry"],
    [
      "{Bram} the {bear} had to be at {the old mill}, and was in a hurry.",
      "{Bram} the {bear} set out for {the old mill} in [a hurry|great haste].",
    ],
    [
      "{Clara} the {crow} {cawed}, \"Take the long road, {Bram}.\"",
      "{Clara} the {crow} told {Bram} that the short road was [all thorns|flooded].",
    ],
    endings: Ending(
      [
        "But {Bram} ran on, and came home with [mud|thorns] in {his} {fur}.",
        "\"I know the way,\" {growled} {Bram}, and was lost by [dark|noon].",
      ],
      morals: [
        "Moral: the short road is long for those who do not listen.",
        "Moral: a [deaf|stubborn] ear makes sore feet.",
      ]),
    Ending(
      [
        "{Bram} [bowed|nodded], and came home with {his} {fur} dry.",
        "So {Bram} took the long road, and [sang|whistled] all the way.",
      ],
      morals: [
        "Moral: good advice is the best pair of shoes.",
        "Moral: [ask|listen] first, and walk once.",
      ]))
}
