"""Who may import whom: design decisions that would rot without a test."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
LIBRARY = ROOT / "src" / "sextortion_signals"
SERVICE = ROOT / "service" / "sextortion_signals_service"

# Top to bottom; a part may import parts of a lower number, and itself.
RANK = {
    "types": 0,
    "errors": 0,
    "tables": 0,
    "text": 1,
    "features": 2,
    "semantic": 2,
    "model": 3,
    "signals": 4,
    "advice": 4,
    "risk": 4,
    "profile": 4,
    "card": 4,
    "transcripts": 5,
    "options": 5,
    "assessing": 6,
    "conversation": 6,
    "detector": 7,
    "batch": 8,
    "corpus": 8,
    "train": 8,
    "evaluate": 8,
    "tune": 8,
    "cli": 9,
    "service": 9,
}
# `train` and `evaluate` read the corpus, `tune` reads records; the others of their rank know nothing of each other.
ALLOWED_SIDEWAYS = {("train", "corpus"), ("evaluate", "corpus"), ("tune", "batch")}
ONLY_IN = {
    "onnxruntime": {"semantic"},
    "tokenizers": {"semantic"},
    "onnx": {"train"},
    "sklearn": {"train", "evaluate"},
    "scipy": {"train", "evaluate"},
    "joblib": {"train", "evaluate"},
    "matplotlib": {"evaluate"},
    "pydantic": {"service"},
    "pydantic_settings": {"service"},
    "fastapi": {"service"},
    "starlette": {"service"},
    "uvicorn": {"service"},
    "pandas": {"batch"},
    "pyarrow": {"batch"},
    "pyspark": {"batch"},
    "fugashi": {"text"},
    "unidic_lite": {"text"},
    "click": {"cli"},
    "rich": {"cli"},
}


def sources():
    for path in sorted(LIBRARY.rglob("*.py")):
        relative = path.relative_to(LIBRARY)
        yield path, relative.parts[0].removesuffix(".py")
    for path in sorted(SERVICE.rglob("*.py")):
        yield path, "service"


def imported(path):
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: relative import; name the package"
            yield node.module


def part_of(module):
    pieces = module.split(".")
    if pieces[0] == "sextortion_signals_service":
        return "service"
    if pieces[0] == "sextortion_signals":
        return pieces[1] if len(pieces) > 1 else "package"
    return None


@pytest.mark.parametrize(
    ("path", "part"), [p for p in sources() if p[1] != "__init__"], ids=lambda v: getattr(v, "name", v)
)
def test_layers_no_part_imports_upward(path, part):
    for module in imported(path):
        target = part_of(module)
        if target is None or target == part:
            continue
        if target == "package":
            assert RANK[part] >= 8, f"{path}: only outer parts may import the package's public face"
            continue
        allowed = RANK[target] < RANK[part] or (part, target) in ALLOWED_SIDEWAYS
        assert allowed, f"{path}: {part} imports {module}, which lies above or beside it"


@pytest.mark.parametrize(("path", "part"), list(sources()), ids=lambda v: getattr(v, "name", v))
def test_layers_heavy_libraries_stay_where_they_belong(path, part):
    for module in imported(path):
        home = ONLY_IN.get(module.split(".")[0])
        assert home is None or part in home, f"{path}: {module} belongs in {sorted(home or [])}"


def test_layers_every_part_has_a_rank():
    parts = {part for _, part in sources()} - {"__init__"}
    assert parts == set(RANK)


def test_layers_import_is_light():
    heavy = ["sklearn", "scipy", "joblib", "pandas", "pyarrow", "pydantic", "fastapi", "click", "rich", "matplotlib"]
    code = f"import sys, sextortion_signals; print([m for m in {heavy} if m in sys.modules])"
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert result.stdout.strip() == "[]"


def test_layers_assess_is_light(uncovered_environment):
    heavy = ["sklearn", "scipy", "joblib", "pandas", "pyarrow", "pydantic", "fastapi", "matplotlib"]
    # A parser in Python, masked arrays, the command line: each is time that a first score would wait for.
    heavy += ["tomllib", "numpy.ma", "click", "rich"]
    code = (
        "import sys; from sextortion_signals import Detector; Detector.load().assess('写真を送って');"
        f"print([m for m in {heavy} if m in sys.modules])"
    )
    result = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, env=uncovered_environment
    )
    assert result.stdout.strip() == "[]"


def test_layers_pickle_is_opened_in_training_only():
    for path, part in sources():
        for module in imported(path):
            assert module not in {"pickle", "dill", "cloudpickle", "shelve", "marshal"}, path
        if "joblib.load" in path.read_text(encoding="utf-8"):
            assert part == "train", path


def test_layers_tune_needs_no_extra(tmp_path):
    rows = (ROOT / "data" / "synthetic" / "test.jsonl").read_text(encoding="utf-8").splitlines(keepends=True)
    (tmp_path / "rows.jsonl").write_text("".join(rows[::20]), encoding="utf-8")
    # None in sys.modules makes every import of that name fail.
    extras = ["sklearn", "scipy", "joblib", "matplotlib", "pandas", "pyarrow", "pydantic", "fastapi"]
    code = (
        f"import sys; sys.modules.update(dict.fromkeys({extras}));"
        "from sextortion_signals.cli import main; main(['tune', 'rows.jsonl', '--false-alarms', '20%'])"
    )
    command = [sys.executable, "-c", code]
    result = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, encoding="utf-8", check=False)
    assert (result.returncode, result.stderr) == (0, "")
    assert "expected precision" in result.stdout
