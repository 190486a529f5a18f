"""The figures of `bench.robots`: how many robots are known, and how many readers are taken for robots."""

from bench.browsers import mainstream
from bench.figure import Figure, Figures, Missing, control
from bench.robots import LISTS, TRAPS
from bench.robots import measure as measured

_RECALL, _UNSEEN, _FALSE, _TRAPS = (
    f"views.robots.{name}" for name in ("recall", "recall_unseen", "false_positives", "traps")
)
_LEAST, _LEAST_UNSEEN, _MOST = 95.0, 75.0, 0.3  # percent
_WORD = "by the words bot, crawler and spider"


def measure() -> Figures:
    """`views.robots.recall` and `.recall_unseen` (at least), `.false_positives` and `.traps` (at most), in percent."""
    found = measured()
    agents = {_FALSE: mainstream(), _TRAPS: list(TRAPS.values())}
    words = {name: 100 * sum(map(_by_word, each)) / len(each) for name, each in agents.items()}
    for name, word in words.items():
        control(worse=word, than=found[name], what="telling robots by a word")
    figures: Figures = {
        name: Figure(round(found[name], 2), "%", most, {_WORD: round(words[name], 2), "agents": len(agents[name])})
        for name, most in ((_FALSE, _MOST), (_TRAPS, 0.0))
    }
    if _RECALL not in found:
        missing = Missing(f"the public robot lists are not in {LISTS.name}/ beside the project")
        return figures | {_RECALL: missing, _UNSEEN: missing}
    listed = found["by the list alone"]
    control(worse=found[_UNSEEN], than=listed, what="what the words find of the unseen, and the list does not,")
    return figures | {
        _RECALL: Figure(round(found[_RECALL], 2), "% at least", _LEAST, floor=True),
        _UNSEEN: Figure(
            round(found[_UNSEEN], 2), "% at least", _LEAST_UNSEEN, {"by the list alone": round(listed, 2)}, floor=True
        ),
    }


def _by_word(agent: str) -> bool:
    return any(word in agent.lower() for word in ("bot", "crawler", "spider"))
