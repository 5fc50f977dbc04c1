"""Situations between a run and the rest of the world: other processes, copies, full disks, limits, signals.

Each is a function of a trial, an empty folder and one of its parameters; it returns how the program ended and what
was not as it must be. A case is named by the place of its parameter in the list.
"""

import os
import random
import resource
import shutil
import signal
import subprocess
import time

import company
from harness import Found, differences, ending, last_line, limited, snapshot, trap

STEPS = 9


class Trial:
    """The program, and the runs that the situations start from."""

    def __init__(self, program, record):
        self.program = program
        self.seed = record.seed
        self.references = {seed: self._reference(seed) for seed in (7, 8)}
        self.long = self._reference(7, steps=40)
        self.started = self._started()

    def arguments(self, *options, seed=7, steps=STEPS, **settings):
        return self.program.train("--out", "runs/run", *options, steps=steps, seed=seed, **settings)

    def train(self, folder, *options, seed=7, **settings):
        return self.program.run(self.arguments(*options, seed=seed), folder, **settings)

    def _reference(self, seed, steps=STEPS):
        folder = self.program.folder()
        outcome = self.program.run(self.arguments(seed=seed, steps=steps), folder)
        if outcome.code != 0:
            raise SystemExit(f"an undisturbed run fails: {outcome.error}")
        return folder / "runs/run"

    def _started(self):
        """A run of which two thirds are done."""
        folder = self.program.folder()
        process = company.stopped(self.program, self.arguments(), folder, "checkpoint-6")
        process.kill()
        process.communicate()
        return folder / "runs/run"

    def place(self, source, folder, name="runs/run"):
        shutil.copytree(source, folder / name, symlinks=True)

    def goes_on(self, folder, *options):
        """What is not right when the run in `folder` goes on to its end."""
        outcome = self.train(folder, "--resume", *options)
        problems = trap(outcome)
        if outcome.code != 0:
            problems.append(f"exit {ending(outcome.code)}: {last_line(outcome.error)}")
        problems += differences(snapshot(folder / "runs/run"), snapshot(self.references[7]))
        return [f"then --resume: {each}" for each in problems]


# -- Copies -----------------------------------------------------------------------------------------------------------

def follow_links(run):
    for name in ("best", "last"):
        target = (run / name).resolve()
        (run / name).unlink()
        shutil.copytree(target, run / name)


def links_as_text(run):
    for name in ("best", "last"):
        target = os.readlink(run / name)
        (run / name).unlink()
        (run / name).write_text(target)


def half_followed(run):
    target = (run / "best").resolve()
    (run / "best").unlink()
    shutil.copytree(target, run / "best")


def no_links(run):
    for name in ("best", "last"):
        (run / name).unlink()


COPIES = [(change, finished) for change in (follow_links, links_as_text, half_followed, no_links)
          for finished in (True, False)]


def copied(trial, folder, parameter):
    change, finished = parameter
    trial.place(trial.references[7] if finished else trial.started, folder)
    run = folder / "runs/run"
    wanted = trial.program.run(company.SAMPLE, folder)
    change(run)
    sampled = trial.program.run(company.SAMPLE, folder)
    problems = trap(sampled)
    if company.text(sampled) != company.text(wanted):
        problems.append(f"sample: exit {ending(sampled.code)}: {last_line(sampled.error)}")
    outcome = trial.train(folder, "--resume")
    problems += trap(outcome)
    if outcome.code == 0 and change is not no_links and "best" not in outcome.error:
        problems.append("it mends the links, and does not say so")
    if outcome.code != 0:
        problems.append(f"{change.__name__}: exit {ending(outcome.code)}: {last_line(outcome.error)}")
    problems += differences(snapshot(run), snapshot(trial.references[7]))
    return ending(outcome.code), problems


def foreign(trial, folder, name):
    """Somebody's own things under the name of a link stay."""
    trial.place(trial.started, folder)
    path = folder / "runs/run" / name
    path.unlink()
    path.mkdir()
    (path / "thesis.txt").write_text("years of work")
    outcome = trial.train(folder, "--resume")
    problems = trap(outcome)
    if not (path / "thesis.txt").exists():
        problems.append("it removes what is not its own")
    if Found(folder / "runs/run").last < 6:
        problems.append("a checkpoint is lost")
    return ending(outcome.code), problems


def kept(trial, folder, count):
    """--keep holds on resume too."""
    trial.program.run(trial.arguments(keep=9), folder)
    outcome = trial.program.run(trial.arguments("--resume", keep=count), folder)
    problems = trap(outcome)
    steps = sorted(Found(folder / "runs/run").whole)
    wanted = [3, 5, 6, 9][-count:]
    if outcome.code != 0 or steps != wanted:
        problems.append(f"exit {ending(outcome.code)}, --keep {count} leaves {steps}, not {wanted}")
    return ending(outcome.code), problems


# -- Room and limits --------------------------------------------------------------------------------------------------

def ended_for_want(outcome, before, cause, run, codes=(74,)):
    problems = trap(outcome)
    found = Found(run)
    problems += found.broken
    if found.last < before:
        problems.append(f"checkpoint {before} is lost: {found.last} is the last")
    if outcome.code in codes:
        wanted = [cause] + ([f"{found.last}", "--resume"] if found.last and outcome.steps() else [])
        missing = [each for each in wanted if each not in outcome.error]
        problems += [f"{each!r} is not said: {last_line(outcome.error)}" for each in missing]
    elif outcome.code != 0:
        problems.append(f"exit {ending(outcome.code)}: {last_line(outcome.error)}")
    return problems


def disk_full(trial, folder, kilobytes):
    """On a small disk of its own."""
    disk = folder / "runs"
    disk.mkdir()
    mount = subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={kilobytes}k", "tmpfs", disk], capture_output=True)
    if mount.returncode != 0:
        return "no permission to mount", []
    try:
        outcome = trial.train(folder)
        problems = ended_for_want(outcome, 0, "No space left on device", disk / "run")
        subprocess.run(["mount", "-o", "remount,size=16m", disk], check=True)
        problems += trial.goes_on(folder)
    finally:
        subprocess.run(["umount", "-l", disk], check=True)
    return ending(outcome.code), problems


FILE_SIZES = [(size, ignored, started) for size in (0, 100, 512, 1024, 3000, 8192, 18000, 20000, 36000, 40000)
              for ignored in (True, False) for started in (True, False)]


def file_size(trial, folder, parameter):
    """Under RLIMIT_FSIZE, SIGXFSZ ignored by who starts it or not."""
    size, ignored, started = parameter
    if started:
        trial.place(trial.started, folder)
    outcome = trial.train(
        folder, "--resume", restore_signals=not ignored, preexec_fn=limited(resource.RLIMIT_FSIZE, (size, size)))
    before = 6 if started else 0
    if outcome.code == -signal.SIGXFSZ and not ignored:
        problems = Found(folder / "runs/run").broken
    else:
        problems = ended_for_want(outcome, before, "File too large", folder / "runs/run")
    return ending(outcome.code), problems + trial.goes_on(folder)


def open_files(trial, folder, count):
    """Under RLIMIT_NOFILE."""
    trial.place(trial.started, folder)
    outcome = trial.train(folder, "--resume", preexec_fn=limited(resource.RLIMIT_NOFILE, (count, count)))
    if "shared librar" in outcome.error:
        return "not loaded", trial.goes_on(folder)
    problems = ended_for_want(outcome, 6, "Too many open files", folder / "runs/run", (66, 74))
    return ending(outcome.code), problems + trial.goes_on(folder)


# -- Signals ----------------------------------------------------------------------------------------------------------

SIGNALS = [(number, name) for number in range(20) for name in ("SIGINT", "SIGTERM", "SIGHUP", "SIGQUIT", "SIGPIPE")]


def signals(trial, folder, parameter):
    """At random moments until the run is done; SIGPIPE stands for a reader of the output that leaves."""
    number, name = parameter
    draws = random.Random(f"signals {trial.seed} {number} {name}")
    run, problems, endings = folder / "runs/run", [], set()
    for attempt in range(40):
        before = Found(run).last
        options = trial.arguments("--resume", steps=40, threads=draws.choice((1, 2, 3)))
        process = trial.program.start(options, folder)
        time.sleep(draws.uniform(0, 0.25) if attempt < 30 else 0)
        if attempt < 30:
            process.stdout.close() if name == "SIGPIPE" else process.send_signal(getattr(signal, name))
        outcome = company.finish_without_output(process) if process.stdout.closed else trial.program.finish(process)
        found = Found(run)
        problems += trap(outcome) + found.broken
        endings.add(ending(outcome.code))
        if found.last < before:
            problems.append(f"checkpoint {before} is lost: {found.last} is the last")
        if outcome.code == 0:
            break
        if outcome.code == 75 and not found.last:
            problems.append(f"exit 75, and nothing is saved: {last_line(outcome.error)}")
        if outcome.code == 75 and "--resume" not in outcome.error:
            problems.append(f"the command that goes on is not named: {last_line(outcome.error)}")
        allowed = (-signal.SIGQUIT,) if name == "SIGQUIT" else (75, -getattr(signal, name))
        if outcome.code not in allowed + ((74,) if name == "SIGPIPE" else ()):
            problems.append(f"exit {ending(outcome.code)}: {last_line(outcome.error)}")
        if name == "SIGQUIT" and "acktrace" in outcome.error:
            problems.append("a backtrace is printed")
    expected, left = snapshot(trial.long), snapshot(run)
    # An interruption saves at a step of its own, and says so in a line.
    due = set(expected["metrics.jsonl"])
    left["metrics.jsonl"] = [
        line for line in left.get("metrics.jsonl", []) if line in due or '"checkpoint"' not in line]
    return "/".join(sorted(endings)), problems + differences(left, expected)


# -- All of them ------------------------------------------------------------------------------------------------------

SITUATIONS = {
    "two at once": (company.together, list(range(24)), 4),
    "another comes between": (company.race, company.RACES, 12),
    "moved away": (company.moved, company.MOVES, 9),
    "sampled while it saves": (company.sampled, company.SAMPLES, 8),
    "copied": (copied, COPIES, 8),
    "not its own": (foreign, ["best", "last"], 2),
    "--keep on resume": (kept, [1, 2, 3], 3),
    "disk full": (disk_full, list(range(20, 420, 8)), 6),
    "file size limit": (file_size, FILE_SIZES, 8),
    "open file limit": (open_files, list(range(3, 24)), 6),
    "signals": (signals, SIGNALS, 5),
}


def run(program, record, pool, quick, only):
    """All situations, or one, or one case of it."""
    trial = Trial(program, record)

    def attempt(case):
        name, place = case
        function, parameters, _ = SITUATIONS[name]
        folder = program.folder()
        end, problems = function(trial, folder, parameters[place])
        problems = [each.replace(f"{folder}/", "") for each in problems]
        record.add(name, f"situations/{name}/{place}", end, problems)
        shutil.rmtree(folder)

    for name in only[:1] or SITUATIONS:
        _, parameters, few = SITUATIONS[name]
        places = list(range(len(parameters)))
        if len(only) > 1:
            places = [int(only[1])]
        elif quick and few < len(places):
            places = sorted(random.Random(f"{record.seed} {name}").sample(places, few))
        list(pool.map(attempt, [(name, place) for place in places]))
