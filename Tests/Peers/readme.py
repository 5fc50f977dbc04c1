"""Runs the Python in the main README on a run of yours.

    python Tests/Peers/readme.py RUN

RUN takes the place of checkpoints/fables. Prints what each program printed; exits 1 where one fails.
"""

import argparse
import re
import subprocess
import sys
import tempfile
from pathlib import Path

README = Path(__file__).resolve().parents[2] / "README.md"


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("run", type=Path)
    run = parser.parse_args().run.resolve()
    programs = re.findall(r"^```python\n(.*?)^```", README.read_text(), re.MULTILINE | re.DOTALL)
    failures = 0
    for number, program in enumerate(programs, 1):
        with tempfile.TemporaryDirectory() as folder:
            words = [sys.executable, "-c", program.replace("checkpoints/fables", str(run))]
            outcome = subprocess.run(words, cwd=folder, capture_output=True, encoding="utf-8")
            files = ", ".join(sorted(path.name for path in Path(folder).iterdir()))
        print(f"program {number}: exit code {outcome.returncode}; files: {files or 'none'}\n{outcome.stdout.strip()}")
        if outcome.returncode != 0:
            print(outcome.stderr)
            failures += 1
    sys.exit(1 if failures or not programs else 0)


if __name__ == "__main__":
    main()
