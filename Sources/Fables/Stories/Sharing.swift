extension Story {
  /// Bram has plenty and Fern has nothing; whether he gives decides the end.
  static let sharing = Story(
    titles: ["The Basket of {Plums}", "The {Bear} and the {Crow}"],
    [
      "{Bram} the {bear} had a [full|great] basket of {plums}, [more than|twice what] {he} could eat.",
      "By {the old mill} lived {Bram} the {bear}, whose [cellar|larder] was full of {plums}.",
      "All summer {Bram} the {bear} had gathered {plums}, and {his} [sacks|shelves] were full.",
    ],
    [
      "One [cold|wet|windy] evening {Fern} the {crow} came to the door, [thin|tired] and [soaked|shivering].",
      "\"[Please|Neighbour], may I have [one|a single] {plum}?\" {cawed} {Fern} the {crow} at {his} door.",
    ],
    endings: Ending(
      [
        "\"Take half of them,\" {growled} {Bram}, and [found|filled] a sack.",
        "{Bram} [sighed|smiled|blushed] and gave {them} half.",
      ],
      [
        "In [winter|spring], when {his} own {plums} were gone, {Fern} brought {him} [soup|bread|cake].",
        "They [ate|talked|sang] together until the stars came out.",
      ],
      morals: [
        "Moral: what you give away [comes home|finds its way back].",
        "Moral: half a basket and a friend make a full one.",
        "Moral: a shared {plum} is the sweetest.",
      ]),
    Ending(
      [
        "\"I need [them all|every one],\" {growled} {Bram}, and [shut|barred|locked] the door.",
        "{Bram} [looked away|pretended to sleep], and {Fern} [went|limped] on in the dark.",
      ],
      [
        "By [Sunday|spring] the [ants|worms|wasps] had eaten every {plum}.",
        "But the {plums} went bad, and nobody [came|knocked] any more.",
      ],
      morals: [
        "Moral: what is kept too long is lost.",
        "Moral: a locked door keeps friends out too.",
        "Moral: alone, even a feast is [bitter|thin].",
      ]))
}
