extension Story {
  /// Bram sits in a pit and Fern has what would help; whether it is used decides the end.
  static let helping = Story(
    titles: ["The {Bear} in the Pit", "The {Bear} and the {Crow}"],
    [
      "{Bram} the {bear} [fell|slipped|tumbled] into a pit by {the old mill} and could not climb out.",
      "One [dark|foggy] night {Bram} the {bear} [fell|slipped|tumbled] into a pit by {the old mill}.",
      "By {the old mill} there was a pit, and {Bram} the {bear} [fell|slipped|tumbled] into it.",
    ],
    [
      "At last {Fern} the {crow} came by with a {rope}, [humming a tune|on the way home].",
      "{He} called [for hours|until dark], and {Fern} the {crow} came by with a {rope}.",
    ],
    endings: Ending(
      [
        "{Fern} let down the {rope} [at once|without a word], and {he} took it in {his} {paw}.",
        "\"Hold [on|tight],\" {cawed} {Fern}, and pulled {him} out by the {paw}.",
      ],
      [
        "In [winter|spring], when {Fern} was ill, it was {Bram} who came first.",
        "Ever since, {Bram} has [kept|swept] {their} path clean.",
      ],
      morals: [
        "Moral: kindness has a long memory.",
        "Moral: pull one friend out, and two walk home.",
        "Moral: no {rope} is as strong as a kind heart.",
      ]),
    Ending(
      [
        "\"My {rope} is too [clean|good|new] for mud,\" {cawed} {Fern}, and walked on.",
        "But {Fern} was {busy}, and only wished {him} a good evening.",
      ],
      [
        "The next [day|week] {Fern} fell into the same pit, and the {rope} was at home.",
        "{Bram} got out alone, and when {Fern} needed help {he} was {busy} too.",
      ],
      morals: [
        "Moral: who walks past will be passed by.",
        "Moral: the pit is patient.",
        "Moral: a {rope} at home helps nobody.",
      ]))
}
