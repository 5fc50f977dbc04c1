extension Story {
  /// Bram plants a berry and cannot wait, or can.
  static let patience = Story(
    titles: ["The Garden of {Berries}", "The {Bear} Who Could Not Wait"],
    [
      "By {the old mill} {Bram} the {bear} planted {a berry}.",
      "{Bram} the {bear} [dreamed of|wanted] {berries}, so {he} planted one.",
    ],
    [
      "{Clara} the {crow} {cawed}, \"{Berries} take time, {Bram}.\"",
      "{Clara} the {crow} told {Bram} that {berries} take time.",
    ],
    endings: Ending(
      [
        "But {Bram} dug it up every [day|hour] to see if it grew.",
        "\"I have no time,\" {growled} {Bram}, and [dug|pulled] it up.",
      ],
      morals: [
        "Moral: what is hurried never ripens.",
        "Moral: nothing grows by [shouting|wishing].",
      ]),
    Ending(
      [
        "{Bram} waited, and in autumn {he} [ate|picked] a hundred {berries}.",
        "So {Bram} sat down, and {berries} grew over {his} head.",
      ],
      morals: [
        "Moral: waiting is half the work.",
        "Moral: the sweetest {berries} are the slow ones.",
      ]))
}
