import json
from pathlib import Path

import joblib
import numpy as np
import pytest
from sklearn.base import clone

from sextortion_signals import Detector
from sextortion_signals.card import METRICS_NAME, card_files
from sextortion_signals.corpus import read_sources
from sextortion_signals.errors import ArtefactCorruptError, ArtefactMissingError, CorpusError, ProtocolError
from sextortion_signals.features import extract
from sextortion_signals.model import HEADS, MANIFEST_NAME, load_artefact, resolve_model
from sextortion_signals.text import normalize
from sextortion_signals.train import LinearHeads, SignalFeatures, load_pipeline, make_targets, train
from sextortion_signals.train.research import PIPELINE_NAME

CORPUS = Path(__file__).resolve().parents[2] / "data" / "synthetic"


@pytest.fixture(scope="module")
def trained(conversation_corpus, tmp_path_factory):
    folder = tmp_path_factory.mktemp("models") / "small"
    folder.mkdir()
    (folder / METRICS_NAME).write_text("{}", encoding="utf-8")
    return train(conversation_corpus, folder)


def test_train_ends_in_a_model_that_loads_and_separates(trained):
    detector = Detector.load(trained)
    assert detector.model == "small"
    assert detector.describe()["metrics"]["test"]["auc"] > 0.75


def test_train_fits_the_conversations_of_its_corpus(trained):
    part = Detector.load(trained).manifest.data["conversation"]
    assert list(part["tiers"]) == ["fast"]
    assert part["corpus"]["conversations_held_out"] > 10


def test_train_is_deterministic(conversation_corpus, trained, tmp_path):
    again = train(conversation_corpus, tmp_path / "small")
    for name in ("hashed.npy", "named.npy", "conversation.json"):
        assert (again / name).read_bytes() == (trained / name).read_bytes()


def test_train_refuses_a_corpus_that_is_too_small(tmp_path):
    (tmp_path / "src").mkdir()
    (tmp_path / "src" / "ja-b01.txt").write_text("@ ja-b01-001 ev_home casual\nN | おはよう\n", encoding="utf-8")
    with pytest.raises(CorpusError, match="too few cards"):
        train(tmp_path, tmp_path / "out")


def test_train_runtime_equals_scikit_learn_on_a_thousand_texts():
    folder = resolve_model()
    pipeline, scorer = load_pipeline(folder), load_artefact(folder).scorer
    rows = read_sources(CORPUS)
    rows = [rows[round(i * (len(rows) - 1) / 999)] for i in range(1000)]
    assert {row.lang for row in rows} == {"ja", "en"}
    texts = [row.text for row in rows]
    expected = pipeline.decision_function(texts)
    actual = scorer.logits(extract([normalize(text) for text in texts], scorer.spec))
    assert expected.shape == (1000, len(HEADS))
    assert np.abs(expected - actual).max() < 1e-9


def test_train_pipeline_is_opened_only_when_it_is_the_right_file(trained, tmp_path):
    import shutil

    copy = tmp_path / "copy"
    shutil.copytree(trained, copy)
    with (copy / PIPELINE_NAME).open("ab") as stream:
        stream.write(b"x")
    with pytest.raises(ArtefactCorruptError, match="was not opened"):
        load_pipeline(copy)
    (copy / PIPELINE_NAME).unlink()
    with pytest.raises(ArtefactMissingError, match="wheels leave it out"):
        load_pipeline(copy)


def test_train_pipeline_of_other_library_versions_is_refused(trained, tmp_path):
    import shutil

    copy = tmp_path / "copy"
    shutil.copytree(trained, copy)
    manifest = json.loads((copy / MANIFEST_NAME).read_text(encoding="utf-8"))
    manifest["training"]["versions"]["sklearn"] = "0.1"
    (copy / MANIFEST_NAME).write_text(json.dumps(manifest), encoding="utf-8")
    with pytest.raises(ProtocolError, match=r"sklearn 0\.1"):
        load_pipeline(copy)


def test_train_estimators_follow_scikit_learns_contract(tmp_path):
    features = SignalFeatures(bits=14, lemmas=False)
    assert clone(features).get_params() == features.get_params()
    heads = LinearHeads(hashed_width=1 << 14, C_risk=3.0)
    assert clone(heads).get_params() == heads.get_params()
    assert not [name for name in vars(features) if name.endswith("_")]
    rows = read_sources(CORPUS)[:200]
    matrix = features.fit([]).transform([row.text for row in rows])
    assert heads.fit(matrix, make_targets(rows)) is heads
    joblib.dump(heads, tmp_path / "heads.joblib")
    again = joblib.load(tmp_path / "heads.joblib")
    np.testing.assert_array_equal(again.decision_function(matrix), heads.decision_function(matrix))


def test_train_targets_follow_the_guide():
    rows = {row.role: row for row in read_sources(CORPUS)}
    targets = make_targets(list(rows.values()))
    for row, target in zip(rows.values(), targets, strict=True):
        assert target[0] == row.risk
        assert (target[1:4] == -1).all() if row.risk == 0 else target[1:4].sum() == 1
        assert target[4:].sum() == len(row.signals)


def test_train_writes_a_card_that_waits_for_its_figures(trained):
    for name, content in card_files(trained).items():
        assert (trained / name).read_text(encoding="utf-8") == content
    assert "Not measured yet" in (trained / "MODEL_CARD.md").read_text(encoding="utf-8")
    # Figures of an earlier training in the same folder went with it.
    assert not (trained / METRICS_NAME).exists()
