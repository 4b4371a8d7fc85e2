from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from sextortion_signals.corpus import (
    ConversationAgreement,
    MarkAgreement,
    measure_conversation_agreement,
    read_conversation_readings,
)
from sextortion_signals.errors import CorpusError

Make = Callable[..., Path]
HEADER = "id\trisk\toffender\tfirst\tunmistakable\n"
CASE = "= 1 B\nA | hi\nB ? | the recording\nA | what\nB ! | pay\nA | please\n"
CALM = "= 0\nA | tea\nB | yes\nA | now\nB | ok\n"
SOURCE = f"@ en-c01-01 cv_lure casual\n{CASE}{CASE}{CALM}{CALM}"


@pytest.fixture
def write(make_conversations: Make) -> Callable[..., Path]:
    """Write readings, given as name=content, beside four conversations: two of risk 1, two of risk 0."""

    def write_readings(**readings: str) -> Path:
        folder = make_conversations(en_c01=SOURCE)
        (folder / "conversations" / "readings").mkdir(exist_ok=True)
        for name, content in readings.items():
            (folder / "conversations" / "readings" / f"{name}.tsv").write_text(content, encoding="utf-8")
        return folder

    return write_readings


def test_labels_of_both_readers_stand_side_by_side(write: Make) -> None:
    folder = write(second=f"{HEADER}en-c01-01-03\t0\t-\t-\t-\n\nen-c01-01-01\t1\tB\t0\t3\nen-c01-01-02\t1\t-\t2\t2\n")

    calm, case, told = read_conversation_readings(folder)

    assert (calm.first.id, calm.second.risk, calm.second.first_evidence) == ("en-c01-01-03", 0, None)
    assert (case.first.first_evidence, case.first.unmistakable) == (1, 3)
    assert (case.second.first_evidence, case.second.unmistakable, case.second.offender) == (0, 3, "B")
    assert (told.second.risk, told.second.offender) == (1, None)


def test_agreement_by_hand(write: Make) -> None:
    folder = write(
        second=f"{HEADER}en-c01-01-01\t1\tB\t0\t3\nen-c01-01-02\t1\tA\t1\t4\nen-c01-01-03\t0\t-\t-\t-\n"
        "en-c01-01-04\t1\tB\t0\t0\n"
    )

    agreement = measure_conversation_agreement(folder)

    assert agreement is not None
    risk, named = agreement.labels
    assert (risk.label, risk.lang, risk.n, risk.first_positive, risk.second_positive) == ("risk", "en", 4, 2, 3)
    # Three of four agree; by chance 1/2 · 3/4 + 1/2 · 1/4 = 1/2 would.
    assert (risk.raw, risk.kappa) == (3 / 4, pytest.approx((3 / 4 - 1 / 2) / (1 - 1 / 2)))
    # Named: B B - - against B A - B. Two agree; by chance B 1/2 · 1/2 and nobody 1/2 · 1/4.
    assert (named.label, named.raw) == ("offender named", 2 / 4)
    assert named.kappa == pytest.approx((1 / 2 - 3 / 8) / (1 - 3 / 8))
    # Over the two conversations of risk 1 by both: 1 and 0 messages apart, 0 and 1.
    assert agreement.marks == (
        MarkAgreement("first_evidence", "en", 2, 0.5, 0.5),
        MarkAgreement("unmistakable", "en", 2, 0.5, 0.5),
    )


def test_tables_show_a_dash_where_no_conversation_has_marks_by_both(write: Make) -> None:
    agreement = measure_conversation_agreement(write(second=f"{HEADER}en-c01-01-01\t0\t-\t-\t-\n"))

    assert agreement is not None
    labels, marks = agreement.tables()
    assert labels[2][0][:5] == ("risk: en", "1", "1", "0", "0.000")
    assert marks[2][0] == ("first_evidence: en", "0", "–", "–")
    assert agreement.to_dict()["marks"][0]["mean"] is None


def test_labels_of_the_day_win_over_mended_sources(write: Make) -> None:
    folder = write(
        second=f"{HEADER}en-c01-01-01\t1\tB\t1\t3\nen-c01-01-02\t1\tB\t1\t3\n",
        first=f"{HEADER}en-c01-01-01\t0\t-\t-\t-\n",
    )

    mended, untouched = read_conversation_readings(folder)

    assert (mended.first.risk, mended.second.risk) == (0, 1)
    assert (untouched.first.risk, untouched.first.unmistakable) == (1, 3)


def test_folder_without_a_second_reading_has_no_agreement(write: Make) -> None:
    assert measure_conversation_agreement(write()) is None


def test_nobody_named_by_anybody_has_no_kappa(write: Make) -> None:
    agreement = measure_conversation_agreement(write(second=f"{HEADER}en-c01-01-03\t0\t-\t-\t-\n"))

    assert isinstance(agreement, ConversationAgreement)
    assert [label.kappa for label in agreement.labels] == [None, None]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (f"{HEADER}en-c09-01-01\t0\t-\t-\t-\n", r"second\.tsv:2: no conversation of the corpus has this id"),
        (f"{HEADER}en-c01-01-01\t2\tB\t1\t3\n", r"second\.tsv:2: write risk 0 and - three times, .* from 0 to 4"),
        (f"{HEADER}en-c01-01-01\t1\tB\t1\t5\n", "from 0 to 4"),
        (f"{HEADER}en-c01-01-01\t1\tB\t-\t3\n", "from 0 to 4"),
        (f"{HEADER}en-c01-01-01\t1\tB\t01\t3\n", "from 0 to 4"),
        (f"{HEADER}en-c01-01-01\t0\t-\t1\t3\n", "from 0 to 4"),
        (f"{HEADER}en-c01-01-01\t0\tB\t-\t-\n", "from 0 to 4"),
        (f"{HEADER}en-c01-01-01\t1\tC\t1\t3\n", "the offender must be a sender of the conversation, or -"),
        (f"{HEADER}en-c01-01-01\t1\tB\t3\t1\n", "the first worry cannot come after certainty"),
        (f"{HEADER}en-c01-01-01\t1\tB\t3\n", r"second\.tsv:2: a line has 5 cells"),
        ("en-c01-01-01\t1\tB\t1\t3\n", "the header is id, risk, offender, first, unmistakable"),
        (HEADER, "holds no labels"),
    ],
)
def test_faults_are_named_with_their_line(write: Make, content: str, message: str) -> None:
    with pytest.raises(CorpusError, match=message):
        read_conversation_readings(write(second=content))


def test_conversation_that_comes_twice_is_refused(write: Make) -> None:
    line = "en-c01-01-03\t0\t-\t-\t-\n"

    with pytest.raises(CorpusError, match=r"second\.tsv:3: conversation en-c01-01-03 was labelled already"):
        read_conversation_readings(write(second=f"{HEADER}{line}{line}"))
