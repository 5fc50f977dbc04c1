"""Two processes and one directory: each case stops one of them at a call, lets the other act, and goes on."""

import itertools
import os
import random
import signal
import time

from harness import LIMIT, Fault, Found, Outcome, differences, ending, last_line, snapshot, trap

SAMPLE = ["sample", "runs/run", "--max-new-tokens", "20", "--seed", "3", "--json", "--threads", "1"]


def text(outcome):
    return [event.get("text") for event in outcome.events]


def wait_for_stop(process):
    """True if it has stopped, False if it has ended."""
    deadline = time.monotonic() + LIMIT
    while time.monotonic() < deadline:
        state = os.waitid(os.P_PID, process.pid, os.WEXITED | os.WSTOPPED | os.WNOWAIT | os.WNOHANG)
        if state:
            return state.si_code == os.CLD_STOPPED
        time.sleep(0.001)
    raise TimeoutError("it neither stops nor ends")


def stop_at(program, arguments, folder, fault, watched=None):
    """Starts a program that stops at a call; False beside it where it has ended before."""
    process = program.start(arguments, folder, fault, watched, folder.parent / f"{folder.name}.stop")
    return process, wait_for_stop(process)


def finish(program, process, folder):
    if process.poll() is None:
        process.send_signal(signal.SIGCONT)
    return program.finish(process, folder.parent / f"{folder.name}.stop")


def finish_without_output(process):
    """A program whose output nobody reads any more."""
    error = process.stderr.read().decode(errors="replace")
    return Outcome(process.wait(LIMIT), "", error, [], None)


def stopped(program, arguments, folder, name):
    """A training run that has stopped right after the checkpoint `name` appeared."""
    calls = program.run(arguments, program.folder(), logs=True).calls
    at = next(n for n, call in enumerate(calls) if call.startswith("rename ") and call.endswith("/" + name))
    # Then the parent is made durable and the links follow.
    links = next(n for n, call in enumerate(calls[at:]) if call.endswith("/last"))
    process, _ = stop_at(program, arguments, folder, Fault("any", at + links + 1, "stop"))
    return process


# -- Two that train ---------------------------------------------------------------------------------------------------

def together(trial, folder, number):
    """Both start at the same moment, or nearly."""
    draws = random.Random(f"together {trial.seed} {number}")
    processes = []
    for threads in (1, 2, 3):
        processes.append(trial.program.start(trial.arguments("--resume", steps=40, threads=threads), folder))
        time.sleep(draws.choice((0, 0, draws.uniform(0, 0.1))))
    outcomes = [trial.program.finish(process) for process in processes]
    problems = [problem for outcome in outcomes for problem in trap(outcome)]
    codes = sorted(outcome.code for outcome in outcomes)
    if codes[0] != 0 or set(codes) - {0, 74}:
        problems.append(f"exits {codes}: {[last_line(outcome.error) for outcome in outcomes if outcome.code]}")
    problems += differences(snapshot(folder / "runs/run"), snapshot(trial.long))
    return "/".join(map(str, codes)), problems


# What the first asks for, the call at which it stops, and the seed of the second.
RACES = [(options, at) for options in ((), ("--resume",), ("--overwrite",), None)
         for at in itertools.chain(range(0, 30), range(30, 200, 9))]


def race(trial, folder, parameter):
    """The second trains from start to end while the first stands still."""
    options, at = parameter
    first, second = (7, 7) if options == ("--resume",) else (7, 8)
    if options is None:  # neither names a directory
        commands = [trial.program.train(steps=9, seed=seed) for seed in (first, second)]
    else:
        commands = [trial.arguments(*options, seed=first),
                    trial.arguments(*(options if options == ("--resume",) else ()), seed=second)]
    process, has_stopped = stop_at(trial.program, commands[0], folder, Fault("any", at, "stop"))
    before = snapshot(folder)
    other = trial.program.run(commands[1], folder)
    after = snapshot(folder)
    outcome = finish(trial.program, process, folder)
    problems = trap(outcome) + trap(other)
    if other.code != 0:
        problems += [f"the second loses, and writes: {each}" for each in differences(after, before)]
    codes = f"{ending(outcome.code)}/{ending(other.code)}"
    if not has_stopped:
        return f"{codes} (one after the other)", problems
    if outcome.code not in (0, 64, 74) or other.code not in (0, 64, 74) or outcome.code and other.code:
        problems.append(f"exits {codes}: {last_line(outcome.error)} | {last_line(other.error)}")
    if options is None:
        return codes, problems + _each_is_one(trial, folder, (outcome, other))
    if outcome.code == 0 and other.code == 0 and options == ():
        problems.append("both have finished in one directory")
    winner = first if outcome.code == 0 else second
    return codes, problems + differences(snapshot(folder / "runs/run"), snapshot(trial.references[winner]))


def _each_is_one(trial, folder, outcomes):
    """Every directory is the run of one of them, and each that finished has its own."""
    references = [snapshot(trial.references[seed]) for seed in (7, 8)]
    runs = sorted((folder / "checkpoints").iterdir())
    found = [snapshot(run) for run in runs]
    problems = []
    for run, contents in zip(runs, found):
        if contents and contents not in references:
            problems.append(f"{run.name} is a mixture: {differences(contents, references[0])[:1]}")
    for outcome, reference in zip(outcomes, references):
        if outcome.code == 0 and reference not in found:
            problems.append("a run that has finished is not there")
    return problems


# -- The directory goes away ------------------------------------------------------------------------------------------

# Between two saves, before each name changes, and at all other moments.
MOMENTS = [("mkdir", at) for at in range(2, 7)] + [("rename", at) for at in range(15)]
MOMENTS += [("any", at) for at in range(25, 560, 7)]
MOVES = [(place, moment) for moment in MOMENTS for place in ("nothing", "a folder", "a run")]


def moved(trial, folder, parameter):
    """The run's directory is moved away while it trains, and something else takes its place."""
    place, moment = parameter
    process, has_stopped = stop_at(trial.program, trial.arguments(), folder, Fault(*moment, "stop"))
    run, away = folder / "runs/run", folder / "runs/moved"
    if not has_stopped:
        process.communicate()
        return "not reached", []
    before = Found(run).last
    run.rename(away)
    if place == "a folder":
        run.mkdir()
    elif place == "a run":
        trial.place(trial.references[8], folder)
    successor = snapshot(run) if run.exists() else None
    outcome = finish(trial.program, process, folder)
    problems = trap(outcome)
    if outcome.code not in (0, 74):
        problems.append(f"exit {ending(outcome.code)}: {last_line(outcome.error)}")
    left = snapshot(run) if run.exists() else None
    if (left is None) != (successor is None):
        problems.append(f"in its old place there is now {sorted(left) if left is not None else 'nothing'}")
    elif left is not None:
        problems += [f"in its successor: {each}" for each in differences(left, successor)]
    found = Found(away)
    problems += found.broken
    if found.last < before:
        problems.append(f"checkpoint {before} is lost: {found.last} is the last")
    if outcome.code == 0:
        problems += [f"where it went: {each}" for each in differences(snapshot(away), snapshot(trial.references[7]))]
    if run.exists():
        run.rename(folder / "runs/successor")
    away.rename(run)
    return ending(outcome.code), problems + trial.goes_on(folder)


# -- One trains, one reads --------------------------------------------------------------------------------------------

SAMPLES = [(command, at) for at in range(0, 60) for command in ("sample", "eval")]


def sampled(trial, folder, parameter):
    """While somebody reads a checkpoint, the run saves others and drops it."""
    command, at = parameter
    trial.place(trial.started, folder)
    arguments = SAMPLE if command == "sample" else ["eval", "runs/run", str(_short_text(trial)), "--json"]
    process, has_stopped = stop_at(trial.program, arguments, folder, Fault("any", at, "stop"))
    if not has_stopped:
        process.communicate()
        return "not reached", []
    trained = trial.train(folder, "--resume")
    outcome = finish(trial.program, process, folder)
    problems = trap(outcome) + trap(trained)
    if trained.code != 0:
        problems.append(f"training: exit {ending(trained.code)}: {last_line(trained.error)}")
    if outcome.code != 0:
        problems.append(f"{command}: exit {ending(outcome.code)}: {last_line(outcome.error)}")
    return ending(outcome.code), problems + differences(
        snapshot(folder / "runs/run"), snapshot(trial.references[7]))


def _short_text(trial):
    path = trial.program.scratch / "short.txt"
    if not path.exists():
        path.write_text(trial.program.corpus.read_text()[:300])
    return path
