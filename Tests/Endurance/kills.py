"""Kills at random moments: a run that is killed and resumed until it ends is the run that was never stopped."""

import random
import shutil
import signal
import subprocess
import time

from harness import Found, differences, ending, snapshot, trap

SHAPE = {"steps": 40, "save": 3, "evaluate": 7, "keep": 2}
TOO_MANY = 60  # kills of one run, after which it is let alone


class RandomKills:
    """Runs of 40 steps, killed about every third of their time."""

    def __init__(self, program, record):
        self.program = program
        self.record = record
        folder = program.folder()
        start = time.monotonic()
        outcome = program.run(self._arguments(2), folder)
        self.duration = time.monotonic() - start
        if outcome.code != 0:
            raise SystemExit(f"an undisturbed run fails: {outcome.error}")
        self.expected = snapshot(folder / "run")

    def _arguments(self, threads):
        return self.program.train("--out", "run", "--resume", threads=threads, **SHAPE)

    def cycle(self, number):
        """One run from its start to its end; how often it was killed."""
        draws = random.Random(f"kills {self.record.seed} {number}")
        case = f"kills/{number}"
        folder = self.program.folder()
        run = folder / "run"
        kills = 0
        while True:
            before = Found(run).last
            process = self.program.start(self._arguments(draws.choice((1, 2, 3))), folder)
            try:
                process.wait(None if kills >= TOO_MANY else draws.uniform(0, 0.5 * self.duration))
            except subprocess.TimeoutExpired:
                process.send_signal(signal.SIGKILL)
            outcome = self.program.finish(process)
            if outcome.code != -signal.SIGKILL:
                break
            kills += 1
            found = Found(run)
            problems = [f"after kill {kills}: {reason}" for reason in found.broken]
            if found.last < before:
                problems.append(f"kill {kills} lost checkpoint {before}: {found.last} is the last")
            self.record.add("kills at random", case, "SIGKILL", problems)
        problems = trap(outcome)
        if outcome.code != 0:
            problems.append(f"exit {ending(outcome.code)}: {outcome.error.strip()[-200:]}")
        problems += differences(snapshot(run), self.expected)
        self.record.add("runs killed and resumed", case, ending(outcome.code), problems)
        shutil.rmtree(folder)
        return kills


def run(program, record, pool, kills, only):
    """Tries until there were `kills` kills."""
    trial = RandomKills(program, record)
    if only:
        return trial.cycle(int(only[0]))
    done, number = 0, 0
    while done < kills:
        batch = range(number, number + 2 * pool._max_workers)
        number = batch.stop
        done += sum(pool.map(trial.cycle, batch))
