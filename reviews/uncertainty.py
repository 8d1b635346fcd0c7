"""How sure is a ranking: expected ranks with their 90 % interval, and experts' severity (Heyard, Ott, Salanti, Egger, « Rethinking the
Funding Line at the Swiss National Science Foundation: Bayesian Ranking and Lottery », Statistics and Public Policy, 2022).

    grade = score × 6 / 100 ~ Normal(mean + proposal + assessor[proposal, assessor], σ)
    proposal ~ N(0, τp) · assessor[·, l] ~ N(ν_l, τa) · ν_l ~ N(0, 0.5) · σ, τp, τa ~ U(0, 2)

N takes standard deviations, `mean` is the observed one, rank 1 is best. A pair is scored once: `assessor` is integrated out, and what is
left of it and of σ is one spread, s² = σ² + τa². Given (τp, s) everything is Gaussian, so that nothing is left to a chain that could
drift: (τp, s) is weighed on a grid with proposals and experts integrated out, expected ranks are sums of probabilities of pairs
(rank_i = 1 + Σ_j P(θ_j > θ_i)), and the draws, which give the intervals, are independent. The grid is laid several times, each shifted
at random: what the rounds differ by is the error of an expected rank, and rounds are added until it is small.

This module loads numpy, which a web worker has no use for: import it where the work is done (docs/decisions/0050).
"""

import math
from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
Side = tuple[float, float]
Box = tuple[Side, Side]  # of τp and of s

GRADES = 6  # the best grade of the model: a score of 100
SEVERITY_SD = 0.5  # ν_l ~ N(0, 0.5)
WIDEST = 2.0  # σ, τp, τa ~ U(0, 2)
LEAST = 1e-3  # a spread below a thousandth of a grade is none
NODES = 6  # of the grid, a side: a step of 1.3 standard deviations is exact to 1e-5 on a bell curve
FAR = 8.0  # log density under the mode: four standard deviations
NEGLIGIBLE = 1e-3  # of the weight of a round
ROUNDS, MOST_ROUNDS = 4, 32
DRAWS = 2_500  # a round
TOLERANCE = 0.02  # largest Monte Carlo error of an expected rank before a round is added
INTERVAL = (0.05, 0.95)
STEPS = 1024  # a standard deviation: the probabilities below are exact to 2e-4, on either side alike
BELOW = np.array([0.5 * (1 + math.erf(step / STEPS / math.sqrt(2))) for step in range(-6 * STEPS, 6 * STEPS + 1)])


@dataclass(frozen=True)
class Score:
    dossier: Hashable
    expert: Hashable
    of_100: float


@dataclass(frozen=True)
class Ranks:
    """By dossier, in the order of `dossiers`. `draws` (draw × dossier) holds ranks, `error` the Monte Carlo error of `expected`."""

    dossiers: list[Hashable]
    expected: Array
    low: NDArray[np.int_]
    high: NDArray[np.int_]
    error: Array
    draws: NDArray[np.int16]
    experts: list[Hashable]
    severity: Array  # by expert, in points of 100: what is taken off (−) or given (+) by habit
    severity_low: Array
    severity_high: Array


class Scored:
    """The grades about their mean. The smaller of the two sides, dossiers or experts, is kept; the other is integrated out of it."""

    def __init__(self, scores: Iterable[Score]) -> None:
        scores = list(scores)
        self.dossiers = list(dict.fromkeys(score.dossier for score in scores))
        self.experts = list(dict.fromkeys(score.expert for score in scores))
        row, column = _places(self.dossiers), _places(self.experts)
        pairs = np.array([(row[score.dossier], column[score.expert]) for score in scores], dtype=int)
        if not scores or len(np.unique(pairs, axis=0)) < len(pairs):
            raise ValueError("one score at least, and one of an expert on a dossier")
        grades = np.array([float(score.of_100) for score in scores]) * GRADES / 100
        about = grades - grades.mean()
        self.count, self.squares = len(scores), float(about @ about)
        self.keeps_experts = len(self.experts) <= len(self.dossiers)
        sides = (
            (len(self.experts), len(self.dossiers)) if self.keeps_experts else (len(self.dossiers), len(self.experts))
        )
        kept, other = pairs.T[::-1] if self.keeps_experts else pairs.T
        self.gave = np.zeros(sides)  # 1 where this expert scored this dossier, kept × other
        self.gave[kept, other] = 1
        self.kept_sums, self.other_sums = (
            np.bincount(side, about, size) for side, size in zip((kept, other), sides, strict=True)
        )
        self.kept_counts, self.other_counts = self.gave.sum(axis=1), self.gave.sum(axis=0)
        self._pair(kept, other)

    def _pair(self, kept: NDArray[np.int_], other: NDArray[np.int_]) -> None:
        """Pairs sorted by the other side, for sums over it; and, for two of the kept side, whom of the other they have in common."""
        order = np.argsort(other, kind="stable")
        self.kept_of, self.starts = kept[order], np.searchsorted(other[order], np.arange(self.gave.shape[1]))
        by_other = np.split(self.kept_of, self.starts[1:])
        self.common = np.concatenate([(each[:, None] * len(self.gave) + each[None, :]).ravel() for each in by_other])
        self.common_of = np.repeat(np.arange(len(by_other)), [len(each) ** 2 for each in by_other])

    def over_kept(self, matrix: Array) -> Array:
        """`gave.T @ matrix`, by the few pairs that there are."""
        return np.add.reduceat(matrix[self.kept_of], self.starts, axis=0)


class Given:
    """What follows from the scores once τp and s are known: the kept side is Gaussian, of precision `root @ root.T`."""

    def __init__(self, scored: Scored, tau: float, spread: float) -> None:
        self.scored, self.variance = scored, spread**2
        kept_sd, other_sd = (SEVERITY_SD, tau) if scored.keeps_experts else (tau, SEVERITY_SD)
        self.other = scored.other_counts / self.variance + other_sd**-2  # precision of each, the kept side known
        size = len(scored.gave)
        shared = np.bincount(scored.common, 1 / self.other[scored.common_of], size * size).reshape(size, size)
        precision = np.diag(scored.kept_counts / self.variance + kept_sd**-2) - shared / self.variance**2
        pulled = scored.kept_sums / self.variance - scored.gave @ (scored.other_sums / self.other) / self.variance**2
        self.root = np.linalg.cholesky(precision)
        self.half = np.linalg.solve(self.root, pulled)
        self.log_density = math.log(prior(spread)) - 0.5 * (
            scored.count * math.log(self.variance)
            + 2 * len(scored.dossiers) * math.log(tau)
            + float(np.log(self.other).sum() + 2 * np.log(np.diag(self.root)).sum())
            + scored.squares / self.variance
            - float((scored.other_sums**2 / self.other).sum()) / self.variance**2
            - float(self.half @ self.half)
        )

    def solve(self) -> "Given":
        self.inverse = np.linalg.inv(self.root)  # of the triangular root: the covariance is inverse.T @ inverse
        self.kept = self.inverse.T @ self.half
        return self

    def _others(self, kept: Array) -> Array:
        """Means of the other side, for each row of `kept`."""
        return (self.scored.other_sums - kept @ self.scored.gave) / self.variance / self.other

    def expected(self) -> Array:
        """1 + Σ_j P(θ_j > θ_i), each probability exact."""
        means, covariance = self.kept, self.inverse.T @ self.inverse
        if self.scored.keeps_experts:
            weight = 1 / (self.variance * self.other)
            across = self.scored.over_kept(self.scored.over_kept(covariance).T)
            covariance = across * weight[:, None] * weight[None, :] + np.diag(1 / self.other)
            means = self._others(self.kept)
        own = np.diag(covariance)
        apart = np.sqrt(np.maximum(own[:, None] + own[None, :] - 2 * covariance, 1e-12))
        above = (means[None, :] - means[:, None]) / apart
        return 0.5 + below(above).sum(axis=1)  # a dossier meets itself once: 1/2

    def draw(self, count: int, chance: np.random.Generator) -> tuple[Array, Array]:
        """`count` draws: proposals (draw × dossier) and severities (draw × expert)."""
        kept = self.kept + chance.standard_normal((count, len(self.kept))) @ self.inverse
        other = self._others(kept) + chance.standard_normal((count, len(self.other))) / np.sqrt(self.other)
        return (other, kept) if self.scored.keeps_experts else (kept, other)


def below(deviations: Array) -> Array:
    """Probability that a standard Gaussian is below each, from a table."""
    places = np.clip(deviations * STEPS + (len(BELOW) // 2 + 0.5), 0, len(BELOW) - 1)
    return BELOW[places.astype(np.int32)]


def prior(spread: float) -> float:
    """Density of s = √(σ² + τa²), σ and τa uniform on (0, 2): the arc of radius s that the square holds."""
    if spread >= WIDEST * math.sqrt(2):
        return 0.0
    hidden = 2 * math.acos(WIDEST / spread) if spread > WIDEST else 0.0
    return spread * (math.pi / 2 - hidden) / WIDEST**2


def expected_ranks(scores: Iterable[Score], seed: int) -> Ranks:
    """The ranks that these scores allow; the same answer for the same seed. ValueError: no score, or a pair scored twice."""
    scored, chance = Scored(scores), np.random.default_rng(seed)
    box, rounds = support(scored), list[Round]()
    while not rounds or (len(rounds) < MOST_ROUNDS and error_of(rounds).max() > TOLERANCE):
        rounds += [one_round(scored, box, chance) for _ in range(ROUNDS)]
    draws = np.concatenate([each.ranks for each in rounds])
    severities = np.concatenate([each.severities for each in rounds]) * 100 / GRADES
    low, high = np.quantile(draws, INTERVAL, axis=0, method="inverted_cdf")
    severity_low, severity_high = np.quantile(severities, INTERVAL, axis=0)
    return Ranks(
        dossiers=scored.dossiers,
        expected=np.mean([each.expected for each in rounds], axis=0),
        low=low,
        high=high,
        error=error_of(rounds),
        draws=draws,
        experts=scored.experts,
        severity=severities.mean(axis=0),
        severity_low=severity_low,
        severity_high=severity_high,
    )


@dataclass(frozen=True)
class Round:
    expected: Array
    ranks: NDArray[np.int16]  # draw × dossier
    severities: Array  # draw × expert, in grades


def error_of(rounds: Sequence[Round]) -> Array:
    return np.std([each.expected for each in rounds], axis=0, ddof=1) / math.sqrt(len(rounds))


def one_round(scored: Scored, box: Box, chance: np.random.Generator) -> Round:
    """The grid laid over the box at a random shift: expected ranks by the weight of its nodes, and draws shared out by it."""
    nodes = [Given(scored, *node) for node in grid(box, *chance.uniform(size=2))]
    logs = np.array([node.log_density for node in nodes])
    weights = np.exp(logs - logs.max())
    weights = np.where(weights > NEGLIGIBLE * weights.sum(), weights, 0)
    weights /= weights.sum()
    steps = np.floor(np.cumsum(weights) * DRAWS + chance.uniform())  # systematic: each node its share, to one draw
    shares = np.diff(np.minimum(steps, DRAWS), prepend=0).astype(int)
    expected, proposals, severities = np.zeros(len(scored.dossiers)), [], []
    for node, weight, share in zip(nodes, weights, shares, strict=True):
        if weight:
            node.solve()
            expected += weight * node.expected()
            drawn, severity = node.draw(share, chance)
            proposals.append(drawn)
            severities.append(severity)
    return Round(expected, ranks_of(np.concatenate(proposals)), np.concatenate(severities))


def support(scored: Scored) -> Box:
    """Where (τp, s) has its weight: the whole range, narrowed to what stands above FAR for as long as that narrows it."""
    box: Box = ((LEAST, WIDEST), (LEAST, WIDEST * math.sqrt(2)))
    while True:
        logs = np.reshape([Given(scored, *node).log_density for node in grid(box, 0.5, 0.5)], (NODES, NODES))
        near = logs > logs.max() - FAR
        narrowed = _about(box[0], near.any(axis=1)), _about(box[1], near.any(axis=0))
        if all(new[1] - new[0] > 0.7 * (old[1] - old[0]) for new, old in zip(narrowed, box, strict=True)):
            return narrowed
        box = narrowed


def _about(side: Side, near: NDArray[np.bool_]) -> Side:
    """The part of a side that holds the near nodes, and a step beyond them."""
    step, places = (side[1] - side[0]) / NODES, np.flatnonzero(near)
    return max(side[0], side[0] + (places[0] - 0.5) * step), min(side[1], side[0] + (places[-1] + 1.5) * step)


def grid(box: Box, *shift: float) -> list[tuple[float, float]]:
    """Nodes of a box, by τp then s, `shift` (0 to 1, by side) of a step from its corner."""
    taus, spreads = (
        [low + (place + by) * (high - low) / NODES for place in range(NODES)]
        for (low, high), by in zip(box, shift, strict=True)
    )
    return [(tau, spread) for tau in taus for spread in spreads]


def ranks_of(proposals: Array) -> NDArray[np.int16]:
    """Draw × dossier → ranks, the highest first."""
    order = np.argsort(-proposals, axis=1)
    ranks = np.empty(order.shape, dtype=np.int16)
    np.put_along_axis(ranks, order, np.arange(1, order.shape[1] + 1, dtype=np.int16)[None, :], axis=1)
    return ranks


def funded(draws: NDArray[np.int16], asked: Sequence[int], envelope: int) -> Array:
    """Probability of each dossier to stand above the line: in the order of the ranks, what is asked down to it is within the envelope."""
    order = np.argsort(draws, axis=1)
    within = np.cumsum(np.asarray(asked, dtype=np.int64)[order], axis=1) <= envelope
    above = np.empty_like(within)
    np.put_along_axis(above, order, within, axis=1)
    return above.mean(axis=0)


def in_order(size: int) -> NDArray[np.int16]:
    """One draw in which the dossiers stand in the order given."""
    return np.arange(1, size + 1, dtype=np.int16)[None, :]


def rankogram(draws: NDArray[np.int16], tranches: int) -> Array:
    """Dossier × tranche of ranks (each rank when there are few): the probability of each to be there."""
    size = draws.shape[1]
    ends = tranche_ends(size, tranches)
    of = np.searchsorted(ends, np.arange(size + 1))  # rank → its tranche
    return np.stack([np.bincount(of[draws[:, place]], minlength=len(ends)) for place in range(size)]) / len(draws)


def tranche_ends(size: int, tranches: int) -> list[int]:
    """The last rank of each tranche."""
    count = min(size, tranches)
    return [round(size * (number + 1) / count) for number in range(count)]


def _places(keys: Sequence[Hashable]) -> dict[Hashable, int]:
    return {key: place for place, key in enumerate(keys)}
