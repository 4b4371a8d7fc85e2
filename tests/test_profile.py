"""A profile is read strictly, belongs to one model, and is gone when it is not loaded."""

import dataclasses
import json

import pytest

from sextortion_signals import Detector
from sextortion_signals.errors import ProfileError, UnknownOptionError
from sextortion_signals.profile import (
    Budget,
    Measured,
    PointFigures,
    Profile,
    RowCounts,
    Stream,
    parse_profile,
    read_profile,
)

TEXT = "裸の写真をばらまかれたくなかったら、ギフトカードを買って番号を送れ"


@pytest.fixture
def profile(detector):
    rate = Measured(0.5, 0.4, 0.6)
    return Profile(
        name="夜勤",
        model=detector.model,
        manifest_sha256=detector.manifest.sha256,
        tier="fast",
        created="2026-01-31",
        thresholds={"elevated": 0.25, "high": 0.75},
        asked={"elevated": Budget(reviews_per_day=200), "high": Budget()},
        stream=Stream(0.01, 5_000),
        rows=RowCounts(120, 900),
        measured={
            "elevated": PointFigures(rate, rate, rate, Measured(190, 150, 260)),
            "high": PointFigures(rate, rate, None, None),
        },
    )


@pytest.fixture
def path(profile, tmp_path):
    file = tmp_path / "night.json"
    file.write_text(profile.to_json(), encoding="utf-8")
    return file


def test_profile_survives_the_file(profile, path):
    assert read_profile(path) == profile
    assert read_profile(str(path)).to_dict() == profile.to_dict() == json.loads(path.read_text(encoding="utf-8"))


def test_profile_is_frozen(profile):
    with pytest.raises(TypeError):
        profile.thresholds["elevated"] = 0.1
    with pytest.raises(dataclasses.FrozenInstanceError):
        profile.name = "day"


def test_detector_uses_the_profile_and_is_as_before_without_it(detector, path):
    own = Detector.load(tier="fast").assess(TEXT)
    tuned = Detector.load(profile=path)
    assert tuned.thresholds == {"elevated": 0.25, "high": 0.75} != detector.thresholds
    assert tuned.assess(TEXT).thresholds == tuned.thresholds
    assert tuned.assess(TEXT).risk == own.risk
    again = Detector.load(tier="fast")
    assert again.thresholds == own.thresholds
    assert again.assess(TEXT) == own
    assert (again.profile, again.describe()["profile"]) == (None, None)


def test_detector_says_which_profile_it_uses(profile, path):
    tuned = Detector.load(profile=path)
    assert tuned.profile == profile
    description = tuned.describe()
    assert description["profile"] == profile.to_dict()
    assert description["thresholds_in_use"] == {"elevated": 0.25, "high": 0.75}
    assert description["thresholds"]["elevated"]["risk"] not in (0.25, 0.75), "the model's own stay in sight"


def test_explicit_thresholds_win_over_the_profile(path):
    tuned = Detector.load(profile=path, thresholds={"elevated": 0.5})
    assert tuned.thresholds == {"elevated": 0.5, "high": 0.75}
    with pytest.raises(UnknownOptionError, match="must be the lower one"):
        Detector.load(profile=path, thresholds={"elevated": 0.8})


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"model": "other-1"}, r"'夜勤' was made for model other-1, this is .*; run `sextortion-signals tune` again"),
        ({"manifest_sha256": "0" * 64}, "was made for another training of"),
    ],
)
def test_profile_of_another_model_is_refused_and_says_what_to_do(profile, tmp_path, change, message):
    file = tmp_path / "other.json"
    file.write_text(dataclasses.replace(profile, **change).to_json(), encoding="utf-8")
    with pytest.raises(ProfileError, match=message):
        Detector.load(profile=file)


def test_profile_brings_its_tier_and_fits_no_other(path):
    assert Detector.load(profile=path).tier == "fast"
    with pytest.raises(ProfileError, match="made for the tier fast, this is full"):
        Detector.load(profile=path, tier="full")


def test_manifest_hash_tells_trainings_apart_and_not_layouts(detector):
    manifest = detector.manifest
    reordered = dataclasses.replace(manifest, data=dict(reversed(manifest.data.items())))
    trained_again = dataclasses.replace(manifest, data={**manifest.data, "bias": [0.0] * 11})
    assert manifest.sha256 == reordered.sha256 != trained_again.sha256


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (None, "cannot read the profile .*: No such file"),
        (b"\xff", "is not JSON"),
        (b"text: secret", "is not JSON"),
        (b"[" * 100_000, "is not JSON"),
        (b"[]", "has no format number"),
        (b'{"format": "1"}', "has no format number"),
        (b'{"format": 2}', "it has format 2, this version reads 1; write the profile again"),
        (b'{"format": 1, "secret": 2}', "the profile must be an object with exactly the fields format, name, model"),
    ],
)
def test_files_that_are_no_profile_are_refused_by_name(tmp_path, content, message):
    file = tmp_path / "p.json"
    if content is not None:
        file.write_bytes(content)
    with pytest.raises(ProfileError, match=message) as caught:
        read_profile(file)
    assert "p.json" in str(caught.value)
    assert "secret" not in str(caught.value)


@pytest.mark.parametrize(
    ("where", "value", "message"),
    [
        ("name", "two\nlines", "the name of a profile must be one line"),
        ("name", "x" * 81, "the name of a profile"),
        ("name", 7, "the name of a profile"),
        ("model", "", "model is missing or not what it should be"),
        ("manifest_sha256", "abc", "manifest_sha256 is missing"),
        ("created", "yesterday", "created must be a date like"),
        ("created", 20260131, "created must be a date like"),
        ("thresholds", {"elevated": 0.5}, "thresholds must be an object with exactly the fields elevated, high"),
        ("thresholds.high", 1.5, "thresholds.high must be a number from 0 to 1"),
        ("thresholds.high", True, "thresholds.high must be a number"),
        ("thresholds.high", float("nan"), "thresholds.high must be a number"),
        ("thresholds.high", "0.5", "thresholds.high must be a number"),
        ("thresholds.high", 0.1, "the threshold of elevated is above that of high"),
        ("asked.elevated.reviews_per_day", -1, "asked.elevated.reviews_per_day must be a number from 0 to 1e\\+15"),
        ("asked.elevated.reviews_per_day", float("inf"), "asked.elevated.reviews_per_day must be"),
        ("asked.high.precision", 80, "asked.high.precision must be a number from 0 to 1"),
        ("stream.base_rate", 2, "stream.base_rate must be"),
        ("stream.messages_per_day", "many", "stream.messages_per_day must be"),
        ("rows.risk_0", 1.5, "rows.risk_0 must be a whole number of rows"),
        ("rows.risk_1", -1, "rows.risk_1 must be a whole number of rows"),
        ("measured.high", None, "measured.high must be an object"),
        ("measured.high.recall.value", 0.9, "measured.high.recall must have low <= value <= high"),
        ("measured.elevated.precision.high", 2, "measured.elevated.precision.high must be a number from 0 to 1"),
    ],
)
def test_every_field_is_checked(profile, where, value, message):
    document = profile.to_dict()
    *parents, last = where.split(".")
    part = document
    for parent in parents:
        part = part[parent]
    part[last] = value
    with pytest.raises(ProfileError, match=message):
        parse_profile(document)
