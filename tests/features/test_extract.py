import numpy as np

from sextortion_signals.features import FeatureSpec, compile_lexicon, extract, lexicon_source
from sextortion_signals.text import normalize


def test_extract_named_features_are_presence():
    spec = FeatureSpec(18, False, compile_lexicon(lexicon_source()))
    batch = extract([normalize("写真 写真 写真"), normalize("そうだね")], spec)
    named = batch.named()
    assert batch.lemmas is None
    assert set(np.unique(named)) <= {0.0, 1.0}
    assert named[0, spec.lexicon.names.index("media")] == 1.0
    assert named[1].sum() == 0.0


def test_extract_single_cuts_out_what_extracting_alone_gives():
    spec = FeatureSpec(18, True, compile_lexicon(lexicon_source()))
    texts = [normalize(text) for text in ("写真を送れ、さもないと拡散する", "", "pay me or i post it", "草")]
    batch = extract(texts, spec)
    for index, text in enumerate(texts):
        cut, alone = batch.single(index), extract([text], spec)
        assert cut.texts == alone.texts
        for left, right in zip(
            (*cut.chars.slots, *cut.lemmas.slots), (*alone.chars.slots, *alone.lemmas.slots), strict=True
        ):
            np.testing.assert_array_equal(left, right)
        for name in ("bounds", "counts"):
            np.testing.assert_array_equal(getattr(cut.chars, name), getattr(alone.chars, name))
            np.testing.assert_array_equal(getattr(cut.lemmas, name), getattr(alone.lemmas, name))
        for name in ("text", "feature", "start", "end"):
            np.testing.assert_array_equal(getattr(cut.hits, name), getattr(alone.hits, name))
