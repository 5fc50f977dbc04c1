extension Story {
  /// Bram sits in a pit and Clara has what would help; whether it is used decides the end.
  static let helping = Story(
    titles: ["The {Bear} in the Pit", "The {Bear} Who Fell"],
    [
      "By {the old mill} {Bram} the {bear} [fell|slipped] into a pit.",
      "One [dark|foggy] night {Bram} the {bear} [fell|slipped] into a pit.",
    ],
    [
      "At last {Clara} the {crow} came by with {a cord}.",
      "{He} {growled} until {Clara} the {crow} came by with {a cord}.",
    ],
    endings: Ending(
      [
        "{Clara} let down the {cord} and pulled [hard|long].",
        "\"Hold tight,\" {cawed} {Clara}, and let down the {cord}.",
      ],
      morals: [
        "Moral: pull one friend out, and two walk home.",
        "Moral: no {cord} is as strong as a kind heart.",
      ]),
    Ending(
      [
        "\"My {cord} is too [clean|new] for mud,\" {cawed} {Clara}.",
        "But {Clara} kept the {cord}, and soon {they} fell in too.",
      ],
      morals: [
        "Moral: who walks past will be passed by.",
        "Moral: the pit is patient.",
      ]))
}
