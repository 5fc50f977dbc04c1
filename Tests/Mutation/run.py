"""Plants one fault after the other in a copy of the sources, and says which of them the tests notice.

    python3 Tests/Mutation/run.py [--only WORDS] [--report FILE]

Writes only to a temporary directory and to the report (.build/mutation-report.md unless given). Exits 1 where
fewer than 95 % of the mutants are killed, or one survives without a reason.
"""

import argparse
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from mutants import MUTANTS, Mutant

ROOT = Path(__file__).resolve().parents[2]
KILLED, SURVIVED, EQUIVALENT, UNBUILT = "killed", "SURVIVED", "equivalent", "DOES NOT BUILD"
WANTED_SHARE = 0.95
FLAGS = ["-c", "release", "--jobs", "2"]
# C is optimised always; Swift is not, which halves a build, but where the tests themselves have much to compute.
UNOPTIMISED = ["-Xswiftc", "-Onone"]
COMPUTING_TESTS = {"CKernelsTests"}
BUILD_SECONDS, TEST_SECONDS = 600, 120


@dataclass(frozen=True)
class Result:
    target: str
    mutant: Mutant
    outcome: str
    remark: str
    seconds: float


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--only", default="", help="mutants whose name or test target contains this")
    parser.add_argument("--report", type=Path, default=ROOT / ".build" / "mutation-report.md")
    options = parser.parse_args()
    chosen = chosen_mutants(options.only)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit("terminated"))
    start = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="minigpt-mutation-") as folder:
        tree = Tree(Path(folder) / "tree")
        results = [result for target, mutants in chosen.items() for result in tree.results(target, mutants)]
    report = summary(results, time.monotonic() - start)
    options.report.parent.mkdir(parents=True, exist_ok=True)
    options.report.write_text(report, encoding="utf-8")
    print(report)
    sys.exit(0 if is_good(results) else 1)


def chosen_mutants(words):
    """The mutants to run by test target, each checked to fit the sources as they are."""
    chosen = {}
    for target, mutants in MUTANTS.items():
        for mutant in mutants:
            count = (ROOT / "Sources" / mutant.path).read_text(encoding="utf-8").count(mutant.original)
            if count != 1:
                sys.exit(f"{mutant.name}: its text stands {count} times in {mutant.path}; mend mutants.py")
            if words in target or words in mutant.name:
                chosen.setdefault(target, []).append(mutant)
    return chosen or sys.exit(f"no mutant is called {words}")


class Tree:
    """A copy of the package, cut down to one test target at a time and what that depends on."""

    def __init__(self, path):
        self.path = path
        shutil.copytree(ROOT, path, ignore=shutil.ignore_patterns(".*", "checkpoints", "__pycache__"))
        described, output = self.run(["swift", "package", "describe", "--type", "json"], BUILD_SECONDS)
        if described != 0:
            sys.exit(output)
        targets = json.loads(output[output.index("{"):])["targets"]
        self.dependencies = {target["name"]: target.get("target_dependencies", []) for target in targets}
        self.paths = {target["name"]: target["path"] for target in targets}

    def results(self, target, mutants):
        """Each mutant's result, after the target's tests have passed without one."""
        self.write_manifest(target)
        for command, seconds in (("build", BUILD_SECONDS), ("test", TEST_SECONDS)):
            code, output = self.swift(command, target, seconds)
            if code != 0:
                sys.exit(f"{target} does not pass without a mutant\n{output[-4000:]}")
        for mutant in mutants:
            result = self.result(target, mutant)
            print(f"{result.outcome:<14} {result.seconds:4.0f} s  {mutant.name}", flush=True)
            yield result

    def result(self, target, mutant):
        file = self.path / "Sources" / mutant.path
        source = file.read_text(encoding="utf-8")
        start = time.monotonic()
        file.write_text(source.replace(mutant.original, mutant.mutated), encoding="utf-8")
        try:
            outcome, remark = self.outcome(target, mutant)
        finally:
            file.write_text(source, encoding="utf-8")
        return Result(target, mutant, outcome, remark, time.monotonic() - start)

    def outcome(self, target, mutant):
        code, output = self.swift("build", target, BUILD_SECONDS)
        if code != 0:
            return UNBUILT, next((line for line in output.splitlines() if "error:" in line), "")
        code, output = self.swift("test", target, TEST_SECONDS)
        if code == 0:
            return (EQUIVALENT, mutant.equivalent) if mutant.equivalent else (SURVIVED, "")
        return KILLED, killer(code, output)

    def swift(self, command, target, seconds):
        words = {"build": ["build", "--build-tests"], "test": ["test", "--skip-build", "--disable-xctest"]}[command]
        flags = FLAGS if target in COMPUTING_TESTS else FLAGS + UNOPTIMISED
        return self.run(["swift", *words, *flags], seconds)

    def run(self, words, seconds):
        """The exit code, None where time ran out, and all that was printed."""
        process = subprocess.Popen(
            words, cwd=self.path, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, start_new_session=True,
            encoding="utf-8", errors="replace")
        try:
            output, _ = process.communicate(timeout=seconds)
            return process.returncode, output
        except subprocess.TimeoutExpired:
            return None, ""
        finally:
            end(process)

    def write_manifest(self, target):
        names, open_names = [], [target]
        while open_names:
            name = open_names.pop()
            if name not in names:
                names.append(name)
                open_names += self.dependencies[name]
        targets = [
            f'    .{"testTarget" if name == target else "target"}('
            f'name: "{name}", dependencies: {json.dumps(self.dependencies[name])}, path: "{self.paths[name]}"),'
            for name in names]
        lines = [
            "// swift-tools-version: 6.2", "import PackageDescription", "",
            'let package = Package(', '  name: "Mutant", platforms: [.macOS(.v15)],', "  targets: [", *targets, "  ])"]
        (self.path / "Package.swift").write_text("\n".join(lines) + "\n", encoding="utf-8")


def end(process):
    """Interrupts a process that still runs, so that it ends those that it has started; then kills it."""
    if process.poll() is None:
        process.send_signal(signal.SIGINT)
        try:
            process.wait(timeout=10)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()


def killer(code, output):
    """The first test that failed, or how the tests ended otherwise."""
    if code is None:
        return f"no end after {TEST_SECONDS} s"
    if failed := re.search(r'Test (".*?"|\w+\(\S*\)) .*?(?:failed|recorded an issue)', output):
        return failed[1].strip('"')
    return "the tests crashed"


def is_good(results):
    unexplained = [r for r in results if r.outcome in (SURVIVED, UNBUILT)]
    return not unexplained and killed(results) >= WANTED_SHARE * len(results)


def killed(results):
    return sum(r.outcome == KILLED for r in results)


def summary(results, seconds):
    share = 100 * killed(results) / len(results)
    title = f"# Mutants: {killed(results)} of {len(results)} killed ({share:.0f} %) in {seconds / 60:.0f} minutes"
    lines = [title, ""]
    for target in dict.fromkeys(r.target for r in results):
        lines += [f"## {target}", "", "| mutant | | first test that failed, or why none does |"]
        lines.append("| --- | --- | --- |")
        lines += [f"| {r.mutant.name} | {r.outcome} | {r.remark} |" for r in results if r.target == target]
        lines.append("")
    return "\n".join(lines)


if __name__ == "__main__":
    main()
