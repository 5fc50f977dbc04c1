extension Story {
  /// Bram loads his boat with fruit, and cannot stop.
  static let greed = Story(
    titles: ["The Last {Plum}", "The {Bear} and the {Crow}"],
    [
      "{Bram} the {bear} loaded {his} boat with {plums} to [sell|trade] them by {the old mill}.",
      "{Bram} the {bear} had [a little|a new|an old] boat and loaded it with {plums}.",
      "{Plums} were dear that [spring|year], so {Bram} the {bear} loaded {his} boat with them.",
    ],
    [
      "\"[That is enough|Leave some room],\" {cawed} {Fern} the {crow} from the [bank|reeds|shore].",
      "{Fern} the {crow} looked on and {cawed}, \"Your boat is [full|tired], my friend.\"",
    ],
    endings: Ending(
      [
        "\"One more {plum} is one more penny,\" {growled} {Bram}, and threw in [ten|twenty].",
        "\"{A plum} weighs nothing,\" {growled} {Bram}, and fetched another basket.",
      ],
      [
        "In the middle of the [lake|river] the boat sank, and the [eels|fish] dined on {plums}.",
        "The boat [creaked|groaned], sank, and left {him} swimming with weed in {his} {fur}.",
      ],
      morals: [
        "Moral: it is the last {plum} that sinks the boat.",
        "Moral: too much is less than enough.",
        "Moral: weigh the boat before the {plums}.",
      ]),
    Ending(
      [
        "{Bram} [felt|saw] the water rise, [blushed|gulped] and gave {them} half of the {plums}.",
        "The water [tickled|touched] {his} {paw}, and {he} [blushed|laughed] and put half of them back.",
      ],
      [
        "The boat [danced|flew|glided] over the waves like a [feather|leaf|swan].",
        "{He} came to the market first, and brought {Fern} a [cake|pie|scarf].",
      ],
      morals: [
        "Moral: a light boat [sails|travels] far.",
        "Moral: enough is a [feast|fortune].",
        "Moral: what you leave behind cannot sink you.",
      ]))
}
