"""The figures of `bench.robots`: how many robots are known, and how many readers are taken for robots."""

from bench.figure import Figure, Figures, Missing, control
from bench.robots import LISTS, TRAPS
from bench.robots import measure as measured

_RECALL, _FALSE = "views.robots.recall", "views.robots.false_positives"
_LEAST, _MOST = 95.0, 0.0  # percent
_WORD = "by the words bot, crawler and spider"


def measure() -> Figures:
    """`views.robots.recall` (at least its budget) and `views.robots.false_positives`, in percent."""
    found = measured()
    word = 100 * sum(_by_word(agent) for agent in TRAPS.values()) / len(TRAPS)
    control(worse=word, than=found[_FALSE], what="telling robots by a word")
    figures: Figures = {_FALSE: Figure(round(found[_FALSE], 2), "%", _MOST, {_WORD: round(word, 2)})}
    if _RECALL not in found:
        return figures | {_RECALL: Missing(f"the public robot lists are not in {LISTS.name}/ beside the project")}
    return figures | {_RECALL: Figure(round(found[_RECALL], 2), "% at least", _LEAST, floor=True)}


def _by_word(agent: str) -> bool:
    return any(word in agent.lower() for word in ("bot", "crawler", "spider"))
