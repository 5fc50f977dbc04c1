// Changes a small checkpoint in many ways and reads each as `minigpt sample` and `train --resume` do.
//
//     swift run -c release --package-path Tests/Endurance/Mutations mutations --count 1000000 --seed 1
//
// Mutation number i of a call is that of seed + i, so `--count 1 --seed N --verbose` shows one alone. What holds of each:
// it is read, or refused by an error of this package's in at most a few lines without control characters; no trap, no
// second of processor time, no 64 MiB more than the files' size. Exits 1 where one does not hold.

import Foundation

let options = Options(Array(CommandLine.arguments.dropFirst()))
if options.isWorker {
  try Worker(options).run()
} else {
  exit(try Supervisor(options).run() ? 0 : 1)
}
