"""Linear heads over the features: logits for a batch, and what each character contributed for one text."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from sextortion_signals.features import MAX_ORDER, CharBatch, FeatureBatch, FeatureSpec, LemmaBatch
from sextortion_signals.model.packing import MAX_SUMMANDS, unpack, unpack_one

if TYPE_CHECKING:
    from numpy.typing import NDArray

# One position adds up to MAX_ORDER rows, so longer texts are summed in blocks of this many positions.
_BLOCK = MAX_SUMMANDS // MAX_ORDER
# Up to so many additions are sooner done one by one.
_FEW = 100
# Least common multiples of the orders over each order: what one member of an n-gram gets, in whole numbers.
_CHAR_SHARES = np.array([60, 30, 20, 15, 12], dtype=np.int64)
_LEMMA_SHARES = np.array([6, 3, 2], dtype=np.int64)


@dataclass(frozen=True, slots=True)
class LinearScorer:
    """Weights of H heads over the features of `spec`.

    `packed` (2**bits, 4) int64 holds the hashed weights as integers (see `packing`), `scale` (H,) turns them into
    logits, `named` (D, H) are the weights of the named features, `bias` (H,). A text's hashed sums are divided by
    the square root of its number of n-grams, so that length alone says nothing.
    """

    heads: tuple[str, ...]
    spec: FeatureSpec
    packed: NDArray[np.int64]
    scale: NDArray[np.float64]
    named: NDArray[np.float64]
    bias: NDArray[np.float64]

    def logits(self, batch: FeatureBatch) -> NDArray[np.float64]:
        """Return the logits of every head, shape (n, H)."""
        hashed = self._char_sums(batch.chars) / _root(batch.chars.counts)
        if batch.lemmas is not None:
            hashed += self._lemma_sums(batch.lemmas) / _root(batch.lemmas.counts)
        return hashed * self.scale + self._named_sums(batch) + self.bias

    def contributions(self, batch: FeatureBatch) -> NDArray[np.float64]:
        """Return what each character of a one-text batch adds to each logit, shape (length, H).

        An n-gram's weight is spread evenly over its characters; a named feature's over its spans. The sum over
        characters and the bias give the logit, but for the share of sentinels at the two ends.
        """
        curve = self.char_curve(batch)[1:-1]
        self._add_lemmas(curve, batch)
        self._add_named(curve, batch)
        return curve

    def char_curve(self, batch: FeatureBatch) -> NDArray[np.float64]:
        """Return the share of the character n-grams, shape (length + 2, H); the first and last row are sentinels."""
        root = float(_root(batch.chars.counts)[0, 0])
        return self._spread(batch.chars.slots, _CHAR_SHARES, root)

    def _spread(self, slots: NDArray[np.uint32], shares: NDArray[np.int64], root: float) -> NDArray[np.float64]:
        """Spread the weight of every n-gram evenly over its members; (orders, size) -> (size, H).

        `shares[k]` is what each of the k + 1 members gets, in parts of `shares[0]`: in whole numbers all n-grams can
        be added up while they are packed. At most 5 * 60 * `MAX_WEIGHT` meet at one place, which a field holds.
        """
        orders, size = slots.shape
        rows = self.packed.take(slots, axis=0)
        rows *= shares[:, None, None]
        # All n-grams that go on for more than `shift` members beyond their first one give to that member.
        for shift in range(orders - 2, -1, -1):
            rows[shift] += rows[shift + 1]
        total = rows[0]
        for shift in range(1, min(orders, size)):
            total[shift:] += rows[shift, :-shift]
        return unpack(total, len(self.heads)) * (self.scale / (root * float(shares[0])))

    def _char_sums(self, chars: CharBatch) -> NDArray[np.float64]:
        return self._block_sums(self._rows(chars.slots)[:-1], chars.bounds)

    def _lemma_sums(self, lemmas: LemmaBatch) -> NDArray[np.float64]:
        return self._block_sums(self._rows(lemmas.slots), lemmas.bounds)

    def _rows(self, slots: NDArray[np.uint32]) -> NDArray[np.int64]:
        """Return the packed weights of all n-grams that begin at each place."""
        rows: NDArray[np.int64] = self.packed.take(slots[0], axis=0)
        for more in slots[1:]:
            rows += self.packed.take(more, axis=0)
        return rows

    def _named_sums(self, batch: FeatureBatch) -> NDArray[np.float64]:
        # Added up text by text in the order of the features: a matrix product would round differently in a batch.
        if len(batch.texts) == 1:
            features = sorted(set(batch.hits.feature.tolist()))
            return np.asarray(self.named[features].sum(axis=0))[None]  # row by row, so in order
        totals = np.zeros((len(batch.texts), len(self.heads)))
        present = np.sort(batch.hits.text * len(self.named) + batch.hits.feature)
        text, feature = np.divmod(present[np.diff(present, prepend=-1) != 0], len(self.named))
        if len(text) <= _FEW:
            np.add.at(totals, text, self.named[feature])
            return totals
        begins = np.flatnonzero(np.diff(text, prepend=-1))
        counts = np.diff(begins, append=len(text))
        # The first feature of every text that has one, then the second, ...: no text twice in one addition.
        for nth in range(int(counts.max(initial=0))):
            places = begins[counts > nth] + nth
            totals[text[places]] += self.named[feature[places]]
        return totals

    def _block_sums(self, rows: NDArray[np.int64], bounds: NDArray[np.int64]) -> NDArray[np.float64]:
        """Sum packed rows over the segments `bounds[i]:bounds[i + 1]`; an empty segment gives 0."""
        if len(bounds) == 2 and 0 < len(rows) <= _BLOCK:
            return np.array([unpack_one(rows.sum(axis=0).tolist(), len(self.heads))], dtype=np.float64)
        lengths = np.diff(bounds)
        if lengths.min(initial=1) > 0 and lengths.max(initial=0) <= _BLOCK:
            return unpack(np.add.reduceat(rows, bounds[:-1], axis=0), len(self.heads)).astype(np.float64)
        totals = np.zeros((len(lengths), len(self.heads)))
        owners = np.flatnonzero(lengths)
        if not len(owners):
            return totals
        blocks = -(-lengths[owners] // _BLOCK)
        owner = np.repeat(owners, blocks)
        first = np.cumsum(blocks) - blocks
        within = np.arange(int(blocks.sum())) - np.repeat(first, blocks)
        starts = bounds[owner] + within * _BLOCK
        sums = unpack(np.add.reduceat(rows, starts, axis=0), len(self.heads)).astype(np.float64)
        np.add.at(totals, owner, sums)
        return totals

    def _add_lemmas(self, curve: NDArray[np.float64], batch: FeatureBatch) -> None:
        if batch.lemmas is None or not len(batch.lemmas.surface_lengths):
            return
        text = batch.texts[0].text
        visible = [place for place, char in enumerate(text) if not char.isspace()]
        lengths = batch.lemmas.surface_lengths
        if int(lengths.sum()) != len(visible):
            return  # the tokenizer dropped something: character evidence alone is still exact
        root = float(_root(batch.lemmas.counts)[0, 0])
        tokens = self._spread(batch.lemmas.slots, _LEMMA_SHARES, root) / np.maximum(lengths, 1)[:, None]
        curve[visible] += np.repeat(tokens, lengths, axis=0)

    def _add_named(self, curve: NDArray[np.float64], batch: FeatureBatch) -> None:
        hits = batch.hits
        times = np.bincount(hits.feature, minlength=1)[hits.feature]
        rows = self.named[hits.feature] / (times * (hits.end - hits.start))[:, None]
        for row, start, end in zip(rows, hits.start.tolist(), hits.end.tolist(), strict=True):
            curve[start:end] += row


def _root(counts: NDArray[np.int64]) -> NDArray[np.float64]:
    return np.asarray(np.sqrt(np.maximum(counts, 1)))[:, None]
