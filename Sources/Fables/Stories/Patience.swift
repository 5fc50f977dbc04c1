extension Story {
  /// Bram and Fern plant a tree each, and Bram cannot wait.
  static let patience = Story(
    titles: ["The Tree of {Plums}", "The {Bear} Who Could Not Wait"],
    [
      "In [March|April] {Bram} the {bear} and {Fern} the {crow} each planted {a plum} by {the old mill}.",
      "{Bram} the {bear} and {Fern} the {crow} [wanted|dreamed of] {plums}, so each planted one.",
      "{Fern} the {crow} gave {Bram} the {bear} {a plum} to plant, and planted one beside it.",
    ],
    [
      "[Every|Each] [morning|hour|day] {Bram} dug up {his} {plum} to see if it had grown.",
      "{Bram} [sang to|shouted at|watered] {his} {plum} day and night, but nothing grew.",
    ],
    endings: Ending(
      [
        "\"I have no time to wait,\" {growled} {Bram}, and [took|fetched] {his} spade.",
        "\"[Patience|Give it time],\" {cawed} {Fern}, but {he} [dug deeper|would not listen].",
      ],
      [
        "By [summer|autumn] {Fern} had a tree full of {plums}, and {Bram} had a [hole|ditch].",
        "In the end {Fern} [ate|picked|sold] {plums} and {Bram} looked into an empty hole.",
      ],
      morals: [
        "Moral: what is hurried never ripens.",
        "Moral: no tree grows by [wishing|shouting].",
        "Moral: a spade cannot hurry the spring.",
      ]),
    Ending(
      [
        "\"[Patience|Give it time],\" {cawed} {Fern}, and {Bram} [sat down|went home] to wait.",
        "At last {Bram} put {his} spade away and [slept|waited|read a book].",
      ],
      [
        "By [summer|autumn] two trees bent under their {plums}.",
        "One [golden|warm] day {he} found a hundred {plums} above {his} head.",
      ],
      morals: [
        "Moral: waiting is half the work.",
        "Moral: time is the best gardener.",
        "Moral: the sweetest {plums} are the slow ones.",
      ]))
}
