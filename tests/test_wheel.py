"""What a user installs: the wheel's files are those of the golden list, and it works from another folder, isolated."""

import json
import subprocess
import sys
import zipfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
GOLDEN = ROOT / "tests" / "golden" / "wheel_contents.txt"


def test_wheel_holds_exactly_the_golden_list(wheel):
    with zipfile.ZipFile(wheel) as archive:
        names = sorted(name for name in archive.namelist() if ".dist-info/" not in name)
    assert names == GOLDEN.read_text(encoding="utf-8").splitlines()


def test_wheel_assesses_offline_from_elsewhere(wheel, tmp_path, uncovered_environment):
    target = tmp_path / "site"
    subprocess.run(
        [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--target", str(target), str(wheel)],
        check=True,
    )
    # -P keeps the checkout out of sys.path; the socket guard makes any network call an error.
    code = """
import socket, sys, json
def refuse(*args, **kwargs): raise AssertionError("network")
socket.socket.connect = refuse
socket.getaddrinfo = refuse
import sextortion_signals
from sextortion_signals import Detector
detector = Detector.load()
texts = ["裸の写真をばらまかれたくなかったら、ギフトカードを買って番号を送れ", "pay me or your nudes go to everyone"]
print(json.dumps({"file": sextortion_signals.__file__, "risks": [detector.assess(t).risk for t in texts]}))
"""
    # Not measured: a second copy of the package would count as code of its own that most tests never ran.
    environment = {k: v for k, v in uncovered_environment.items() if k != "SEXTORTION_SIGNALS_MODELS"}
    environment["PYTHONPATH"] = str(target)
    result = subprocess.run(
        [sys.executable, "-P", "-c", code], cwd="/", env=environment, capture_output=True, text=True, check=True
    )
    answer = json.loads(result.stdout)
    assert Path(answer["file"]).is_relative_to(target)
    assert min(answer["risks"]) > 0.5
