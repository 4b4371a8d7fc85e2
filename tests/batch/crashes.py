"""Kills a run at one line after another of the modules that keep its work, continues it, and compares the output.

    python crashes.py FOLDER OUTPUT_NAME STEP [--sort] [--stream]

Prints as JSON how many places there were, at how many a run was killed, and where the output was not the expected one.
Not a test itself: `test_resume.py` runs it in a process of its own, for it forks.
"""

import argparse
import io
import json
import os
import random
import shutil
import signal
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
from conftest import RuleDetector

from sextortion_signals.batch import Format, ReadOptions, convert, run_batch, unfinished

MODULES = ("unfinished.py", "checkpoint.py", "locks.py", "convert.py")
ROWS = 11
convert.CHUNK_SIZE = 4
# A kill loses nothing that was written; only a power cut would.
os.fsync = lambda _descriptor: None
unfinished._SECONDS_BETWEEN_CHECKPOINTS = unfinished._TIMES_ITS_COST = 0.0


class Crashes:
    def __init__(self, folder, name, *, sort, stream):
        self.folder, self.target = folder / "out", folder / "out" / name
        self.source, self.sort, self.stream = folder / "in.csv", sort, stream
        texts = ["払え", "こんにちは", "", "=1+1"]
        rows = "".join(f'{number},"{texts[number % 4]}"\n' for number in range(ROWS))
        self.source.write_text("id,text\n" + rows, encoding="utf-8")

    def run(self):
        source = io.BytesIO(self.source.read_bytes()) if self.stream else self.source
        read = ReadOptions(Format.CSV)
        return run_batch(RuleDetector, source, self.target, read=read, sort=self.sort)

    def killed_at(self, place):
        """Run in a child that is killed before a line: return whether it got that far."""
        child = os.fork()
        if child:
            return os.waitpid(child, 0)[1] == signal.SIGKILL
        left = [place]

        def trace(frame, event, _argument):
            if os.path.basename(frame.f_code.co_filename) not in MODULES:
                return None
            if event == "line":
                left[0] -= 1
                if left[0] < 0:
                    os.kill(os.getpid(), signal.SIGKILL)
            return trace

        sys.settrace(trace)
        self.run()
        os._exit(0)

    def fresh(self):
        if self.folder.exists():
            shutil.rmtree(self.folder)
        self.folder.mkdir()

    def finished(self):
        """Continue as often as it takes, as a shell loop would, and return the output with all names beside it."""
        if not self.target.exists() or unfinished.is_published(self.target):
            self.run()
        # Killed between the removal of the last file and that of the folder, a run leaves an empty folder: no harm.
        left = sorted(path.name for path in self.folder.rglob("*"))
        return self.target.read_bytes(), [name for name in left if name != self.target.name + unfinished.SUFFIX]


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("folder", type=Path)
    parser.add_argument("name")
    parser.add_argument("step", type=int)
    parser.add_argument("--sort", action="store_true")
    parser.add_argument("--stream", action="store_true")
    chosen = parser.parse_args()
    crashes = Crashes(chosen.folder, chosen.name, sort=chosen.sort, stream=chosen.stream)
    crashes.fresh()
    expected = crashes.finished()
    places = killed = 0
    wrong = []
    second = random.Random(7)
    while True:
        crashes.fresh()
        if not crashes.killed_at(places):
            break
        killed += 1
        # Every other time the run that continues is killed as well.
        if killed % 2 and not crashes.target.exists():
            killed += crashes.killed_at(second.randrange(200))
        if (found := crashes.finished()) != expected:
            wrong.append((places, found[1], found[0] == expected[0]))
        places += chosen.step
    print(json.dumps({"places": places, "killed": killed, "wrong": wrong, "rows": expected[0].count(b"\n")}))


if __name__ == "__main__":
    main()
