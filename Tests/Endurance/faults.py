"""Kills and failures at every call to the file system, in training, resuming, sampling and evaluating."""

import collections
import os
import random
import re
import shutil
import signal

from harness import Fault, Found, differences, ending, last_line, snapshot, trap

# What can go wrong with a call, by kind; EINTR and short transfers are part of a good day.
ACTIONS = {
    "open": "EIO EACCES EMFILE EINTR",
    "create": "EIO ENOSPC EDQUOT EROFS EACCES EMFILE EINTR",
    "opendir": "EIO EACCES EMFILE EINTR",
    "readdir": "EIO ESTALE",
    "read": "EIO EINTR short short+",
    "write": "EIO ENOSPC ENOSPC+ EDQUOT EINTR short short+ torn",
    "fsync": "EIO EIO+ ENOSPC EDQUOT",
    "fsyncdir": "EIO EINVAL EINVAL+ ENOTSUP+",
    "close": "EIO ENOSPC EDQUOT",
    "rename": "EIO ENOSPC EACCES EROFS",
    "unlink": "EIO EACCES EROFS EROFS+",
    "rmdir": "EIO EACCES EBUSY EBUSY+",
    "mkdir": "EIO ENOSPC EDQUOT EACCES EROFS",
    "symlink": "EPERM EPERM+ ENOTSUP+ EIO",
    "stat": "EIO EACCES ESTALE",
    "readlink": "EIO EACCES",
    "flock": "ENOLCK ENOTSUP EINTR",
    "truncate": "EIO",
    "link": "EIO EPERM",
    "closeread": "",
}
QUICK = {"kill", "EIO", "ENOSPC", "EINTR", "EINVAL", "EPERM", "EBUSY", "short", "torn", "ENOLCK"}

# What a failure to look or to read may end with, besides 74: that of an input that cannot be read.
READING = ("open", "opendir", "readdir", "read", "stat", "readlink")

Workload = collections.namedtuple("Workload", "name prepare arguments again judge watched")


class Faults:
    """The workloads, what they must leave, and the judgement of each case."""

    def __init__(self, program, record):
        self.program = program
        self.record = record
        self.steps = 9
        self.reference = self._uninterrupted(seed=7)
        self.other = self._uninterrupted(seed=8)
        self.states = self._states(seed=7)
        self.resumable = self._resumable()
        train = program.train
        fresh = train("--out", "runs/run", steps=self.steps)
        resume = train("--out", "runs/run", "--resume", steps=self.steps)
        replace = train("--out", "runs/run", "--overwrite", steps=self.steps)
        finished = lambda folder: shutil.copytree(self.reference, folder / "runs/run", symlinks=True)
        text = program.scratch / "sample.txt"
        text.write_text(program.corpus.read_text()[:300])
        few = ["--max-new-tokens", "20", "--seed", "3", "--json", "--threads", "1"]
        self.workloads = {each.name: each for each in [
            Workload("fresh", lambda folder: None, fresh, resume, self.judge_training, "."),
            Workload("resume", self._place_resumable, resume, resume, self.judge_training, "."),
            Workload("mend", self._place_replaced, resume, resume, self.judge_training, "."),
            Workload("finished", finished, resume, resume, self.judge_training, "."),
            Workload("overwrite", self._place_other, replace, replace, self.judge_replacing, "."),
            Workload("default", self._place_default, train(steps=self.steps), None, self.judge_default, "."),
            Workload("sample", finished, ["sample", "runs/run", *few], None, self.judge_reading, "."),
            Workload("newest", self._place_newest, ["sample", *few], None, self.judge_reading, "."),
            Workload("eval", finished, ["eval", "runs/run", str(text), "--json"], None, self.judge_reading, "."),
            Workload("corpus", lambda folder: None, fresh, resume, self.judge_training, "../corpus"),
        ]}
        self.usual = {}

    # -- What there is before ----------------------------------------------------------------------------------------

    def _uninterrupted(self, seed):
        folder = self.program.folder()
        outcome = self.program.run(self.program.train("--out", "runs/run", steps=self.steps, seed=seed), folder)
        if outcome.code != 0:
            raise SystemExit(f"an undisturbed run fails: {outcome.error}")
        return folder / "runs/run"

    def _states(self, seed):
        """Each checkpoint that the run makes on its way, by step; it is killed after each to look at it."""
        arguments = self.program.train("--out", "runs/run", steps=self.steps, seed=seed)
        calls = self.program.run(arguments, self.program.folder(), logs=True).calls
        states, renames = {}, [call for call in calls if call.startswith("rename ")]
        for number in range(len(renames) + 1):
            folder = self.program.folder()
            self.program.run(arguments, folder, Fault("rename", number, "kill"))
            states |= Found(folder / "runs/run").whole
        return states | Found(self.reference).whole

    def _resumable(self):
        """A run that was killed while it saved its last checkpoint."""
        folder = self.program.folder()
        arguments = self.program.train("--out", "runs/run", steps=self.steps)
        calls = self.program.run(arguments, self.program.folder(), logs=True).calls
        renames = [call for call in calls if call.startswith("rename ")]
        saved = next(n for n, call in enumerate(renames) if call.endswith(f"checkpoint-{self.steps}"))
        self.program.run(arguments, folder, Fault("rename", saved, "kill"))
        run = folder / "runs/run"
        with open(run / "metrics.jsonl", "a") as file:
            file.write('{"event":"st')
        return run

    def _place_resumable(self, folder):
        shutil.copytree(self.resumable, folder / "runs/run", symlinks=True)

    def _place_replaced(self, folder):
        """Killed while a checkpoint and a link were replaced."""
        self._place_resumable(folder)
        run = folder / "runs/run"
        os.rename(run / "checkpoint-6", run / "checkpoint-6.replaced")
        os.symlink("checkpoint-5", run / "last.incomplete")

    def _place_other(self, folder):
        shutil.copytree(self.other, folder / "runs/run", symlinks=True)

    def _place_default(self, folder):
        shutil.copytree(self.other, folder / "checkpoints/fables", symlinks=True)

    def _place_newest(self, folder):
        shutil.copytree(self.other, folder / "checkpoints/demo", symlinks=True)
        shutil.copytree(self.other, folder / "checkpoints/older", symlinks=True)
        shutil.copytree(self.reference, folder / "checkpoints/run", symlinks=True)
        for age, name in ((300, "demo"), (200, "older"), (100, "run")):
            when = os.stat(self.reference).st_mtime - age
            os.utime(folder / "checkpoints" / name, (when, when))

    # -- The cases ---------------------------------------------------------------------------------------------------

    def cases(self, name, each=0, quick=False):
        """Every call of a workload with every fault that it can have; or `each` of every kind and error."""
        workload = self.workloads[name]
        folder = self.program.folder()
        workload.prepare(folder)
        outcome = self.program.run(workload.arguments, folder, watched=self._watched(workload, folder), logs=True)
        if outcome.code != 0:
            raise SystemExit(f"{name} fails undisturbed: {outcome.error}")
        self.usual[name] = self._output(outcome)
        counts = collections.Counter(call.split(" ")[0] for call in outcome.calls)
        cases = [Fault("any", number, "kill") for number in range(len(outcome.calls))]
        for kind, count in counts.items():
            for action in ACTIONS[kind].split():
                cases += [Fault(kind, n, action.removesuffix("+"), action.endswith("+")) for n in range(count)]
        if quick:
            cases = [case for case in cases if case.action in QUICK]
        if each:
            draws = random.Random(f"faults {self.record.seed} {name}")
            groups = collections.defaultdict(list)
            for case in cases:
                # In a quick run each error has its turn in saving and in resuming, and elsewhere any one.
                every = not quick or name in ("fresh", "resume") or case.action == "kill"
                groups[case.kind, every and (case.action, case.always)].append(case)
            cases = [case for group in groups.values() for case in draws.sample(group, min(each, len(group)))]
        return [(name, case) for case in cases]

    def _watched(self, workload, folder):
        return (folder / workload.watched).resolve()

    def _output(self, outcome):
        return [{key: value for key, value in event.items() if key in ("text", "loss", "tokens")}
                for event in outcome.events if "event" not in event]

    def attempt(self, case):
        """One case from an empty folder to its judgement."""
        name, fault = case
        workload = self.workloads[name]
        folder = self.program.folder()
        workload.prepare(folder)
        outcome = self.program.run(workload.arguments, folder, fault, self._watched(workload, folder))
        if outcome.fired is None:
            problems = trap(outcome)  # the call was not reached: nothing was tried
        elif outcome.code == -signal.SIGKILL and fault.action not in ("kill", "torn"):
            problems = ["killed by another hand"]
        else:
            problems = trap(outcome) + workload.judge(workload, folder, fault, outcome)
        problems = [each.replace(f"{folder}/", "") for each in problems]
        if problems and outcome.fired:
            problems.append(f"the call: {outcome.fired.replace(f'{folder}/', '')}")
        kills = fault.action in ("kill", "torn")
        self.record.add(f"{name}: {'killed' if kills else 'failing'}", f"faults/{name}/{fault}",
                        ending(outcome.code), problems)
        shutil.rmtree(folder)

    # -- What is right -----------------------------------------------------------------------------------------------

    def judge_training(self, workload, folder, fault, outcome):
        run = folder / "runs/run"
        before = {"fresh": 0, "corpus": 0, "resume": 6, "mend": 6, "finished": self.steps}[workload.name]
        problems = self._exit(fault, outcome, folder, run)
        problems += self._found(run, before)
        problems += self._goes_on(outcome, before, fault)
        if outcome.code == 0:
            left = differences(snapshot(run), snapshot(self.reference))
            problems += [each for each in left if not self._excused(each, fault, outcome)]
        there = Found(run).last
        again = self.program.run(workload.again, folder)
        problems += [f"then --resume: {each}" for each in trap(again)]
        if again.code != 0:
            problems.append(f"then --resume: exit {ending(again.code)}: {last_line(again.error)}")
        problems += [f"then --resume: {each}" for each in self._goes_on(again, there, None)]
        problems += [f"then --resume: {each}" for each in differences(snapshot(run), snapshot(self.reference))]
        return problems

    def judge_replacing(self, workload, folder, fault, outcome):
        run = folder / "runs/run"
        problems = self._exit(fault, outcome, folder, run)
        found, old = Found(run), Found(self.other).whole
        problems += found.broken
        kinds = {"old" if old.get(step) == files else "new" if self.states.get(step) == files else "neither"
                 for step, files in found.whole.items()}
        if len(kinds) > 1 or "neither" in kinds:
            problems.append(f"checkpoints of more than one run: {sorted(kinds)}")
        again = self.program.run(workload.again, folder)
        problems += differences(snapshot(run), snapshot(self.reference))
        if again.code != 0:
            problems.append(f"then --overwrite: exit {ending(again.code)}: {last_line(again.error)}")
        return problems

    def judge_default(self, workload, folder, fault, outcome):
        problems = self._exit(fault, outcome, folder, None)
        changed = differences(snapshot(folder / "checkpoints/fables"), snapshot(self.other))
        problems += [f"the run that was there: {each}" for each in changed]
        if outcome.code == 0:
            left = differences(snapshot(folder / "checkpoints/fables-2"), snapshot(self.reference))
            problems += [each for each in left if not self._excused(each, fault, outcome)]
        return problems

    def judge_reading(self, workload, folder, fault, outcome):
        problems = self._exit(fault, outcome, folder, None)
        if outcome.code == 0 and self._output(outcome) != self.usual[workload.name]:
            problems.append(f"it answers something else, without a failure: {outcome.output[:100]}")
        expected = folder.with_name(folder.name + "-expected")
        expected.mkdir()
        workload.prepare(expected)
        problems += [f"it writes: {each}" for each in differences(snapshot(folder), snapshot(expected))]
        shutil.rmtree(expected)
        return problems

    # -- Parts of it -------------------------------------------------------------------------------------------------

    def _exit(self, fault, outcome, folder, run):
        """The exit code and the message."""
        if fault.action in ("kill", "torn"):
            return [] if outcome.code == -signal.SIGKILL else [f"it survives a kill: {ending(outcome.code)}"]
        if outcome.code == 0:
            if self._must_fail(fault, outcome):
                return ["a failed write is passed over, exit 0"]
            silent = self._tolerated(fault, outcome) == "said" and not self._is_said(fault, outcome)
            return ["it goes on, and does not say so"] if silent else []
        problems = []
        codes = (66, 74) if fault.kind in READING else (74,)
        if outcome.code not in codes:
            problems.append(f"exit {ending(outcome.code)}: {last_line(outcome.error)}")
        if self._tolerated(fault, outcome):
            problems.append(f"a fault that is to be tolerated ends it, exit {ending(outcome.code)}:"
                            f" {last_line(outcome.error)}")
        if outcome.code in codes and fault.code:
            problems += self._message(fault, outcome, folder, run)
        return problems

    def _message(self, fault, outcome, folder, run):
        problems = []
        if os.strerror(fault.code) not in outcome.error:
            problems.append(f"the cause is not named: {last_line(outcome.error)}")
        paths = [part for part in re.split(r" -> | ", outcome.fired)[1:]]
        near = {os.path.basename(path) for path in paths} | {os.path.basename(os.path.dirname(path)) for path in paths}
        near |= {f"{os.path.relpath(path, folder)}:" for path in paths}
        if not any(name in outcome.error for name in near):
            problems.append(f"the file is not named: {last_line(outcome.error)}")
        if run and outcome.steps() and Found(run).last < self.steps:
            steps = sorted(Found(run).whole)
            # Whether a directory that could not be synchronised holds its last name is for the disk to say.
            said = [step for step in ([0] + steps)[-2 if fault.kind in ("fsyncdir", "opendir") else -1:]
                    if re.search(rf"step {step}\b" if step else "nothing is saved", outcome.error, re.IGNORECASE)]
            if not said:
                last = max(steps, default=0)
                problems.append(f"step {last} is saved, and it does not say so: {last_line(outcome.error)}")
            elif said[-1] and "--resume" not in outcome.error:
                problems.append(f"the command that goes on is not named: {last_line(outcome.error)}")
        return problems

    def _must_fail(self, fault, outcome):
        """A write that was not done, and may not be passed over."""
        if self._tolerated(fault, outcome) or not fault.code:
            return False
        if fault.kind == "close" and "metrics.jsonl" in outcome.fired:
            return False
        return fault.kind in ("create", "write", "fsync", "close", "mkdir")

    def _tolerated(self, fault, outcome):
        """Whether the run must go on: "silently", or when it is "said"; None if it need not."""
        if fault.action in ("EINTR", "short"):
            return "silently"
        if fault.kind == "flock" or (fault.kind == "fsyncdir" and fault.action in ("EINVAL", "ENOTSUP")):
            return "silently"
        trains = bool(outcome.steps())
        if fault.kind == "symlink" and fault.action in ("EPERM", "ENOTSUP"):
            return "said"
        if trains and fault.kind in ("unlink", "rmdir") and re.search(r"checkpoint-\d+\.incomplete", outcome.fired):
            # Of an old checkpoint; where the one under way cannot be cleared away, nothing can be saved.
            return "said" if not re.search(rf"checkpoint-{self._saving(outcome)}\.incomplete", outcome.fired) else None
        return None

    def _saving(self, outcome):
        """The step that was being saved."""
        return max(outcome.steps(), default=0)

    def _is_said(self, fault, outcome):
        return os.strerror(fault.code) in outcome.error

    def _excused(self, difference, fault, outcome):
        """A difference that a fault may leave if it is said, and the next run mends: links, what is to be removed."""
        if not fault.code or not self._is_said(fault, outcome):
            return False
        name = difference.split(" ")[0].split("/")[0]
        if name.split(".")[0] in ("best", "last"):
            return True
        return difference.endswith("is left over") and re.fullmatch(r"checkpoint-\d+(\.incomplete|\.replaced)?", name)

    def _found(self, run, before):
        found = Found(run)
        problems = list(found.broken)
        if found.last < before:
            problems.append(f"checkpoint {before} is lost: {found.last} is the last")
        for step, files in found.whole.items():
            for each in differences(files, self.states.get(step, {})):
                problems.append(f"checkpoint-{step}: {each}")
        return problems

    def _goes_on(self, outcome, before, fault):
        """It takes up at the last checkpoint; passing one over has to be said."""
        steps = outcome.steps()
        if steps and steps[0] != before + 1:
            if steps[0] == 1 or "assed over" not in outcome.error:
                return [f"step {before} is saved, and it starts at step {steps[0]}"]
        return []


def run(program, record, pool, each, quick, only):
    """All workloads, or one, or one case of it."""
    trial = Faults(program, record)
    for name in only[:1] or trial.workloads:
        cases = trial.cases(name, each, quick)
        list(pool.map(trial.attempt, [(name, Fault.parse(only[1]))] if len(only) > 1 else cases))
